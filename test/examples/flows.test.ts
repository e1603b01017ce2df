// Fibers and a small executor, each on real drivers over a real pipe: every message reaches one flow, the
// flows overlap, and a lost waker or a silent line is told instead of waited for.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlockingEngine } from '../../lab/drivers/driver.ts';
import { findDriver } from '../../lab/drivers/find.ts';
import { TimedOut } from '../../lab/errors.ts';
import { Executor, type Future, join, PENDING } from '../../lab/examples/executor.ts';
import { type Fiber, runFibers } from '../../lab/examples/fibers.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { type Line, openFifo } from '../conformance/lines.ts';

const platform = await loadPlatform();
const DEPTH = 3;
const MESSAGE_BYTES = 4;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

let line: Line;
let engine: BlockingEngine;

async function open(id: string): Promise<void> {
  const driver = await findDriver(id);
  const context = {
    platform,
    target: line.target,
    depth: DEPTH,
    slot_bytes: 64,
    parameters: {},
  };
  engine = (await driver.open(context)) as BlockingEngine;
}

beforeEach(() => {
  line = openFifo(platform);
});
afterEach(() => {
  engine.close();
  line.close();
});

const soon = () => platform.now() + 5e9;

describe.each(['epoll', 'poll'])('on %s', id => {
  beforeEach(() => open(id));

  it('fibers take the messages in turn, and end with the stream', () => {
    const got: string[][] = [[], [], []];
    function* reader(mine: string[]): Fiber {
      for (;;) {
        const bytes = yield MESSAGE_BYTES;
        if (bytes.length === 0) return;
        mine.push(text(bytes));
      }
    }
    line.send(Buffer.from('aaaabbbbccccddddeeeeffff'));
    line.hangUp();
    runFibers(engine, got.map(reader), soon());
    expect(got.flat().sort()).toEqual(['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee', 'ffff']);
    expect(got.map(mine => mine.length)).toEqual([2, 2, 2]);
  });

  it('fibers that wait in vain are told of', () => {
    function* reader(): Fiber {
      yield MESSAGE_BYTES;
    }
    expect(() => runFibers(engine, [reader(), reader()], platform.now() + 5e6)).toThrow(TimedOut);
  });

  it('an executor polls a task once for each time it was woken', () => {
    const executor = new Executor(engine, DEPTH);
    const got: string[] = [];
    /** A state machine: reads one message after the other. */
    const reader = (count: number): Future<void> => {
      let now = executor.read(MESSAGE_BYTES);
      let left = count;
      return {
        poll(wake) {
          for (;;) {
            const bytes = now.poll(wake);
            if (bytes === PENDING) return PENDING;
            got.push(text(bytes));
            if (--left === 0) return undefined;
            now = executor.read(MESSAGE_BYTES);
          }
        },
      };
    };
    for (let i = 0; i < DEPTH; i++) executor.spawn(reader(2));
    expect(executor.polls, 'futures are lazy').toBe(0);
    line.send(Buffer.from('aaaabbbbccccddddeeeeffff'));
    executor.run(soon());
    expect(got.sort()).toEqual(['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee', 'ffff']);
    expect(executor.polls, 'once at first, and once for each of two messages').toBe(3 * DEPTH);
  });

  it('more reads than slots wait for a slot, and all end', () => {
    const executor = new Executor(engine, DEPTH);
    let done = 0;
    for (let i = 0; i < 4 * DEPTH; i++) {
      const read = executor.read(MESSAGE_BYTES);
      executor.spawn({
        poll(wake) {
          const bytes = read.poll(wake);
          if (bytes !== PENDING) done += bytes.length;
          return bytes;
        },
      });
    }
    line.send(new Uint8Array(4 * DEPTH * MESSAGE_BYTES));
    executor.run(soon());
    expect(done).toBe(4 * DEPTH * MESSAGE_BYTES);
  });

  it('two reads joined are one future with both values', () => {
    const executor = new Executor(engine, DEPTH);
    const both = join(executor.read(MESSAGE_BYTES), executor.read(MESSAGE_BYTES));
    const got: string[] = [];
    executor.spawn({
      poll(wake) {
        const values = both.poll(wake);
        if (values !== PENDING) got.push(...values.map(text));
        return values;
      },
    });
    line.send(Buffer.from('aaaabbbb'));
    executor.run(soon());
    expect(got).toEqual(['aaaa', 'bbbb']);
  });

  it.each([2, 1])('reads that are joined share %i slots, and each task ends once', slots => {
    const executor = new Executor(engine, slots);
    const ended: string[][] = [];
    for (let i = 0; i < 3; i++) {
      const both = join(executor.read(MESSAGE_BYTES), executor.read(MESSAGE_BYTES));
      executor.spawn({
        poll(wake) {
          const values = both.poll(wake);
          if (values !== PENDING) ended.push(values.map(text));
          return values;
        },
      });
    }
    line.send(Buffer.from('aaaabbbbccccddddeeeeffff'));
    executor.run(soon());
    expect(ended.length, 'a task that is over must not be polled, nor counted again').toBe(3);
    expect(ended.flat().sort(), 'no read may be left when run() returns').toEqual(
      'aaaa bbbb cccc dddd eeee ffff'.split(' '),
    );
  });

  it('a task that wakes itself and ends is over all the same', () => {
    const executor = new Executor(engine, DEPTH);
    let polled = 0;
    executor.spawn({
      poll(wake) {
        if (++polled === 1) wake();
        return 'value';
      },
    });
    executor.spawn(executor.read(MESSAGE_BYTES));
    line.send(Buffer.from('aaaa'));
    executor.run(soon());
    expect(polled, 'not at all once it has given its value').toBe(1);
    expect(executor.polls, 'and twice the one that reads').toBe(3);
  });

  it('a future that forgets its waker is found out instead of waited for', () => {
    const executor = new Executor(engine, DEPTH);
    executor.spawn({ poll: () => PENDING });
    expect(() => executor.run(soon())).toThrow(/waker/);
  });
});
