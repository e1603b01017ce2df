// What does it save to register buffers and files once, instead of looking them up for every read? Past
// the page cache the disk hides it; through the cache a read is nothing but such work and a copy.
import type { Experiment } from './experiment.ts';
import { depthsOf, FILE, noBlocks, randomReads, SUBMISSION } from './parts/random-reads.ts';

const WAYS = ['true', 'false'] as const;

export const experiment: Experiment = {
  id: 'registered',
  title: 'Registered buffers and files',
  question:
    'What does it save to register memory and file once, past the page cache and through it?',
  options: ['depth', 'peer'],
  devices: ['file'],
  drivers: ['io-uring', 'io-uring-registered'],
  baseline: 'io-uring',
  settings: {
    ...SUBMISSION,
    direct: {
      meaning: 'true: past the page cache; false: through it',
      default: 'both',
      values: WAYS,
    },
    ...FILE,
  },
  rounds: 9,
  short_rounds: 6,
  misfit: noBlocks,
  plan(_driver, request, target) {
    const { direct, submission = 'batch' } = request.set;
    const chosen = WAYS.filter(one => direct === undefined || direct === one);
    // Some file systems have no way past the cache.
    const ways = target?.direct === false ? chosen.filter(one => one === 'false') : chosen;
    return ways.flatMap(one =>
      depthsOf(request).map(depth => ({ direct: one, submission, depth })),
    );
  },
  cell({ direct, submission, depth }, request, seed) {
    const cell = randomReads(Number(depth), { submission: String(submission) }, request, { seed });
    return { ...cell, direct: direct === 'true' };
  },
};
