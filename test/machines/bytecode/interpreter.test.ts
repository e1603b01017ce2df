// The interpreter that asks every N instructions: what it computes does not depend on N, how often it
// asks is instructions over N, and no event waits longer than N. Property and exact counts.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as op from '../../../lab/machines/bytecode/interpreter.ts';
import { findProgram } from '../../../lab/machines/find.ts';
import { ProgramBench } from '../conformance.ts';

let bench: ProgramBench;
beforeEach(() => {
  bench = new ProgramBench();
});
afterEach(() => bench.close());

/** Counts variable 0 down to nothing. */
const countDown = (from: number): op.ByteCode => [
  ...[op.PUSH, from, op.STORE, 0, op.DECREMENT, 0, op.JUMP_UNLESS_ZERO, 4, op.HALT, 0],
];

describe('asking every N instructions', () => {
  it('finds each event at the first poll after it, and asks as often as N says', () => {
    const arrivals = fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), arrivals, (interval, when) => {
        const sorted = when.toSorted((a, b) => a - b);
        const ran = op.interpret(countDown(300), interval, sorted, 10_000);
        expect(ran.instructions).toBe(2 + 600 + 1);
        // HALT ends at once: nothing is asked after it.
        expect(ran.polls).toBe(Math.floor((ran.instructions - 1) / interval));
        expect(ran.latency).toEqual(sorted.map(at => Math.ceil(at / interval) * interval - at));
      }),
    );
  });

  it('refuses wrong code and ends what does not end', () => {
    expect(() => op.interpret([op.ADD, 0], 1, [], 10)).toThrow('the stack is empty');
    expect(() => op.interpret([99, 0], 1, [], 10)).toThrow('no operation 99 at 0');
    const endless = [op.PUSH, 1, op.STORE, 0, op.JUMP_UNLESS_ZERO, 4];
    expect(() => op.interpret(endless, 1, [], 1000)).toThrow('no end after 1000 instructions');
  });
});

describe('poll-every-n', () => {
  const run = async (interval: number, more = {}) =>
    bench.run(await findProgram('bytecode', 'poll-every-n'), {
      interval: String(interval),
      ...more,
    });

  // 200 events, one in each 6 000 instructions, at places drawn from the seed: none later than N.
  it.each([
    [1, 1_200_002, 0],
    [16, 75_000, 15],
    [256, 4_687, 254],
    [4096, 292, 4_066],
  ])(
    'every %i: %i polls, the latest event %i instructions late',
    async (interval, polls, latest) => {
      const { totals, series } = await run(interval);
      expect(totals).toMatchObject({ instructions: 1_200_003, polls });
      expect(Math.max(...series!.latency_instructions!)).toBe(latest);
    },
  );

  it('other seeds, other arrivals; the same one, the same', async () => {
    const late = async (seed: string) => (await run(256, { seed })).series!.latency_instructions;
    expect(await late('2')).not.toEqual(await late('1'));
    expect(await late('2')).toEqual(await late('2'));
  });
});
