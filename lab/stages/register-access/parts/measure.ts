// Factorials by edu, one after the other, through one way to touch its registers. Each answer is known
// beforehand, so what is not the device's is found out and counted.
import { DeviceGone } from '../../../errors.ts';
import type { Memory } from '../../../ffi/platform.ts';
import { MappedRegisters } from '../../../registers/access.ts';
import { Edu, factorial } from '../../../registers/edu.ts';
import { claim, mapRegion } from '../../../registers/pci.ts';
import { ALL, type RegisterProgram } from '../../../registers/program.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

/**
 * So often the status is asked at most: a loop that asks the device no more would never end, and turns
 * through this within a moment. A device that is asked answers long before.
 */
export const MOST_LOOKS = 2_000_000;
/** The numbers whose factorials are asked for, one after the other. */
export const SMALLEST = 5;
export const NUMBERS = 8;
/** Exchanges of one call: a loop so long that it is compiled while it runs. */
export const TOGETHER = 2000;
/** What is said of exchanges one of which gave up waiting. */
export const STUCK = -1;
/** Each takes a while: that there are some is told by enough of them. */
const MOST_STUCK = 20;

/**
 * TOGETHER exchanges with the numbers from SMALLEST on, in turn: how many answers were not what `right`
 * says, or STUCK. Registers are named by literal numbers (0x08 factorial, 0x20 status), and answers are
 * compared on the spot, as in a short program: of constants from elsewhere, and beside stores to other
 * memory, the compiler does not know what is the same place, and is careful.
 */
export type Exchanges = (right: Float64Array) => number;

/** `make` gets edu's mapped registers and answers with the way to be tried. */
export function measureAccess(
  { platform, target, parameters, counting }: StageContext,
  make: (memory: Memory) => Exchanges,
): StageResult {
  const calls = Math.ceil(whole(parameters, 'operations') / TOGETHER);
  const latency_ns = new Float64Array(calls);
  const clock_ns = new Float64Array(2);
  const totals = { wrong_values: 0, endless_loops: 0 };
  const release = claim(target.path, 'none');
  const memory = mapRegion(platform, target.path, 0);
  const edu = new Edu(new MappedRegisters(memory));
  let done = 0;
  try {
    edu.begin();
    const exchange = make(memory);
    counting.begin();
    while (done < calls && totals.endless_loops < MOST_STUCK) {
      platform.stamp(clock_ns, 0);
      const wrong = exchange(right);
      platform.stamp(clock_ns, 1);
      latency_ns[done++] = (clock_ns[1]! - clock_ns[0]!) / TOGETHER;
      if (wrong === STUCK) totals.endless_loops++;
      else totals.wrong_values += wrong;
      if (!edu.present()) throw new DeviceGone('edu was unplugged');
      settle(edu);
    }
    counting.end();
    edu.end();
  } finally {
    memory.free();
    release();
  }
  const notes = ['latency: of one of many exchanges, right or wrong'];
  return {
    n: done * TOGETHER,
    series: { latency_ns: latency_ns.subarray(0, done) },
    totals,
    notes,
  };
}

const right = Float64Array.from({ length: NUMBERS }, (_, i) => factorial(SMALLEST + i) >>> 0);

/** Whatever was left undone, the next exchanges find a device that is idle. */
function settle(device: RegisterProgram): void {
  while (device.look() !== ALL);
}
