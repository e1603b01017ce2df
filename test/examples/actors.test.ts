// Lightweight processes: a receive takes what it wants and leaves the rest in its order, a limit ends a wait,
// a crash is one process' own and is told to who watches, and a hundred thousand of them add no thread.
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Actors } from '../../lab/examples/actors/actors.ts';
import { Mailbox } from '../../lab/examples/actors/mailbox.ts';
import { Down, type Flow, type Process } from '../../lab/examples/actors/process.ts';

/** A clock that stands still but for sleeps, so that every time is exact. */
function frozen() {
  const slept: number[] = [];
  let time_ns = 1000;
  const clock = {
    now: () => time_ns,
    sleepUntil(until_ns: number) {
      slept.push(until_ns - time_ns);
      time_ns = until_ns;
    },
  };
  return { slept, actors: new Actors(clock) };
}

const isNumber = (message: unknown): message is number => typeof message === 'number';
const isText = (message: unknown): message is string => typeof message === 'string';
const isDown = (message: unknown): message is Down => message instanceof Down;
const is =
  <T>(wanted: T) =>
  (message: unknown): message is T =>
    message === wanted;

/** Takes everything that is in a mailbox, in its order. */
function drained(mailbox: Mailbox): unknown[] {
  mailbox.begin();
  const all = (message: unknown): message is unknown => message !== undefined;
  return Array.from({ length: mailbox.length }, () => mailbox.next(all)!.message);
}

describe('a mailbox', () => {
  it('gives the first that fits, and keeps the others in their order', () => {
    const mailbox = new Mailbox();
    for (const message of [1, 'a', 2, 'b', 3]) mailbox.put(message);
    mailbox.begin();
    expect(mailbox.next(isText)).toEqual({ message: 'a' });
    mailbox.begin();
    expect(mailbox.next(is(3))).toEqual({ message: 3 });
    mailbox.begin();
    expect(mailbox.next(is(9))).toBeUndefined();
    expect(drained(mailbox)).toEqual([1, 2, 'b']);
    expect(mailbox.length).toBe(0);
  });

  it('looks at each message once in one receive, and at all of them again in the next', () => {
    const mailbox = new Mailbox();
    for (const message of [1, 2, 3]) mailbox.put(message);
    mailbox.begin();
    expect(mailbox.next(isText)).toBeUndefined();
    expect(mailbox.looked_at).toBe(3);
    mailbox.put('a');
    expect(mailbox.next(isText)).toEqual({ message: 'a' });
    expect(mailbox.looked_at, 'the three were looked at already').toBe(4);
    mailbox.begin();
    mailbox.next(isText);
    expect(mailbox.looked_at, 'a new receive begins anew').toBe(7);
  });

  it('does not look at what lies before a mark, and forgets the mark', () => {
    const mailbox = new Mailbox();
    for (const message of [1, 2, 3]) mailbox.put(message);
    const mark = mailbox.mark();
    mailbox.put('answer');
    mailbox.begin(mark);
    expect(mailbox.next(isNumber), 'the numbers lie before it').toBeUndefined();
    mailbox.begin(mark);
    expect(mailbox.next(isText)).toEqual({ message: 'answer' });
    mailbox.forget(mark);
    mailbox.put(4);
    expect([mailbox.looked_at, mailbox.length]).toEqual([2, 4]);
    expect(drained(mailbox)).toEqual([1, 2, 3, 4]);
  });

  it('behaves as a list does that is searched from the front, whatever is put and taken', () => {
    const step = fc.oneof(
      fc.record({ put: fc.integer({ min: 0, max: 5 }) }),
      fc.record({ take: fc.integer({ min: 0, max: 5 }), marked: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const mailbox = new Mailbox();
        const list: number[] = [];
        for (const one of steps) {
          if ('put' in one) {
            mailbox.put(one.put);
            list.push(one.put);
          } else {
            // Behind a mark made now there is nothing but what comes later.
            const mark = one.marked ? mailbox.mark() : undefined;
            if (mark) {
              mailbox.put(one.take);
              mailbox.begin(mark);
              expect(mailbox.next(is(one.take))).toEqual({ message: one.take });
              mailbox.forget(mark);
              continue;
            }
            mailbox.begin();
            const at = list.indexOf(one.take);
            const found = mailbox.next(is(one.take))?.message;
            expect(found).toBe(at < 0 ? undefined : list.splice(at, 1)[0]);
          }
          expect(mailbox.length).toBe(list.length);
        }
        expect(drained(mailbox)).toEqual(list);
      }),
    );
  });
});

