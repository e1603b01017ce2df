// The same reads, handed over in several ways: each by a call of its own, all that are ready by one call,
// so many at a time, all of the queue and then none until all have ended; or by no call, to a thread of the
// kernel's that looks for them. What does each save in calls, and what does it cost?
import { WrongUsage } from '../errors.ts';
import type { Experiment, Setting } from './experiment.ts';
import { DIRECT, depthsOf, FILE, HANDS_OVER, noBlocks, randomReads } from './parts/random-reads.ts';

const BY_CALL = ['each', 'batch', 'chunk', 'lockstep'] as const;
/** What the driver of each is told (drivers/io-uring-sqpoll.ts). */
const BY_THREAD = {
  thread: { collect: 'wait' },
  'thread-poll': { collect: 'poll' },
  'thread-shared': { collect: 'poll', program_cpu: 'same' },
} as const;
type ByThread = keyof typeof BY_THREAD;
const isByThread = (policy: string): policy is ByThread => Object.hasOwn(BY_THREAD, policy);
const POLICIES = [...BY_CALL, ...Object.keys(BY_THREAD)];

/** The ways in which this driver can hand over. */
function waysOf(driver: string): readonly string[] {
  if (driver === 'io-uring-sqpoll') return Object.keys(BY_THREAD);
  return HANDS_OVER.has(driver) ? BY_CALL : [];
}

const CHUNK = 8;
const MOST_CHUNK = 1024;

/** Throws WrongUsage. */
function chunkOf(set: Readonly<Record<string, string>>): number {
  const chunk = Number(set.chunk ?? CHUNK);
  if (Number.isInteger(chunk) && chunk >= 2 && chunk <= MOST_CHUNK) return chunk;
  throw new WrongUsage(`--set chunk=${set.chunk}: give a whole number from 2 to ${MOST_CHUNK}`);
}

/** Completions that are waited for before anything is handed over again. */
function togetherOf(policy: string, depth: number, chunk: number): number {
  if (policy === 'lockstep') return depth;
  return policy === 'chunk' ? chunk : 1;
}

export const experiment: Experiment = {
  id: 'submission',
  title: 'Ways to hand over',
  question: 'One call for each read, for what is ready, for so many, for the whole queue, or none?',
  options: ['depth'],
  devices: ['file'],
  drivers: ['io-uring', 'io-uring-sqpoll'],
  short_drivers: ['io-uring'],
  shows: [
    { metric: 'ops_per_s', title: 'ops/s' },
    { metric: 'syscalls_per_op', title: 'calls', meaning: 'calls, CPU, int: for one read' },
    { metric: 'cpu_ns_per_op', title: 'CPU' },
    { metric: 'interrupts_per_op', title: 'int' },
    {
      metric: 'latency_ns',
      title: 'p50',
      meaning: 'p50: from before it is handed over until the program sees it',
    },
  ],
  settings: {
    policy: {
      meaning:
        'each: one call per read; batch: one call hands over all that are ready and waits for one; chunk: so many are waited for, and handed over by one call; lockstep: the whole queue is; thread: a thread of the kernel’s takes them without a call, and one call waits; thread-poll: the program looks instead of waiting; thread-shared: so, and both have but one processor',
      default: 'all that differ',
      values: POLICIES,
    },
    chunk: { meaning: 'reads in a chunk, from 2 to 1024', default: String(CHUNK) },
    ...FILE,
    ...DIRECT,
  },
  rounds: 9,
  short_rounds: 6,
  misfit: noBlocks,
  plan(driver, request) {
    const { set } = request;
    if (set.submission !== undefined)
      throw new WrongUsage('--set submission: here the ways to submit are compared; use policy');
    if (set.collect !== undefined || set.program_cpu !== undefined)
      throw new WrongUsage('--set collect, program_cpu: they are part of policy; use thread-poll');
    const chunk = chunkOf(set);
    const chosen = waysOf(driver).filter(one => set.policy === undefined || set.policy === one);
    return chosen.flatMap(policy =>
      depthsOf(request).flatMap((depth): Setting[] => {
        // With one read in the queue, or with a chunk that is the queue, two ways are the same.
        if (policy === 'lockstep') return depth > 1 ? [{ policy, depth }] : [];
        if (policy === 'chunk') return depth > chunk ? [{ policy, chunk, depth }] : [];
        return [{ policy, depth }];
      }),
    );
  },
  cell({ policy, depth, chunk }, request, seed) {
    const way = String(policy);
    if (isByThread(way)) return randomReads(Number(depth), BY_THREAD[way], request, { seed });
    const submission = policy === 'each' ? 'each' : 'batch';
    const together = togetherOf(way, Number(depth), Number(chunk));
    return randomReads(Number(depth), { submission }, request, { seed, together });
  },
};
