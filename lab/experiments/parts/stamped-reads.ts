// What the experiments on waiting share: messages that carry the host's clock, sent at planned times whether
// or not anybody is ready (an open loop, lab/measure/schedule.ts), and read one at a time.
import type { DeviceFacts } from '../../devices/device.ts';
import { openLoopSchedule } from '../../measure/schedule.ts';
import type { PlannedCell } from '../experiment.ts';

/** Expected length of the warm-up, including the quiet after it. */
const WARMUP_MS = 300;
/** Enough that the loop is compiled before the first counted message. */
const WARMUP = 2500;

/** Why the device does not fit, or undefined where it does. */
export const noStamps = (device: DeviceFacts): string | undefined =>
  device.stamps === 'host' ? undefined : 'it needs a device whose stimulus carries the host clock';

/** A round of `count` messages at `rate_hz`, read by a driver with these parameters. */
export function stampedReads(
  rate_hz: number,
  count: number,
  seed: number,
  parameters: PlannedCell['parameters'] = {},
): PlannedCell {
  return {
    depth: 1,
    parameters,
    workload: { kind: 'stamped-read', samples: count, epoch: 0 },
    expected_ms: (count / rate_hz) * 1000 + WARMUP_MS,
    offsets_ns: [...openLoopSchedule({ count, rate_hz, seed })],
    warmup: WARMUP,
  };
}