describe('a receive', () => {
  it('waits for what it wants and leaves the rest', () => {
    const { actors } = frozen();
    const got: unknown[] = [];
    const one = actors.spawn(function* picky(self): Flow {
      got.push(yield* self.receive(isText));
      got.push(yield* self.receive(isNumber));
    });
    actors.run();
    actors.send(one, 1);
    actors.send(one, { of: 'a shape that nobody wants' });
    actors.run();
    expect(got, 'a number does not wake it for good').toEqual([]);
    actors.send(one, 'a');
    actors.run();
    expect(got).toEqual(['a', 1]);
    expect([one.ended, one.mailbox.length], 'what nobody wants stays').toEqual([true, 1]);
  });

  it('gives up at its limit, to the nanosecond, and not before', () => {
    const { actors, slept } = frozen();
    const got: unknown[] = [];
    const body = (limit_ns: number) =>
      function* patient(self: Process): Flow {
        got.push([limit_ns, yield* self.receive(isText, limit_ns)]);
      };
    for (const limit_ns of [700, 300]) actors.spawn(body(limit_ns));
    actors.run();
    expect(got).toEqual([
      [300, undefined],
      [700, undefined],
    ]);
    expect(slept, 'it sleeps until the next limit, and no longer').toEqual([300, 400]);
  });

  it('does not give up where the message comes in time', () => {
    const { actors } = frozen();
    const got: unknown[] = [];
    const one = actors.spawn(function* patient(self): Flow {
      got.push(yield* self.receive(isText, 500));
    });
    actors.spawn(function* slow(self): Flow {
      yield* self.receive(isText, 400);
      self.system.send(one, 'in time');
    });
    actors.run();
    expect(got).toEqual(['in time']);
  });
});

describe('processes', () => {
  it('that wait for each other wait for ever, and the system can tell', () => {
    const { actors } = frozen();
    const wait = function* wait(self: Process, other: () => Process): Flow {
      yield* self.receive(isText);
      self.system.send(other(), 'an answer');
    };
    const one: Process = actors.spawn(self => wait(self, () => two));
    const two = actors.spawn(self => wait(self, () => one));
    actors.run();
    expect(actors.alive, 'nobody can go on, and two are there').toBe(2);
    actors.send(one, 'a word');
    actors.run();
    expect(actors.alive, 'one word, and both come to their end').toBe(0);
  });

  it('crash alone, and who watches is told; who comes too late is told at once', () => {
    const { actors } = frozen();
    const told: Down[] = [];
    const crashing = actors.spawn(function* crashing(self): Flow {
      yield* self.receive(isText);
      throw new Error('it broke');
    });
    const sound = actors.spawn(function* sound(self): Flow {
      yield* self.receive(isText);
    });
    const watcher = actors.spawn(function* watch(self): Flow {
      for (;;) told.push((yield* self.receive(isDown))!);
    });
    actors.monitor(watcher, crashing);
    actors.monitor(watcher, sound);
    actors.send(crashing, 'a');
    actors.send(sound, 'b');
    actors.run();
    actors.monitor(watcher, crashing);
    actors.run();
    expect(told.map(({ process, error }) => [process, (error as Error)?.message])).toEqual([
      [crashing, 'it broke'],
      [sound, undefined],
      [crashing, 'it broke'],
    ]);
    expect(actors.alive, 'the watcher goes on').toBe(1);
  });

  it('lose what is sent to them when they are over, and their own last words to themselves', () => {
    const { actors } = frozen();
    const over = actors.spawn(function* brief(self): Flow {
      for (const word of ['one', 'two']) self.system.send(self, word);
      yield* self.receive(isText);
    });
    actors.run();
    actors.send(over, 'too late');
    actors.run();
    expect([over.ended, over.mailbox.length, actors.alive]).toEqual([true, 1, 0]);
  });

  it('take turns: two conversations on one thread go on beside each other', () => {
    const { actors } = frozen();
    const order: string[] = [];
    const talk = (name: string) => {
      const answers = actors.spawn(function* answer(self): Flow {
        for (;;) self.system.send(asks, `${yield* self.receive(isText)}!`);
      });
      const asks: Process = actors.spawn(function* ask(self): Flow {
        for (let i = 0; i < 3; i++) {
          self.system.send(answers, name);
          order.push((yield* self.receive(isText))!);
        }
      });
    };
    talk('a');
    talk('b');
    actors.run();
    expect(order).toEqual(['a!', 'b!', 'a!', 'b!', 'a!', 'b!']);
  });

  it('of a hundred thousand add no thread, and a message passes them all', () => {
    const threads = () => readdirSync('/proc/self/task').length;
    const before = process.platform === 'linux' ? threads() : 0;
    const { actors } = frozen();
    const many = 100_000;
    const last = actors.spawn(function* last(self): Flow {
      yield* self.receive(is(many));
    });
    let first = last;
    for (let i = 0; i < many; i++) {
      const next = first;
      first = actors.spawn(function* relay(self): Flow {
        self.system.send(next, (yield* self.receive(isNumber))! + 1);
      });
    }
    actors.run();
    expect(actors.alive, 'all wait').toBe(many + 1);
    if (process.platform === 'linux') expect(threads()).toBe(before);
    actors.send(first, 0);
    actors.run();
    expect([actors.alive, last.ended]).toEqual([0, true]);
  });
});
