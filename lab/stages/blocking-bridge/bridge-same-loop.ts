// The thread sleeps until its own event loop has brought the answer. The loop cannot turn while its thread
// sleeps, so the answer never comes: a deadlock of one thread with itself.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Stage } from '../stage.ts';
import { measureBridge, settle } from './parts/bridge.ts';

async function answer(shared: Int32Array<SharedArrayBuffer>): Promise<void> {
  await nextTurn();
  settle(shared);
}

export const stage: Stage = {
  id: 'bridge-same-loop',
  title: 'Wait for the own loop',
  experiment: 'blocking-bridge',
  mechanism: 'interrupt',
  about: 'the thread blocks until a promise of its own event loop is settled',
  source: 'https://tc39.es/ecma262/#sec-atomics.wait',
  run: context => measureBridge(context, shared => void answer(shared)),
};
