// What the lab itself costs on this machine, now: measured in a cell of its own at the start of
// every run. Nothing below it can be seen.
import type { Platform } from '../ffi/platform.ts';
import {
  calibrateClock,
  calibrateLoopLag,
  calibrateRecorder,
  calibrateSleep,
} from '../measure/calibration.ts';
import type { Floor } from '../records/schema.ts';

export async function measureFloor(platform: Platform): Promise<Floor> {
  return {
    clock: platform.clock,
    ...calibrateClock(platform.now),
    record_sample_ns: calibrateRecorder(platform.now),
    loop_lag_ns_p50: await calibrateLoopLag(platform.now),
    sleep_late_ns_p50: calibrateSleep(platform.now, platform.sleepUntil),
  };
}
