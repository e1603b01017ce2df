// The same reads of the same disk through the kernel's driver and through one of our own, which the program
// is itself: what does the way into the kernel cost, what an interrupt, and what does a look? In each round
// the controller passes from the kernel to the program and back.
import { WrongUsage } from '../errors.ts';
import type { Experiment } from './experiment.ts';
import { ONE_AT_A_TIME } from './parts/one-at-a-time.ts';
import { type Lengths, noBlocks, randomReads } from './parts/random-reads.ts';

const DEPTHS = [1, 8, 32];
const SHORT_DEPTHS = [1, 8];
const MOST_DEPTH = 1024;
/** On an emulated processor each cell takes longer to start than to measure. */
const LENGTHS: Lengths = { warmup_ms: 450, duration_ms: 500 };
const SHORT_LENGTHS: Lengths = { warmup_ms: 300, duration_ms: 250 };
const PREAD = 'direct-sync';

function depthsOf(chosen: readonly number[], short: boolean): readonly number[] {
  if (chosen.length === 0) return short ? SHORT_DEPTHS : DEPTHS;
  const deep = chosen.find(depth => depth > MOST_DEPTH);
  if (deep === undefined) return chosen;
  throw new WrongUsage(`--depth ${deep}: a queue of this experiment holds at most ${MOST_DEPTH}`);
}

export const experiment: Experiment = {
  id: 'nvme',
  title: 'NVMe, by the kernel and by hand',
  question: 'What do the way into the kernel, an interrupt and a look each cost?',
  options: ['depth'],
  devices: ['vm:nvme'],
  drivers: [PREAD, 'io-uring', 'io-uring-iopoll', 'nvme-poll', 'nvme-msix'],
  baseline: PREAD,
  shows: [
    { metric: 'latency_ns', title: 'p50' },
    { metric: 'ops_per_s', title: 'ops/s' },
    {
      metric: 'cpu_ns_per_op',
      title: 'CPU',
      meaning: 'CPU, calls, int, bells, polls: for one read',
    },
    { metric: 'syscalls_per_op', title: 'calls' },
    { metric: 'interrupts_per_op', title: 'int' },
    { metric: 'doorbells_per_op', title: 'bells', meaning: 'bells: writes to doorbells' },
    { metric: 'polls_per_op', title: 'polls' },
  ],
  settings: {},
  rounds: 9,
  short_rounds: 1,
  misfit: noBlocks,
  plan(driver, { depth, short }) {
    const depths = depthsOf(depth, short);
    return ONE_AT_A_TIME.has(driver) ? [{ depth: 1 }] : depths.map(one => ({ depth: one }));
  },
  cell({ depth }, request, seed) {
    const lengths = request.short ? SHORT_LENGTHS : LENGTHS;
    const planned = randomReads(Number(depth), { submission: 'batch' }, request, { seed, lengths });
    // A cell that was killed may have left the controller with the program.
    return { ...planned, fresh: true };
  },
};
