// A run's lines in words: exact ones as formulas, others as a slope with its interval.
import { describe, expect, it } from 'vitest';
import { fitLines } from '../../lab/cli/terminal/fits.ts';
import type { Fit } from '../../lab/records/schema.ts';

const line = (
  driver: string,
  metric: string,
  a: number,
  b: number,
  more: Partial<Fit> = {},
): Fit => ({
  experiment: 'e',
  device: 'd',
  driver,
  metric,
  over: 'records',
  a,
  a_interval: [a, a],
  b,
  b_interval: [b, b],
  points: 3,
  ...more,
});

describe('lines in words', () => {
  it('says constants, slopes and both', () => {
    expect(
      fitLines([
        line('chained', 'instructions', 12, 0),
        line('chained', 'interrupts', 1, 0),
        line('each', 'instructions', 3, 13),
        line('each', 'interrupts', 0, 1),
        line('each', 'io_starts', 0, 2),
      ]),
    ).toEqual([
      'chained: instructions 12, interrupts 1',
      'each: instructions 3 + 13 n, interrupts n, starts 2 n',
    ]);
  });

  it('keeps settings apart and writes a negative part as one', () => {
    const linked = { parameters: { start: 'linked' } };
    expect(
      fitLines([
        line('io-uring', 'syscalls', 0, 1, { parameters: { start: 'each' } }),
        line('io-uring', 'links', -1, 1, linked),
      ]),
    ).toEqual(['io-uring start each: system calls n', 'io-uring start linked: links n − 1']);
  });

  it('gives a scattered line’s parts with their intervals, and leaves out what nobody asks for', () => {
    const scattered = {
      a_interval: [0, 1] as [number, number],
      b_interval: [0.5, 1.5] as [number, number],
    };
    expect(fitLines([line('x', 'wakeups', 0.5, 1, scattered), line('x', 'bytes', 0, 60)])).toEqual([
      'x: wake-ups about 0.5 [0, 1] + 1 n [0.5, 1.5]',
    ]);
    const falling = {
      a_interval: [300, 340] as [number, number],
      b_interval: [-3, -1] as [number, number],
    };
    expect(fitLines([line('x', 'latency_ns', 321, -2, falling)])).toEqual([
      'x: latency about 321 ns [300 ns, 340 ns] − 2.0 ns · n [1.0 ns, 3.0 ns]',
    ]);
  });

  it('gives times and sizes with their units', () => {
    const between = (low: number, high: number) => ({
      a_interval: [0, 2000] as [number, number],
      b_interval: [low, high] as [number, number],
    });
    expect(
      fitLines([
        line('x', 'cost_ns', 1000, 130, between(0.0041, 1400)),
        line('y', 'memory_bytes', 0, 8000, between(7000, 9000)),
      ]),
    ).toEqual([
      'x: cost about 1.0 µs [0 ns, 2.0 µs] + 130 ns · n [0.0041 ns, 1.4 µs]',
      'y: memory about 0 bytes [0 bytes, 2 000 bytes] + 8 000 bytes · n [7 000 bytes, 9 000 bytes]',
    ]);
  });

  it('says what n is where it is no number of records', () => {
    const scattered = {
      a_interval: [900, 15_000] as [number, number],
      b_interval: [490, 550] as [number, number],
    };
    const pause = { ...scattered, over: 'pause_us', parameters: { rate_hz: 100 } };
    expect(
      fitLines([
        line('paced-poll', 'latency_ns', 15_000, 522, pause),
        line('watch-poll', 'cost_ns', 900, 520, { ...scattered, over: 'watched' }),
      ]),
    ).toEqual([
      'paced-poll 100 Hz: latency about 15 µs [900 ns, 15 µs] + 522 ns · n [490 ns, 550 ns]; n: pause in µs',
      'watch-poll: cost about 900 ns [900 ns, 15 µs] + 520 ns · n [490 ns, 550 ns]; n: watched',
    ]);
  });

  it('tells a share of a processor over a rate as what waiting costs, and what one event costs', () => {
    const busy = line('blocking', 'cpu_share', 0.0075, 7.6e-6, {
      over: 'rate_hz',
      a_interval: [0.004, 0.011],
      b_interval: [4.3e-6, 11.2e-6],
    });
    expect(fitLines([busy])).toEqual([
      'blocking: busy 0.75 % [0.4 %, 1.1 %] when nothing comes, and 7.6 µs [4.3 µs, 11 µs] an event',
    ]);
  });
});
