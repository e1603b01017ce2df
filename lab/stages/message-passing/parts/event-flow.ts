// A flow on a worker's event loop: messages come as events of a port, and the code is a handler that must
// remember what it waits for.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { check, messageOf } from './message.ts';
import type { Told } from './workers.ts';

export interface EventTask {
  readonly role: 'relay' | 'sink' | 'wait';
  readonly inbox: MessagePort;
  readonly outbox: MessagePort;
  /** Number of the first message, and how much higher each following one is. */
  readonly at: number;
  readonly every: number;
  /** sink: how many. */
  readonly count: number;
  /** wait: sends before it waits; and how long it waits. */
  readonly speaks: boolean;
  readonly patience_ms: number;
  /** sink and wait: begin to receive when it is 1. */
  readonly gate: Int32Array<SharedArrayBuffer>;
}

const { role, inbox, outbox, at, every, count, gate, ...other } = workerData as EventTask;
const { speaks, patience_ms } = other;
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
  const timer = setTimeout(() => tell('gave up'), patience_ms);
  inbox.on('message', message => {
    clearTimeout(timer);
    check(message, 0);
    if (!speaks) outbox.postMessage(messageOf(0));
    tell('complete');
  });
  if (speaks) outbox.postMessage(messageOf(0));
}

tell('waits');
if (role !== 'relay') Atomics.wait(gate, 0, 0);
if (role === 'wait') wait();
else inbox.on('message', role === 'relay' ? relay : sink);
