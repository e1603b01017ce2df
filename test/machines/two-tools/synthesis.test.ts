// What each form costs on each tool, to the digit, and what the program refuses.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram } from '../../../lab/machines/find.ts';
import { ProgramBench } from '../conformance.ts';

let bench: ProgramBench;
beforeEach(() => {
  bench = new ProgramBench();
});
afterEach(() => bench.close());

const run = async (id: string, parameters: Readonly<Record<string, string>> = {}) =>
  bench.run(await findProgram('two-tools', id), parameters);

describe('400 answers of four devices, and a look every 64 or 4096 instructions', () => {
  it.each([
    ['callback-polled', '64', 412_455, 6327, 0, 0, 68],
    ['callback-polled', '4096', 623_944, 152, 0, 0, 4105],
    ['callback-interrupt', '64', 410_256, 395, 395, 0, 11],
    ['callback-interrupt', '4096', 410_256, 395, 395, 0, 11],
    ['flag-polled', '64', 413_392, 5968, 0, 23_872, 75],
    ['flag-interrupt', '64', 414_297, 399, 399, 24_112, 86],
    ['queue-polled', '64', 413_444, 6234, 0, 6634, 69],
    ['queue-interrupt', '64', 413_896, 398, 398, 6694, 83],
    ['queue-interrupt', '4096', 627_537, 399, 399, 552, 4123],
  ])('%s, %s', async (id, interval, instructions, polls, interrupts, loads, latest) => {
    const { totals, series } = await run(id, { interval });
    expect(totals).toMatchObject({ instructions, polls, interrupts, loads });
    expect(Math.max(...series!.latency_instructions!)).toBe(latest);
  });

  it('other seeds, other waits; a slower device, fewer interrupts for the time', async () => {
    const [one, other] = [
      await run('queue-interrupt'),
      await run('queue-interrupt', { seed: '2' }),
    ];
    expect(other.series).not.toEqual(one.series);
    const slow = await run('queue-interrupt', { pace: '40000' });
    expect(slow.totals.instructions! / one.totals.instructions!).toBeGreaterThan(8);
    expect(slow.totals.interrupts).toBeLessThanOrEqual(400);
  });
});

describe('a wrong setting', () => {
  it.each([
    [{ interval: '0' }, 'interval=0: give a whole number from 1 to 65536'],
    [{ pace: 'slow' }, 'pace=slow: give a whole number from 100 to 1000000'],
    [{ seed: '-1' }, /^seed=-1: give a whole number/],
  ])('%j', async (parameters, message) => {
    await expect(run('flag-polled', parameters)).rejects.toThrow(message);
  });
});
