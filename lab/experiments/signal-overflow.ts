// Signals that tell of messages wait in a queue that can be full, and plain ones in no queue at all. What
// is lost then, and what tells of it?
import type { Experiment } from './experiment.ts';
import { HAZARD, numbersOf } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';

const MESSAGES = 64;
/** A queue that is too short, and one that is long enough. */
const LIMITS = [16, 128];
const MOST_LIMIT = 10_000;
const EXPECTED_MS = 200;

export const experiment: Experiment = {
  ...HAZARD,
  id: 'signal-overflow',
  title: 'Signals that are lost',
  question: 'Signals come faster than they are taken: how many are there in the end?',
  drivers: ['signals-merged', 'signals-queued', 'queue-trusted', 'queue-looked'],
  // Queued signals are counted for all processes of a user, so what fits of ours may vary.
  rounds: 3,
  short_rounds: 1,
  shows: [
    { metric: 'sent', title: 'sent' },
    { metric: 'queued', title: 'signals', meaning: 'signals: delivered one by one' },
    { metric: 'sigio', title: 'SIGIO', meaning: 'SIGIO: the kernel says that its queue was full' },
    { metric: 'refused', title: 'EAGAIN', meaning: 'EAGAIN: the sender was told so' },
    { metric: 'empty', title: 'in vain', meaning: 'in vain: reads that found nothing' },
    { metric: 'lost', title: 'lost', meaning: 'lost: nothing tells of them' },
  ],
  settings: {
    limit: { meaning: 'signals that the queue holds', default: LIMITS.join(', ') },
  },
  plan: (_stage, { samples, set }) =>
    numbersOf(set, 'limit', LIMITS, MOST_LIMIT).map(limit => ({
      messages: samples ?? MESSAGES,
      limit,
    })),
  cell: (setting, _request, seed) => stageCell('signal-overflow', setting, seed, EXPECTED_MS),
};
