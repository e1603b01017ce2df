// A flow that has a thread to itself and blocks in its receive: straight-line code, as if it were alone.
import { parentPort, workerData } from 'node:worker_threads';
import { LIMIT_MS } from './measure.ts';
import { check, messageOf } from './message.ts';
import { SharedMailbox } from './shared-mailbox.ts';
import type { Told } from './workers.ts';

export interface BlockingTask {
  readonly role: 'relay' | 'sink' | 'wait';
  readonly inbox: SharedArrayBuffer;
  readonly outbox: SharedArrayBuffer;
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

const task = workerData as BlockingTask;
const [inbox, outbox] = [new SharedMailbox(task.inbox), new SharedMailbox(task.outbox)];
const tell = (told: Told): void => parentPort?.postMessage(told);

function relay(): void {
  for (let number = task.at; ; number += task.every) {
    check(inbox.receive(Number.POSITIVE_INFINITY), number);
    outbox.send(messageOf(number + 1), LIMIT_MS);
  }
}

function sink(): void {
  for (let number = 0; number < task.count; number++) check(inbox.receive(LIMIT_MS), number);
  outbox.send(messageOf(task.count), LIMIT_MS);
}

function wait(): void {
  if (task.speaks) outbox.send(messageOf(0), LIMIT_MS);
  const message = inbox.receive(task.patience_ms);
  if (message) {
    check(message, 0);
    if (!task.speaks) outbox.send(messageOf(0), LIMIT_MS);
  }
  tell(message ? 'complete' : 'gave up');
}

tell('waits');
if (task.role !== 'relay') Atomics.wait(task.gate, 0, 0);
({ relay, sink, wait })[task.role]();
