// Edge-triggered epoll tells of a change once. What becomes of the rest of a burst when a program reads one
// message per event, and what does each cure cost in system calls?
import type { Experiment } from './experiment.ts';
import { EXACT_HAZARD, numbersOf } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';

const MESSAGES = 480;
const SHORT_MESSAGES = 96;
const BURSTS = [1, 2, 8, 32];
const SHORT_BURSTS = [1, 8];
const MOST_BURST = 1000;
/** The bounded wait at the end of every burst. */
const BURST_MS = 3;

export const experiment: Experiment = {
  ...EXACT_HAZARD,
  id: 'edge-loss',
  title: 'Edge-triggered loss',
  question: 'What becomes of the rest of a burst when an edge is answered with one read?',
  drivers: ['level-once', 'edge-once', 'edge-drain', 'edge-rearm'],
  shows: [
    { metric: 'sent', title: 'sent' },
    { metric: 'received', title: 'received' },
    { metric: 'stuck', title: 'stuck', meaning: 'stuck: unread, and no wait tells of them' },
    {
      metric: 'slept_on',
      title: 'slept on',
      meaning: 'slept on: waits that would last for ever beside unread messages',
    },
    { metric: 'calls_per_op', title: 'calls', meaning: 'calls: per message received' },
  ],
  settings: {
    burst: { meaning: 'messages sent before the program waits', default: BURSTS.join(', ') },
  },
  plan: (_stage, { samples, short, set }) =>
    numbersOf(set, 'burst', short ? SHORT_BURSTS : BURSTS, MOST_BURST).map(burst => ({
      messages: samples ?? (short ? SHORT_MESSAGES : MESSAGES),
      burst,
    })),
  cell: (setting, _request, seed) =>
    stageCell(
      'edge-loss',
      setting,
      seed,
      (Number(setting.messages) / Number(setting.burst)) * BURST_MS,
    ),
};
