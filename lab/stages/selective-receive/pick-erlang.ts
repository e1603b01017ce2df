// Erlang's receive, which looks for an answer with a number that the asker chose: the virtual machine cannot
// know that no such message was there before.
import type { Stage } from '../stage.ts';
import { askErlang } from './parts/erlang.ts';

export const stage: Stage = {
  id: 'pick-erlang',
  title: 'Erlang, by number',
  experiment: 'selective-receive',
  mechanism: 'interrupt',
  about: 'a process of Erlang asks, and picks the answer with its number out of its mailbox',
  source: 'https://www.erlang.org/doc/system/expressions.html#receive',
  run: context => askErlang(context, 'number'),
};
