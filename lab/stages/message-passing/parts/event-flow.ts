// A flow on a worker's event loop: messages come as events of a port, and the code is a handler that must
// remember what it waits for.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { PATIENCE_MS } from './measure.ts';
import { check, messageOf } from './message.ts';
import type { Told } from './workers.ts';

export interface EventTask {
  readonly role: 'relay' | 'sink' | 'wait';
  readonly inbox: MessagePort;
  readonly outbox: MessagePort;
  /** Number of the first message, and how much higher each following one is. */
  readonly at: number;
  readonly every: number;
  /** sink: how many; it does not receive before its gate is open. */
  readonly count: number;
  readonly gate: Int32Array<SharedArrayBuffer>;
  /** wait: sends before it waits. */
  readonly speaks: boolean;
}

const { role, inbox, outbox, at, every, count, gate, speaks } = workerData as EventTask;
const tell = (told: Told): void => parentPort?.postMessage(told);
let number = at;

function relay(message: unknown): void {
  check(message, number);
  outbox.postMessage(messageOf(number + 1));
  number += every;
}

function sink(message: unknown): void {
  check(message, number++);
  if (number === count) tell('complete');
}

/** A wait with a limit is a timer and a handler that know of each other. */
function wait(): void {
  const timer = setTimeout(() => tell('gave up'), PATIENCE_MS);
  inbox.on('message', message => {
    clearTimeout(timer);
    check(message, 0);
    if (!speaks) outbox.postMessage(messageOf(0));
    tell('complete');
  });
  if (speaks) outbox.postMessage(messageOf(0));
}

tell('waits');
if (role === 'wait') wait();
else {
  if (role === 'sink') Atomics.wait(gate, 0, 0);
  inbox.on('message', role === 'relay' ? relay : sink);
}
