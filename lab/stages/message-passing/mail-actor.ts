// Lightweight processes of our own (lab/examples/actors): generators with a mailbox and selective receive, all
// on this one thread. A message is handed over by its address and is nobody's copy.
import { Unsupported } from '../../errors.ts';
import { Actors } from '../../examples/actors/actors.ts';
import { Down, type Flow, type Process } from '../../examples/actors/process.ts';
import type { Stage, StageContext } from '../stage.ts';
import { type Form, measureForm, PATIENCE_MS, patienceFor, threadsOf } from './parts/measure.ts';
import { check, messageOf } from './parts/message.ts';

const HOPS = 200_000;
const anything = (message: unknown): message is unknown => message !== undefined;
const isMessage = (message: unknown): message is Int32Array => message instanceof Int32Array;
const isDown = (message: unknown): message is Down => message instanceof Down;

/** Checks each message against its turn and passes on the next number, for ever. */
function* relay(self: Process, to: Process, at: number, every: number): Flow {
  for (let number = at; ; number += every) {
    check(yield* self.receive(anything), number);
    self.system.send(to, messageOf(number + 1));
  }
}

function* sink(self: Process, count: number, done: () => void): Flow {
  for (let number = 0; number < count; number++) check(yield* self.receive(anything), number);
  done();
}

function actorForm({ platform }: StageContext, count: number): Form {
  const collect = globalThis.gc;
  if (!collect) throw new Unsupported('its memory is seen after a collection', 'use --expose-gc');
  const actors = new Actors(platform);
  let out: unknown;
  /** The ring is made from its end, since each process must know the next. */
  let first = actors.spawn(function* end(self): Flow {
    for (;;) out = yield* self.receive(anything);
  });
  let made = 0;

  const received = (messages: number, before: (to: Process) => void): void => {
    let complete = false;
    const to = actors.spawn(self => sink(self, messages, () => (complete = true)));
    before(to);
    actors.run();
    if (!complete) throw to.error ?? new Error(`fewer than ${messages} messages came`);
  };

  return {
    make() {
      const to = first;
      const at = count - ++made;
      first = actors.spawn(self => relay(self, to, at, count + 1));
      actors.run();
    },
    memory() {
      collect();
      return process.memoryUsage().heapUsed;
    },
    threads: () => threadsOf('self'),
    pass(number) {
      out = undefined;
      actors.send(first, messageOf(number));
      actors.run();
      return out;
    },
    stream: messages => () =>
      received(messages, to => {
        for (let number = 0; number < messages; number++) actors.send(to, messageOf(number));
      }),
    flood(messages) {
      let taken = 0;
      received(messages, to => {
        for (let number = 0; number < messages; number++) actors.send(to, messageOf(number));
        taken = to.mailbox.length;
      });
      return taken;
    },
    pair(speaks) {
      let gave_up = 0;
      const wait = function* wait(self: Process, other: () => Process, first: boolean): Flow {
        if (first) self.system.send(other(), messageOf(0));
        const message = yield* self.receive(isMessage, patienceFor(speaks) * 1e6);
        if (!message) gave_up++;
        else {
          check(message, 0);
          if (!first) self.system.send(other(), messageOf(0));
        }
      };
      const one: Process = actors.spawn(self => wait(self, () => other, speaks));
      const other = actors.spawn(self => wait(self, () => one, false));
      actors.run();
      return gave_up;
    },
    crash() {
      let told: string | undefined;
      const victim = actors.spawn(self => sink(self, 1, () => {}));
      const watcher = actors.spawn(function* watch(self): Flow {
        const down = yield* self.receive(isDown, PATIENCE_MS * 1e6);
        told = down && String((down.error as Error).message);
      });
      actors.monitor(watcher, victim);
      actors.send(victim, 'no message');
      actors.run();
      return told;
    },
    close() {},
  };
}

export const stage: Stage = {
  id: 'mail-actor',
  title: 'Lightweight processes of our own',
  experiment: 'message-passing',
  mechanism: 'interrupt',
  about:
    'generators with mailboxes, resumed on one thread by a scheduler of ours when a message came',
  source: 'https://www.ijcai.org/Proceedings/73/Papers/027B.pdf',
  run: context => measureForm(context, actorForm, { hops: HOPS }),
};
