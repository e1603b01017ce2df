// The same reads, handed over in four ways: each by a call of its own, all that are ready by one call, so
// many at a time, or all of the queue and then none until all have ended. What does the grouping save in
// calls, and what does it cost in operations that the disk could have had?
import { WrongUsage } from '../errors.ts';
import type { Experiment, Setting } from './experiment.ts';
import { DIRECT, depthsOf, FILE, HANDS_OVER, noBlocks, randomReads } from './parts/random-reads.ts';

const POLICIES = ['each', 'batch', 'chunk', 'lockstep'] as const;
type Policy = (typeof POLICIES)[number];

const CHUNK = 8;
const MOST_CHUNK = 1024;

/** Throws WrongUsage. */
function chunkOf(set: Readonly<Record<string, string>>): number {
  const chunk = Number(set.chunk ?? CHUNK);
  if (Number.isInteger(chunk) && chunk >= 2 && chunk <= MOST_CHUNK) return chunk;
  throw new WrongUsage(`--set chunk=${set.chunk}: give a whole number from 2 to ${MOST_CHUNK}`);
}

/** Completions that are waited for before anything is handed over again. */
function togetherOf(policy: Policy, depth: number, chunk: number): number {
  if (policy === 'lockstep') return depth;
  return policy === 'chunk' ? chunk : 1;
}

export const experiment: Experiment = {
  id: 'submission',
  title: 'Ways to hand over',
  question: 'One call for each read, for what is ready, for so many or for the whole queue?',
  options: ['depth'],
  devices: ['file'],
  drivers: ['io-uring'],
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
        'each: one call per read; batch: one call hands over all that are ready and waits for one; chunk: so many are waited for, and handed over by one call; lockstep: the whole queue is',
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
    const chunk = chunkOf(set);
    if (!HANDS_OVER.has(driver)) return [];
    const chosen = POLICIES.filter(one => set.policy === undefined || set.policy === one);
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
    const submission = policy === 'each' ? 'each' : 'batch';
    const together = togetherOf(policy as Policy, Number(depth), Number(chunk));
    return randomReads(Number(depth), { submission }, request, { seed, together });
  },
};
