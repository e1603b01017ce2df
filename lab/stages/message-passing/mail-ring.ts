// The same worker threads, with mailboxes in memory that they share. A flow blocks in its receive and needs no
// event loop for it. Nothing tells of a thread that crashed: its mailbox is silent.
import { memoryOf } from '../spawn-cost/parts/memory.ts';
import type { Stage, StageContext } from '../stage.ts';
import type { BlockingTask } from './parts/blocking-flow.ts';
import {
  type Form,
  LIMIT_MS,
  measureForm,
  PATIENCE_MS,
  patienceFor,
  threadsOf,
} from './parts/measure.ts';
import { check, messageOf, WORDS } from './parts/message.ts';
import { mailboxMemory, SharedMailbox } from './parts/shared-mailbox.ts';
import { closedGate, openGate, Workers } from './parts/workers.ts';

const HOPS = 4000;
const DEFAULTS = { at: 0, every: 1, count: 0, speaks: false, patience_ms: PATIENCE_MS };
const PROGRAM = new URL('./parts/blocking-flow.ts', import.meta.url);

function ringForm(_context: StageContext, count: number): Form {
  const workers = new Workers(PROGRAM);
  const start = async (task: Partial<BlockingTask>, expendable = false) => {
    const [inbox, outbox] = [task.inbox ?? mailboxMemory(), task.outbox ?? mailboxMemory()];
    const data = { ...DEFAULTS, gate: closedGate(), ...task, inbox, outbox };
    const carrier = await workers.start(data, [], expendable);
    return { to: new SharedMailbox(inbox), from: new SharedMailbox(outbox), inbox, carrier };
  };
  /** This thread sleeps in its receive as well, so it hears of a crash only afterwards. */
  const received = (from: SharedMailbox) => from.receive(LIMIT_MS) ?? workers.failure();

  /** A flow that receives when its gate is open, and what sends it so many messages. */
  const sending = async (messages: number) => {
    const gate = closedGate();
    const { to, from } = await start({ role: 'sink', count: messages, gate });
    const send = async (first: number) => {
      for (let number = first; number < messages; number++) {
        if (!to.send(messageOf(number), LIMIT_MS)) await workers.failure();
      }
      check(await received(from), messages);
    };
    return { to, open: () => openGate(gate), send };
  };

  const end = mailboxMemory();
  let [first, made] = [end, 0];
  let enter = new SharedMailbox(end);
  const leave = new SharedMailbox(end);
  return {
    async make() {
      const task = { role: 'relay', at: count - ++made, every: count + 1, outbox: first } as const;
      const { inbox, to } = await start(task);
      first = inbox;
      enter = to;
    },
    memory: () => memoryOf('self'),
    threads: () => threadsOf('self'),
    pass(number) {
      enter.send(messageOf(number), LIMIT_MS);
      return received(leave);
    },
    async stream(messages) {
      const { open, send } = await sending(messages);
      open();
      return () => send(0);
    },
    async flood(messages) {
      const { to, open, send } = await sending(messages);
      let taken = 0;
      while (taken < messages && to.send(messageOf(taken), 0)) taken++;
      open();
      await send(taken);
      return taken;
    },
    async pair(speaks) {
      const [one, other] = [mailboxMemory(), mailboxMemory()];
      const gate = closedGate();
      const common = { role: 'wait', gate, patience_ms: patienceFor(speaks) } as const;
      const both = await Promise.all([
        start({ ...common, inbox: one, outbox: other, speaks }),
        start({ ...common, inbox: other, outbox: one }),
      ]);
      openGate(gate);
      const told = await Promise.all(both.map(({ carrier }) => carrier.next()));
      return told.filter(word => word === 'gave up').length;
    },
    async crash() {
      const { to, from, carrier } = await start({ role: 'relay' }, true);
      to.send(new Int32Array(WORDS).fill(-1), LIMIT_MS);
      // Who waits for its answer in the shared memory hears nothing, and learns of it elsewhere.
      const told = from.receive(PATIENCE_MS);
      const error = await carrier.crashed();
      if (!error) throw new Error('the flow took what is no message');
      return told === undefined ? undefined : 'by a message';
    },
    close: () => workers.close(),
  };
}

export const stage: Stage = {
  id: 'mail-ring',
  title: 'Worker threads and shared mailboxes',
  experiment: 'message-passing',
  mechanism: 'interrupt',
  about: 'a thread for every flow, which blocks in a receive until a message lies in shared memory',
  source: 'https://tc39.es/ecma262/#sec-atomics.wait',
  run: context => measureForm(context, ringForm, { hops: HOPS }),
};
