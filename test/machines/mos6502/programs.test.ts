// The per-byte loop of the 6502 in its three forms: cycles to the digit, and what each loses when bytes
// come faster than it turns.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram } from '../../../lab/machines/find.ts';
import { define6502 } from '../../../lab/machines/mos6502/define.ts';
import { ProgramBench } from '../conformance.ts';

let bench: ProgramBench;
beforeEach(() => {
  bench = new ProgramBench();
});
afterEach(() => bench.close());

const run = async (id: string, parameters: Readonly<Record<string, string>> = {}) =>
  bench.run(await findProgram('mos6502', id), parameters);

describe('cycles to the digit', () => {
  it.each([
    // BIT 4, BPL 2, LDA 4, STA 5, INY 2, BNE 3.
    ['byte-four', 20],
    // BVC 2, CLV 2, LDA 4, STA 5, INY 2, BNE 3.
    ['byte-three', 18],
    // LDA 4, STA 5, INY 2, BNE 3.
    ['byte-two', 14],
  ])('%s: a byte costs %i cycles where none is waited for', async (id, cycles) => {
    expect((await run(id)).totals.loop_cycles).toBe(cycles);
  });

  it.each([
    ['byte-four', { cycles: 8_245, polls: 702, held_cycles: 0, lost_bytes: 0 }],
    ['byte-three', { cycles: 8_244, polls: 1_467, held_cycles: 0, lost_bytes: 0 }],
    ['byte-two', { cycles: 8_236, polls: 0, held_cycles: 4_649, lost_bytes: 0 }],
  ])('%s, 256 bytes, one every 32 cycles', async (id, wanted) => {
    expect((await run(id)).totals).toMatchObject(wanted);
  });

  it('is identical in 20 of 20 runs, with jitter too', async () => {
    for (const id of ['byte-four', 'byte-three', 'byte-two']) {
      const first = await run(id, { jitter: '9' });
      for (let i = 1; i < 20; i++) expect(await run(id, { jitter: '9' })).toEqual(first);
    }
  });
});

describe('what the counts say', () => {
  it.each([
    ['byte-four', 20],
    ['byte-three', 18],
    ['byte-two', 14],
  ])('%s loses bytes exactly where they come faster than every %i cycles', async (id, cycles) => {
    for (let period = cycles - 4; period <= cycles + 4; period++) {
      const { lost_bytes } = (await run(id, { period: String(period) })).totals;
      if (period >= cycles) expect(lost_bytes, `a byte every ${period} cycles`).toBe(0);
      else expect(lost_bytes, `a byte every ${period} cycles`).toBeGreaterThan(0);
    }
  });

  it('a fetch of what was fetched already has no latency, and is told as such', async () => {
    const late = await run('byte-three', { period: '16', jitter: '9' });
    const { repeated_bytes = 0, lost_bytes, bytes } = late.totals;
    expect(repeated_bytes, 'the flag was set between CLV and the fetch').toBeGreaterThan(0);
    expect(lost_bytes, 'the byte before was overwritten by then').toBeGreaterThan(repeated_bytes);
    const latency = late.series!.latency_cycles!;
    expect(latency.length, 'measure only what came').toBe(bytes! - repeated_bytes);
    expect(Math.max(...latency), 'none waits longer than a turn of the loop').toBeLessThan(18);
  });

  it.each([
    ['byte-three', { period: '16' }],
    ['byte-four', { period: '16', jitter: '9' }],
    ['byte-two', { period: '12', jitter: '9' }],
  ])('%s fetches nothing twice with %o', async (id, parameters) => {
    const { totals, series } = await run(id, parameters);
    expect(totals).not.toHaveProperty('repeated_bytes');
    expect(series!.latency_cycles!.length).toBe(totals.bytes);
  });

  it('the pin shortens the wait for the latest byte, the wait states end it', async () => {
    const latest = async (id: string) => Math.max(...(await run(id)).series!.latency_cycles!);
    const [four, three, two] = [
      await latest('byte-four'),
      await latest('byte-three'),
      await latest('byte-two'),
    ];
    expect(four).toBeGreaterThan(three);
    expect(three).toBeGreaterThan(two);
    expect([four, three, two]).toEqual([12, 9, 0]);
  });
});

it('a loop that never ends is stopped, with its last state', async () => {
  const endless = define6502({
    id: 'endless',
    title: 'Endless',
    mechanism: 'polling',
    about: 'It never ends.',
    source: '',
    wiring: 'status',
    counts: {},
    code: '.org $1000\nstart: jmp start',
  });
  await expect(bench.run(endless)).rejects.toMatchObject({
    name: 'TimedOut',
    message: expect.stringMatching(/did not end .* PC 4096/),
  });
});
