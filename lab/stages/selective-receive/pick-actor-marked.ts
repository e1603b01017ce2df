// The cure: who asks first marks the end of the mailbox. No answer can lie before it, so nothing there is looked
// at.
import type { Stage } from '../stage.ts';
import { measureAsks } from './parts/asks.ts';

export const stage: Stage = {
  id: 'pick-actor-marked',
  title: 'Pick from a mark on',
  experiment: 'selective-receive',
  mechanism: 'interrupt',
  about: 'marks the end of its mailbox before it asks, and looks for the answer from there',
  source: 'https://www.erlang.org/doc/system/eff_guide_processes.html#receiving-messages',
  run: context => measureAsks(context, asker => asker.mailbox.mark()),
};
