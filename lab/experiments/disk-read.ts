// Random reads of 4 KiB: what does a deeper queue buy, in operations per second, in latency and in
// interrupts per operation?
import type { Experiment } from './experiment.ts';
import { ONE_AT_A_TIME } from './parts/one-at-a-time.ts';
import {
  DIRECT,
  depthsOf,
  FILE,
  HANDS_OVER,
  noBlocks,
  randomReads,
  SUBMISSION,
} from './parts/random-reads.ts';

/** Its size stands in every record, chosen or not; how size and depth go together asks `threads`. */
const POOL = 'thread-pool';
const USUAL_POOL = '4';
const COMMON = ['blocking', 'io-uring'];
/** As most programs do, and fio where it is told nothing else. */
const EACH = 'each';

export const experiment: Experiment = {
  id: 'disk-read',
  title: 'Disk reads',
  question: 'What does a deeper queue buy, and what does it cost?',
  options: ['depth', 'peer'],
  devices: ['file'],
  drivers: [
    ...COMMON,
    'direct-sync',
    'cached-sync',
    'mmap',
    'linux-aio',
    'aio-suspend',
    POOL,
    'io-uring-registered',
    'io-uring-sqpoll',
    'io-uring-iopoll',
    'io-uring-hybrid',
  ],
  short_drivers: COMMON,
  baseline: 'blocking',
  windows: {
    drivers: [
      'sync-file',
      'iocp',
      'overlapped-event',
      'alertable',
      'overlapped-poll',
      'pool-callback',
    ],
    baseline: 'sync-file',
  },
  settings: {
    submission: { ...SUBMISSION.submission!, default: EACH },
    ...FILE,
    ...DIRECT,
  },
  rounds: 15,
  short_rounds: 6,
  misfit: noBlocks,
  plan(driver, request) {
    const { set } = request;
    const chosen = depthsOf(request);
    const depths = ONE_AT_A_TIME.has(driver) ? chosen.slice(0, 1).map(() => 1) : chosen;
    const submission = HANDS_OVER.has(driver);
    return depths.map(one => ({
      depth: one,
      ...(submission ? { submission: set.submission ?? EACH } : {}),
      ...(driver === POOL ? { pool: set.pool ?? USUAL_POOL } : {}),
    }));
  },
  cell(setting, request, seed) {
    const parameters: Record<string, string> = {};
    for (const name of ['submission', 'pool']) {
      if (setting[name] !== undefined) parameters[name] = String(setting[name]);
    }
    return randomReads(Number(setting.depth), parameters, request, { seed });
  },
};
