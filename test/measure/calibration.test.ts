// The ruler is tested against clocks whose grain, cost and jitter are known: tinybench's timer
// calibration test is the model. No time of this machine is asserted.
import { describe, expect, test } from 'vitest';
import {
  calibrateClock,
  calibrateLoopLag,
  calibrateRecorder,
  calibrateSleep,
} from '../../lab/measure/calibration.ts';
import { createRandom } from '../../lab/measure/random.ts';
import { SampleRecorder } from '../../lab/measure/sampleRecorder.ts';

interface Synthetic {
  /** Time passes by this much on each reading. */
  cost_ns: number;
  /** Readings are multiples of this. */
  grain_ns?: number;
  /** A reading costs up to this much more. */
  jitter_ns?: number;
  /** Every so many readings the program is away … */
  gap_every?: number;
  /** … for so long. */
  gap_ns?: number;
  start_ns?: number;
}

/** A clock that moves only when it is read. */
function synthetic(options: Synthetic): () => number {
  const { cost_ns, grain_ns = 1, jitter_ns = 0, gap_every = 0, gap_ns = 0 } = options;
  const random = createRandom(1);
  let time_ns = options.start_ns ?? 3e12;
  let readings = 0;
  return () => {
    time_ns += cost_ns + Math.floor(random() * (jitter_ns + 1));
    if (gap_every > 0 && ++readings % gap_every === 0) time_ns += gap_ns;
    return Math.floor(time_ns / grain_ns) * grain_ns;
  };
}

describe('calibrateClock', () => {
  test('finds the cost of a reading', () => {
    for (const cost_ns of [20, 68, 1_500]) {
      expect(calibrateClock(synthetic({ cost_ns }), 20_000).clock_read_ns).toBeCloseTo(cost_ns, 6);
    }
    const jittery = calibrateClock(synthetic({ cost_ns: 60, jitter_ns: 20 }), 50_000);
    expect(jittery.clock_read_ns).toBeGreaterThan(69);
    expect(jittery.clock_read_ns).toBeLessThan(71);
  });

  test('finds the grain of a clock coarser than its cost', () => {
    for (const grain_ns of [100, 1_000, 15_625_000]) {
      const found = calibrateClock(synthetic({ cost_ns: 70, grain_ns }), 500_000);
      expect(found.clock_resolution_ns).toBe(grain_ns);
      expect(Math.abs(found.clock_read_ns / 70 - 1)).toBeLessThan(0.15);
    }
  });

  test('finds the grain of a clock finer than its cost', () => {
    const found = calibrateClock(synthetic({ cost_ns: 60, jitter_ns: 9 }), 20_000);
    expect(found.clock_resolution_ns).toBe(1);
    const tens = calibrateClock(synthetic({ cost_ns: 60, jitter_ns: 90, grain_ns: 10 }), 20_000);
    expect(tens.clock_resolution_ns).toBe(10);
  });

  test('does not take the rounding of doubles for a grain', () => {
    // Around 8e14 doubles are 0.125 apart: every other reading is off by one such step.
    const exact = synthetic({ cost_ns: 160, jitter_ns: 900, grain_ns: 100, start_ns: 8e14 });
    let readings = 0;
    const rounded = (): number => exact() + (++readings % 3 === 0 ? 0.125 : 0);
    const found = calibrateClock(rounded, 20_000);
    expect(found.clock_resolution_ns).toBeGreaterThan(99);
    expect(found.clock_resolution_ns).toBeLessThan(101);
  });

  test('sees absences in the p99.99 step, not in the cost', () => {
    const often = synthetic({ cost_ns: 50, gap_every: 2_000, gap_ns: 30_000 });
    expect(calibrateClock(often, 100_000).clock_step_ns_p9999).toBe(30_050);
    const rarely = synthetic({ cost_ns: 50, gap_every: 90_000, gap_ns: 1e9 });
    const found = calibrateClock(rarely, 100_000);
    expect(found.clock_step_ns_p9999).toBe(50);
    expect(found.clock_read_ns).toBeCloseTo(50, 6);
  });

  test('refuses clocks that measure nothing', () => {
    expect(() => calibrateClock(() => 5, 1_000)).toThrow(/stood still/);
    let time = 1e6;
    expect(() => calibrateClock(() => (time -= 1), 1_000)).toThrow(/went back/);
    expect(() => calibrateClock(() => Number.NaN, 1_000)).toThrow(RangeError);
  });
});

describe('calibrateRecorder', () => {
  test('divides the time of a batch by its samples', () => {
    // This clock moves 500 µs per reading: 100 000 samples "took" 5 ns each.
    expect(calibrateRecorder(synthetic({ cost_ns: 500_000 }), 100_000)).toBeCloseTo(5, 6);
  });

  test('does not let one stalled batch decide', () => {
    const stalled = synthetic({ cost_ns: 1_000, gap_every: 11, gap_ns: 1e9 });
    expect(calibrateRecorder(stalled, 1_000)).toBeCloseTo(1, 6);
  });
});

describe('calibrateLoopLag', () => {
  test('counts one turn of the loop per sample', async () => {
    let turns = 0;
    const count = (): void => {
      turns++;
      if (turns < 500) setImmediate(count);
    };
    setImmediate(count);
    // The clock reads the number of turns that another chain of callbacks has seen.
    const lag = await calibrateLoopLag(() => turns, 101);
    expect(lag).toBe(1);
  });

  test('gives the median', async () => {
    let reading = 0;
    // Two readings per sample: its start and its end, 300 apart.
    const lag = await calibrateLoopLag(() => (reading += 300), 50);
    expect(lag).toBe(300);
  });
});

describe('calibrateSleep', () => {
  test('finds how late a sleep ends, whatever its length', () => {
    let time = 1e9;
    const targets: number[] = [];
    const late = calibrateSleep(
      () => time,
      target => {
        targets.push(target - time);
        time = target + 56_000;
      },
      40,
    );
    expect(late).toBe(56_000);
    expect(targets.length).toBe(40);
    expect(Math.min(...targets)).toBeGreaterThanOrEqual(100_000);
    expect(Math.max(...targets)).toBeLessThanOrEqual(500_000);
    expect(new Set(targets.map(Math.round)).size).toBe(40);
  });
});

describe('SampleRecorder', () => {
  test('keeps samples in order until it is full, and says so', () => {
    const recorder = new SampleRecorder(3);
    expect([recorder.append(1.5), recorder.append(-2), recorder.full]).toEqual([true, true, false]);
    expect([...recorder.view()]).toEqual([1.5, -2]);
    expect([recorder.append(9), recorder.full, recorder.append(10)]).toEqual([true, true, false]);
    expect([...recorder.view()]).toEqual([1.5, -2, 9]);
    expect(recorder.length).toBe(3);
  });

  test('starts anew in the same memory', () => {
    const recorder = new SampleRecorder(2);
    recorder.append(1);
    const { buffer } = recorder.view();
    recorder.clear();
    expect([recorder.length, recorder.full, recorder.view().length]).toEqual([0, false, 0]);
    recorder.append(7);
    expect([...recorder.view()]).toEqual([7]);
    expect(recorder.view().buffer).toBe(buffer);
  });

  test('of no places is full at once; other sizes are refused', () => {
    const none = new SampleRecorder(0);
    expect([none.full, none.append(1)]).toEqual([true, false]);
    expect(() => new SampleRecorder(-1)).toThrow(RangeError);
    expect(() => new SampleRecorder(1.5)).toThrow(RangeError);
  });
});
