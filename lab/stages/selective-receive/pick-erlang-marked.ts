// Erlang's cure: the answer must hold a reference that was made before the question. The compiler sees that in
// the code, and the receive begins at what came after the reference was made.
import type { Stage } from '../stage.ts';
import { askErlang } from './parts/erlang.ts';

export const stage: Stage = {
  id: 'pick-erlang-marked',
  title: 'Erlang, by new reference',
  experiment: 'selective-receive',
  mechanism: 'interrupt',
  about: 'a process of Erlang asks with a new reference, and picks the answer that holds it',
  source: 'https://www.erlang.org/doc/system/eff_guide_processes.html#receiving-messages',
  run: context => askErlang(context, 'reference'),
};
