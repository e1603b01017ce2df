// Processes of the system and pipes between them: each blocks in read(2), the kernel carries and copies, and a
// process that crashes closes its pipes, which tells everybody who listens to it.
import { memoryOf } from '../spawn-cost/parts/memory.ts';
import type { Stage, StageContext } from '../stage.ts';
import { type Form, measureForm, patienceFor, threadsOf } from './parts/measure.ts';
import { messageOf, WORDS } from './parts/message.ts';
import { COMPLETE, GAVE_UP } from './parts/pipe-flow.ts';
import { Pipes } from './parts/pipes.ts';

const HOPS = 4000;

function pipeForm({ platform }: StageContext, count: number): Form {
  const pipes = new Pipes(platform);
  const end = pipes.pipe();
  let [first, made] = [end.writer, 0];
  const start = (words: readonly (string | number)[]) => {
    const [to, from] = [pipes.pipe(), pipes.pipe()];
    const flow = pipes.start(words, to.reader, from.writer);
    return { to: to.writer, from: from.reader, flow };
  };
  const complete = (word: number) => {
    if (word !== COMPLETE) throw new Error('the flow did not get all messages');
  };
  return {
    make() {
      const inbox = pipes.pipe();
      pipes.start(['relay', count - ++made, count + 1], inbox.reader, first);
      first = inbox.writer;
    },
    memory: () => pipes.pids.reduce((sum, pid) => sum + memoryOf(pid), memoryOf('self')),
    threads: () => pipes.pids.reduce((sum, pid) => sum + threadsOf(pid), threadsOf('self')),
    pids: () => pipes.pids,
    pass(number) {
      pipes.send(first, messageOf(number));
      const message = pipes.receive(end.reader);
      if (!message) throw new Error('the ring has ended: one of its processes is gone');
      return message;
    },
    stream(messages) {
      const { to, flow } = start(['sink', messages]);
      flow.open();
      return () => {
        for (let number = 0; number < messages; number++) pipes.send(to, messageOf(number));
        complete(flow.told());
      };
    },
    flood(messages) {
      const { to, flow } = start(['sink', messages]);
      pipes.refuse(to, true);
      let taken = 0;
      while (taken < messages && pipes.send(to, messageOf(taken))) taken++;
      pipes.refuse(to, false);
      flow.open();
      for (let number = taken; number < messages; number++) pipes.send(to, messageOf(number));
      complete(flow.told());
      return taken;
    },
    pair(speaks) {
      const [one, other] = [pipes.pipe(), pipes.pipe()];
      const patience_ms = patienceFor(speaks);
      const both = [
        pipes.start(['wait', speaks, patience_ms], one.reader, other.writer),
        pipes.start(['wait', false, patience_ms], other.reader, one.writer),
      ];
      for (const flow of both) flow.open();
      return both.map(flow => flow.told()).filter(word => word === GAVE_UP).length;
    },
    crash() {
      const { to, from } = start(['relay', 0, 1]);
      pipes.send(to, new Int32Array(WORDS).fill(-1));
      return pipes.receive(from) === undefined ? 'the pipe has ended' : undefined;
    },
    close: () => pipes.close(),
  };
}

export const stage: Stage = {
  id: 'mail-pipe',
  title: 'Processes and pipes',
  experiment: 'message-passing',
  mechanism: 'interrupt',
  about: 'a process of Node for every flow, which blocks in a read of its pipe',
  source: 'https://man7.org/linux/man-pages/man7/pipe.7.html',
  run: context => measureForm(context, pipeForm, { hops: HOPS }),
};
