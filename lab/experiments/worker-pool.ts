// Few threads serve one port, and the port's limit says how many of them may run at once: who serves what,
// how many run, and what becomes of work that is shared out unevenly.
import { WrongUsage } from '../errors.ts';
import type { Experiment } from './experiment.ts';
import { numbersOf } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';
import { ON_WINDOWS, START_MS, THREAD_MS } from './parts/windows.ts';

const WORKERS = [1, 2, 4, 8];
const LIMITS = [1, 2, 4];
const SHORT_WORKERS = [4];
const SHORT_LIMITS = [1, 2];
const MOST_WORKERS = 64;
const PACKETS = 48;
const MOST_PACKETS = 1_000_000;
const WORK_MS = 10;
const MOST_WORK_MS = 10_000;
/** Workers and limits are swept; the others compare forms at one setting. */
const SWEPT = new Set(['pool-spin', 'pool-wait']);
const AT_ONE = { workers: 4, limit: 2 };
/** Most of the work comes to one thread and the rest to the others, so there must be others. */
const UNEVEN = new Set(['pool-own-ports', 'pool-rebalanced']);
/** One thread for every operation, so there are as many as packets. */
const EACH = 8;

export const experiment: Experiment = {
  ...ON_WINDOWS,
  id: 'worker-pool',
  title: 'Worker pools and the limit',
  question:
    'Many threads wait at one port: who gets the packets, and how many threads run at once?',
  drivers: [
    'pool-spin',
    'pool-wait',
    'pool-pinned',
    'pool-release',
    'pool-closed',
    'thread-each',
    'pool-own-ports',
    'pool-rebalanced',
  ],
  shows: [
    { metric: 'threads', title: 'threads' },
    { metric: 'most_at_once', title: 'at once', meaning: 'at once: packets worked on, at most' },
    {
      metric: 'over_limit',
      title: 'over limit',
      meaning: 'over limit: packets released while as many ran as may',
    },
    { metric: 'busiest_share', title: 'busiest', meaning: 'busiest: share of one thread' },
    { metric: 'moves', title: 'moves', meaning: 'moves: a thread found on another processor' },
    { metric: 'last_share', title: 'last in', meaning: 'last in: released who slept last' },
  ],
  settings: {
    workers: { meaning: 'threads that wait at the port', default: WORKERS.join(', ') },
    limit: { meaning: 'threads that may run at once', default: LIMITS.join(', ') },
    packets: { meaning: 'packets to be served', default: String(PACKETS) },
    work_ms: { meaning: 'work for each packet, in milliseconds', default: String(WORK_MS) },
  },
  plan(stage, { samples, short, set }) {
    const [packets = PACKETS] = numbersOf(set, 'packets', [samples ?? PACKETS], MOST_PACKETS);
    const [work_ms = WORK_MS] = numbersOf(set, 'work_ms', [WORK_MS], MOST_WORK_MS, 0);
    const common = { packets, work_ms };
    if (stage === 'thread-each') return [{ ...common, packets: Math.min(packets, EACH) }];
    if (!SWEPT.has(stage)) {
      const [workers] = numbersOf(set, 'workers', [AT_ONE.workers], MOST_WORKERS);
      const [limit] = numbersOf(set, 'limit', [AT_ONE.limit], MOST_WORKERS);
      if (workers === 1 && UNEVEN.has(stage)) {
        throw new WrongUsage(
          `--set workers=1: ${stage} compares a busy thread with others; give a whole number from 2 to ${MOST_WORKERS}, or choose other forms by --driver`,
        );
      }
      return [{ workers: workers!, limit: limit!, ...common }];
    }
    const all = numbersOf(set, 'workers', short ? SHORT_WORKERS : WORKERS, MOST_WORKERS);
    const limits = numbersOf(set, 'limit', short ? SHORT_LIMITS : LIMITS, MOST_WORKERS);
    return all.flatMap(workers =>
      // A limit that the threads cannot reach says nothing.
      limits.filter(limit => limit <= workers).map(limit => ({ workers, limit, ...common })),
    );
  },
  cell: (setting, _request, seed) =>
    stageCell(
      'worker-pool',
      setting,
      seed,
      START_MS +
        Number(setting.workers ?? setting.packets) * THREAD_MS +
        Number(setting.packets) * Number(setting.work_ms),
    ),
};
