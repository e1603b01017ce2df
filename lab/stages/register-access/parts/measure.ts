// Factorials by edu, one after the other, through one way to touch its registers. Each answer is known
// beforehand, so what did not come from the device is found out and counted.

import type { Memory } from '../../../ffi/platform.ts';
import { MappedRegisters } from '../../../registers/access.ts';
import { EDU, Edu, factorial } from '../../../registers/edu.ts';
import { claim, mapRegion } from '../../../registers/pci.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

/** Where edu's registers stand among words. */
export const FACTORIAL = EDU.FACTORIAL / 4;
export const STATUS = EDU.STATUS / 4;
/** So often the status is asked at most: a loop that asks the device no more would never end. */
export const MOST_LOOKS = 100_000;
/** What an exchange answers that gave up. */
export const STUCK = -1;

const SMALLEST = 5;
const NUMBERS = 8;

/** One factorial; an unsigned word, or STUCK. */
export type Exchange = (n: number) => number;

/** `make` gets edu's mapped registers and answers with the way to be tried. */
export function measureAccess(
  { platform, target, parameters, counting }: StageContext,
  make: (memory: Memory) => Exchange,
): StageResult {
  const operations = whole(parameters, 'operations');
  const right = Float64Array.from({ length: SMALLEST + NUMBERS }, (_, n) => factorial(n) >>> 0);
  const latency_ns = new Float64Array(operations);
  const clock_ns = new Float64Array(2);
  let wrong = 0;
  let echoed = 0;
  let stuck = 0;
  const release = claim(target.path, 'none');
  const memory = mapRegion(platform, target.path, 0);
  const edu = new Edu(new MappedRegisters(memory));
  try {
    edu.begin();
    const exchange = make(memory);
    counting.begin();
    for (let i = 0; i < operations; i++) {
      const n = SMALLEST + (i % NUMBERS);
      platform.stamp(clock_ns, 0);
      const answer = exchange(n);
      platform.stamp(clock_ns, 1);
      latency_ns[i] = clock_ns[1]! - clock_ns[0]!;
      if (answer === right[n]) continue;
      wrong++;
      if (answer === n) echoed++;
      if (answer === STUCK) stuck++;
    }
    counting.end();
    edu.end();
  } finally {
    memory.free();
    release();
  }
  return {
    n: operations,
    series: { latency_ns },
    totals: { wrong_values: wrong, echoed_values: echoed, endless_loops: stuck },
    notes:
      wrong > 0
        ? ['the latency is that of wrong values: the device was not, or not well, asked']
        : [],
  };
}
