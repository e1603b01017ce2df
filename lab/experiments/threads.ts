// How many threads? Reads of a file through a pool of threads that block, pool by pool and queue by
// queue: too few starve the disk, more than it can serve only switch.
import { WrongUsage } from '../errors.ts';
import type { Experiment, PlanRequest } from './experiment.ts';
import { ONE_AT_A_TIME } from './parts/one-at-a-time.ts';
import { DIRECT, depthsOf, FILE, noBlocks, randomReads } from './parts/random-reads.ts';

const POOLS = [1, 2, 4, 8, 16, 32, 64, 128];
const SHORT_POOLS = [1, 4, 16];
/** What libuv takes (libuv's documentation, "Thread pool work scheduling"). */
const MOST_THREADS = 1024;
const POOL = 'thread-pool';

/** The pool that was chosen, or all of them. Throws WrongUsage. */
function poolsOf({ set, short }: PlanRequest): readonly number[] {
  if (set.pool === undefined) return short ? SHORT_POOLS : POOLS;
  const pool = Number(set.pool);
  if (Number.isInteger(pool) && pool >= 1 && pool <= MOST_THREADS) return [pool];
  throw new WrongUsage(`--set pool=${set.pool}: give a whole number from 1 to ${MOST_THREADS}`);
}

/** Named in a record where it was asked for. */
function interfacesOf({ set }: PlanRequest): readonly Readonly<Record<string, string>>[] {
  if (set.interface === undefined) return [{}];
  if (set.interface !== 'both') return [{ interface: set.interface }];
  return [{ interface: 'callback' }, { interface: 'promises' }];
}

export const experiment: Experiment = {
  id: 'threads',
  title: 'Number of threads',
  question: 'A pool of threads that block: how many of them does a queue of reads need?',
  options: ['depth'],
  devices: ['file'],
  drivers: ['blocking', POOL, 'io-uring'],
  short_drivers: ['blocking', POOL],
  baseline: 'blocking',
  shows: [
    { metric: 'ops_per_s', title: 'ops/s' },
    { metric: 'latency_ns', title: 'p50' },
    { metric: 'cpu_ns_per_op', title: 'CPU', meaning: 'CPU: of all threads, for one read' },
    { metric: 'switches_per_op', title: 'switches', meaning: 'switches: of all threads, a read' },
    { metric: 'cpu_share', title: 'busy', meaning: 'busy: processors that the reading kept' },
  ],
  settings: {
    pool: { meaning: 'threads in the pool, from 1 to 1024', default: 'eight sizes from 1 to 128' },
    interface: {
      meaning: 'callback: fs.read; promises: the same by fs.promises; both: one beside the other',
      default: 'callback',
      values: ['callback', 'promises', 'both'],
    },
    ...FILE,
    ...DIRECT,
  },
  rounds: 6,
  short_rounds: 6,
  misfit: noBlocks,
  plan(driver, request) {
    const depths = depthsOf(request);
    const pools = poolsOf(request);
    // Through the page cache or past it: two questions, so it stands in every record.
    const direct = request.set.direct ?? 'true';
    if (driver === POOL) {
      return pools.flatMap(pool =>
        depths.flatMap(depth =>
          interfacesOf(request).map(one => ({ pool, depth, direct, ...one })),
        ),
      );
    }
    if (ONE_AT_A_TIME.has(driver)) return [{ depth: 1, direct }];
    return depths.map(depth => ({ depth, direct }));
  },
  cell({ depth, direct: _, ...chosen }, request, seed) {
    const parameters = Object.fromEntries(
      Object.entries(chosen).map(([name, value]) => [name, String(value)]),
    );
    return randomReads(Number(depth), parameters, request, { seed });
  },
};
