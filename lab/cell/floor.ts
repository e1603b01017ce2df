// What the lab itself costs on this machine, now: measured in a cell of its own at the start of
// every run. Nothing below it can be seen.
import type { Platform } from '../ffi/platform.ts';
import {
  calibrateClock,
  calibrateLoopLag,
  calibrateRecorder,
  calibrateSleep,
  shareFor,
} from '../measure/calibration.ts';
import type { Floor } from '../records/schema.ts';

const SAMPLES = 100_000;
const TURNS = 1000;

export async function measureFloor(platform: Platform): Promise<Floor> {
  const clock = calibrateClock(platform.now);
  const share = shareFor(clock.clock_read_ns);
  return {
    clock: platform.clock,
    ...clock,
    record_sample_ns: calibrateRecorder(platform.now, Math.ceil(SAMPLES * share)),
    loop_lag_ns_p50: await calibrateLoopLag(platform.now, Math.ceil(TURNS * share)),
    sleep_late_ns_p50: calibrateSleep(platform.now, platform.sleepUntil),
  };
}
