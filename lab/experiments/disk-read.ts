// Random reads of 4 KiB: what does a deeper queue buy, in operations per second, in latency and in
// interrupts per operation?
import type { Experiment } from './experiment.ts';

const DEPTHS = [1, 8, 32, 128];
const SHORT_DEPTHS = [1, 32];
const BLOCK_BYTES = 4096;
const ROUND_MS = 500;
const SHORT_ROUND_MS = 200;
/** Until compiled code runs throughout: less shows as processor time. The peer gets the same. */
const WARMUP_MS = 800;
const SHORT_WARMUP_MS = 300;
/** Drivers that finish each operation before the next can start have no depth but one. */
const ONE_AT_A_TIME = new Set(['blocking', 'direct-sync', 'cached-sync', 'mmap', 'null']);
/** Drivers that can hand over each operation by itself, or several with one call. */
const HANDS_OVER = new Set(['io-uring', 'linux-aio']);
const COMMON = ['blocking', 'io-uring'];

export const experiment: Experiment = {
  id: 'disk-read',
  title: 'Disk reads',
  question: 'What does a deeper queue buy, and what does it cost?',
  options: ['depth', 'peer'],
  devices: ['file'],
  drivers: [...COMMON, 'direct-sync', 'cached-sync', 'mmap', 'linux-aio', 'aio-suspend'],
  short_drivers: COMMON,
  baseline: 'blocking',
  settings: {
    submission: {
      meaning: 'each: one system call per operation; batch: one submits all and waits',
      default: 'each',
      values: ['each', 'batch'],
    },
    bytes: { meaning: 'size of the temporary file', default: '134217728' },
    direct: {
      meaning: 'false: read through the page cache',
      default: 'true',
      values: ['true', 'false'],
    },
  },
  rounds: 15,
  short_rounds: 6,
  misfit: device => (device.kind === 'block' ? undefined : 'it needs a block device or a file'),
  plan(driver, { depth, set, short }) {
    const chosen = depth.length > 0 ? depth : short ? SHORT_DEPTHS : DEPTHS;
    const depths = ONE_AT_A_TIME.has(driver) ? chosen.slice(0, 1).map(() => 1) : chosen;
    const submission = HANDS_OVER.has(driver);
    return depths.map(one => ({
      depth: one,
      ...(submission ? { submission: set.submission ?? 'each' } : {}),
    }));
  },
  cell(setting, { short, samples }, seed) {
    const duration_ms = short ? SHORT_ROUND_MS : ROUND_MS;
    const parameters: Record<string, string> = {};
    if (setting.submission !== undefined) parameters.submission = String(setting.submission);
    return {
      depth: Number(setting.depth),
      parameters,
      workload: {
        kind: 'random-read',
        duration_ms,
        ...(samples === undefined ? {} : { samples }),
        warmup_ms: short ? SHORT_WARMUP_MS : WARMUP_MS,
        block_bytes: BLOCK_BYTES,
        seed,
      },
      expected_ms: (samples ?? duration_ms) + WARMUP_MS,
    };
  },
};
