// The answer is picked out of the mailbox: every message before it is compared first, and stays.
import type { Stage } from '../stage.ts';
import { measureAsks } from './parts/asks.ts';

export const stage: Stage = {
  id: 'pick-actor',
  title: 'Pick out of the whole mailbox',
  experiment: 'selective-receive',
  mechanism: 'interrupt',
  about: 'a process of ours asks, and looks for the answer from the beginning of its mailbox',
  source: 'https://www.erlang.org/doc/system/expressions.html#receive',
  run: context => measureAsks(context, () => undefined),
};
