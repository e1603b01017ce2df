// Worker threads of Node that send each other messages through channels. A message is copied (structured
// clone) and becomes an event of the receiver's loop, so no flow ever blocks in a receive.
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { memoryOf } from '../spawn-cost/parts/memory.ts';
import type { Stage, StageContext } from '../stage.ts';
import type { EventTask } from './parts/event-flow.ts';
import { type Form, measureForm, PATIENCE_MS, patienceFor, threadsOf } from './parts/measure.ts';
import { messageOf } from './parts/message.ts';
import { closedGate, openGate, Workers } from './parts/workers.ts';

const HOPS = 4000;
const DEFAULTS = { at: 0, every: 1, count: 0, speaks: false, patience_ms: PATIENCE_MS };
const PROGRAM = new URL('./parts/event-flow.ts', import.meta.url);

function workerForm(_context: StageContext, count: number): Form {
  const workers = new Workers(PROGRAM);
  const ports: MessagePort[] = [];
  const channel = () => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    return [port1, port2] as const;
  };
  /** A flow, and the port that leads to it. */
  const start = async (task: Partial<EventTask>, outbox?: MessagePort, expendable = false) => {
    const [to, inbox] = channel();
    const out = outbox ?? channel()[0];
    const data = { ...DEFAULTS, gate: closedGate(), ...task, inbox, outbox: out };
    return { to, carrier: await workers.start(data, [inbox, out], expendable) };
  };
  /** A flow that receives when its gate is open, and what sends it so many messages. */
  const sending = async (messages: number) => {
    const gate = closedGate();
    const { to, carrier } = await start({ role: 'sink', count: messages, gate });
    const send = () => {
      for (let number = 0; number < messages; number++) to.postMessage(messageOf(number));
    };
    const complete = async () => {
      const told = await carrier.next();
      if (told !== 'complete') throw new Error(`the flow ${told}`);
    };
    return { open: () => openGate(gate), send, complete };
  };

  const [last, end] = channel();
  let [first, made] = [last, 0];
  let arrived: (message: unknown) => void = () => {};
  end.on('message', message => arrived(message));
  return {
    async make() {
      const task = { role: 'relay', at: count - ++made, every: count + 1 } as const;
      first = (await start(task, first)).to;
    },
    memory: () => memoryOf('self'),
    threads: () => threadsOf('self'),
    pass(number) {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      arrived = resolve;
      first.postMessage(messageOf(number));
      return workers.awaited(promise, `message ${number + count}`);
    },
    async stream(messages) {
      const { open, send, complete } = await sending(messages);
      open();
      return async () => {
        send();
        await complete();
      };
    },
    async flood(messages) {
      const { open, send, complete } = await sending(messages);
      send();
      // Nothing made the sender wait: the port has taken them all.
      open();
      await complete();
      return messages;
    },
    async pair(speaks) {
      const [one, other] = [channel(), channel()];
      const gate = closedGate();
      const common = { ...DEFAULTS, role: 'wait', gate, patience_ms: patienceFor(speaks) };
      const begin = (inbox: MessagePort, outbox: MessagePort, speaks: boolean) =>
        workers.start({ ...common, inbox, outbox, speaks }, [inbox, outbox]);
      const both = await Promise.all([
        begin(one[1], other[0], speaks),
        begin(other[1], one[0], false),
      ]);
      openGate(gate);
      const told = await Promise.all(both.map(carrier => carrier.next()));
      return told.filter(word => word === 'gave up').length;
    },
    async crash() {
      const { to, carrier } = await start({ role: 'relay' }, undefined, true);
      to.postMessage('no message');
      return (await carrier.crashed())?.message;
    },
    async close() {
      await workers.close();
      for (const port of ports) port.close();
    },
  };
}

export const stage: Stage = {
  id: 'mail-worker',
  title: 'Worker threads and ports',
  experiment: 'message-passing',
  mechanism: 'interrupt',
  about: 'a thread with an event loop for every flow; a message is copied and comes as an event',
  source: 'https://nodejs.org/api/worker_threads.html#class-messagechannel',
  run: context => measureForm(context, workerForm, { hops: HOPS }),
};
