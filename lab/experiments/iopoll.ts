// The kernel waits for the disk's interrupt, or asks the disk until it has answered (IORING_SETUP_IOPOLL):
// the same reads both ways, from disks that take a set time to answer. The longer that takes, the more is
// spent on asking, and the less of the whole is gained.
import { WrongUsage } from '../errors.ts';
import type { Experiment, Setting } from './experiment.ts';
import { ONE_AT_A_TIME } from './parts/one-at-a-time.ts';
import { type Lengths, noBlocks, randomReads } from './parts/random-reads.ts';

const USUAL_DEPTHS = [1];
const LENGTHS: Lengths = { warmup_ms: 450, duration_ms: 500 };
const SHORT_LENGTHS: Lengths = { warmup_ms: 300, duration_ms: 250 };
const PREAD = 'direct-sync';

/**
 * Which disks of the device: by their latency, where it has several. Before the device is there (`parts`
 * undefined) any number may be right.
 */
function disksOf(
  parts: readonly string[] | undefined,
  chosen: string | undefined,
): readonly Setting[] {
  if (chosen === undefined) {
    const all = parts ?? [];
    return all.length === 0 ? [{}] : all.map(part => ({ backend_us: Number(part) }));
  }
  const there = parts === undefined ? /^\d{1,9}$/.test(chosen) : parts.includes(chosen);
  if (there) return [{ backend_us: Number(chosen) }];
  const which = parts?.length ? `there are ${parts.join(', ')}` : 'this device has one disk only';
  const asked = parts === undefined ? 'give microseconds' : which;
  throw new WrongUsage(`--set backend_us=${chosen}: ${asked}`);
}

const byLatency = (a: string, b: string): number => Number(a) - Number(b);

export const experiment: Experiment = {
  id: 'iopoll',
  title: 'Interrupt or poll, in the kernel',
  question: 'When is it worth asking the disk instead of waiting for its interrupt?',
  options: ['depth'],
  devices: ['vm:null_blk', 'vm:nvme-delay'],
  drivers: [PREAD, 'io-uring', 'io-uring-iopoll', 'io-uring-hybrid'],
  short_drivers: [PREAD, 'io-uring', 'io-uring-iopoll'],
  baseline: 'io-uring',
  shows: [
    { metric: 'latency_ns', title: 'p50' },
    { metric: 'ops_per_s', title: 'ops/s' },
    { metric: 'cpu_ns_per_op', title: 'CPU', meaning: 'CPU, calls, int, switches: for one read' },
    { metric: 'syscalls_per_op', title: 'calls' },
    { metric: 'interrupts_per_op', title: 'int' },
    { metric: 'switches_per_op', title: 'switches' },
  ],
  settings: {
    backend_us: {
      meaning:
        'how long the disk itself takes, in microseconds, where the device has several disks',
      default: 'all that it has',
    },
  },
  rounds: 9,
  short_rounds: 1,
  misfit: noBlocks,
  plan(driver, { depth, short, set }, target) {
    const parts = target && Object.keys(target.parts ?? {}).sort(byLatency);
    const few = short ? parts?.filter((_, at) => at % 2 === 0) : parts;
    const disks = disksOf(set.backend_us === undefined ? few : parts, set.backend_us);
    const chosen = depth.length > 0 ? depth : USUAL_DEPTHS;
    const depths = ONE_AT_A_TIME.has(driver) ? [1] : chosen;
    return disks.flatMap(disk => depths.map(one => ({ ...disk, depth: one })));
  },
  cell({ depth, backend_us }, request, seed) {
    const lengths = request.short ? SHORT_LENGTHS : LENGTHS;
    const planned = randomReads(Number(depth), { submission: 'batch' }, request, { seed, lengths });
    return backend_us === undefined ? planned : { ...planned, part: String(backend_us) };
  },
};
