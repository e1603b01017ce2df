// What the scripts find out about the emulated Pico, in counts: the same laws as on the Uno where the
// firmware is the same, and what a controller of its own buys and costs.
import { describe, expect, it } from 'vitest';
import { onBoard } from './fresh.ts';

const SAMPLES = 40;
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const middle = (values: readonly number[]) => sorted(values)[values.length >> 1]!;

describe('service latency on the Pico', () => {
  const service = (mode: string, load: string) => {
    const plan = { script: 'service-latency', mode, load, samples: SAMPLES } as const;
    const { counted, series, notes } = onBoard('pico', plan);
    expect(notes).toEqual([]);
    expect(counted).toBe(SAMPLES);
    return middle(series.service_cycles!);
  };

  it.each(['interrupt', 'interrupt+ring'])('%s: the same beside any load', mode => {
    expect(service(mode, 'heavy')).toBe(service(mode, 'medium'));
  });

  it('polled: grows with the load', () => {
    const [none, medium, heavy] = ['none', 'medium', 'heavy'].map(load => service('polled', load));
    expect(medium!).toBeGreaterThan(2 * none!);
    expect(heavy!).toBeGreaterThan(3 * medium!);
  });
});

describe('DMA blocks on the Pico', () => {
  const of = (mode: string, block_bytes: number) =>
    onBoard('pico', { script: 'dma-block', mode, block_bytes, runs: 2, samples: 20 });

  it('wakes the program once per block: twice the bytes, half the wake-ups', () => {
    const wakeups = [1, 4, 16, 64].map(block => of('dma', block).totals.wakeups_per_kB!);
    for (const [i, now] of wakeups.slice(1).entries()) {
      const ratio = wakeups[i]! / now;
      expect(ratio, 'four times the bytes').toBeGreaterThan(3);
      expect(ratio).toBeLessThan(5);
    }
    const ring = of('interrupt+ring', 0).totals.wakeups_per_kB!;
    expect(wakeups[0]! / ring).toBeGreaterThan(0.9);
    expect(wakeups[0]! / ring).toBeLessThan(1.1);
  });

  it('loses nothing, and lets a lone byte wait for the tick', () => {
    const large = of('dma', 64);
    expect(large.totals.lost_bytes).toBe(0);
    const ring = middle(of('interrupt+ring', 0).series.answer_cycles!);
    expect(middle(large.series.answer_cycles!)).toBeGreaterThan(5 * ring);
  });
});

describe('torn reads on the Pico', () => {
  const torn = (width_bytes: number, way: string) =>
    onBoard('pico', { script: 'torn-read', way, width_bytes, reads: 5000 }).totals;

  it('what one instruction reads never tears, what takes several does, and both cures cure', () => {
    expect(torn(2, 'plain').torn_reads).toBe(0);
    expect(torn(8, 'plain').torn_reads).toBeGreaterThan(0);
    expect(torn(8, 'interrupts-off').torn_reads).toBe(0);
    expect(torn(8, 'read-twice').torn_reads).toBe(0);
  });

  it.each([2, 8])('a cure costs time, and reading twice the more: %i bytes', width_bytes => {
    const [plain, off, twice] = ['plain', 'interrupts-off', 'read-twice'].map(
      way => torn(width_bytes, way).writes!,
    );
    expect(off).toBeGreaterThan(plain!);
    expect(twice).toBeGreaterThan(off!);
  });
});

describe('overrun on the Pico', () => {
  const lost = (mode: string, load: string, traffic: string) =>
    onBoard('pico', { script: 'overrun', mode, load, traffic, bursts: traffic === 'echo' ? 1 : 20 })
      .totals;

  it('only who polls loses one-way messages; ring and controller lose no frame either way', () => {
    expect(lost('polled', 'none', 'one-way').lost_bytes).toBe(0);
    expect(lost('polled', 'heavy', 'one-way').lost_bytes).toBeGreaterThan(0);
    expect(lost('interrupt', 'none', 'echo').lost_frames).toBeGreaterThan(0);
    for (const mode of ['interrupt+ring', 'dma']) {
      for (const traffic of ['one-way', 'echo']) {
        expect(lost(mode, 'heavy', traffic), `${mode} ${traffic}`).toMatchObject({
          lost_bytes: 0,
          lost_frames: 0,
        });
      }
    }
  });
});
