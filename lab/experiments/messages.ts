// A window, its queue and its procedure: who runs the code that answers a message, when, and what becomes
// of the others meanwhile. Counts and orders are what is shown; the times stand in the records.
import type { Experiment, Setting } from './experiment.ts';
import { numbersOf } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';
import { ON_WINDOWS, START_MS, THREAD_MS } from './parts/windows.ts';

const FROM = ['same', 'other'] as const;
const TRIES = 20;
const SHORT_TRIES = 5;
const WORK_MS = [100, 400];
const SHORT_WORK_MS = [100];
const MOST_WORK_MS = 5000;
const TRY_MS = 300;

export const experiment: Experiment = {
  ...ON_WINDOWS,
  id: 'messages',
  title: 'Windows messages',
  question: 'Who runs the code that answers a message, when, and what waits meanwhile?',
  drivers: [
    'message-post',
    'message-thread',
    'message-send',
    'message-timed',
    'message-notify',
    'message-crowd',
    'message-broadcast',
    'message-registered',
    'crossed-send',
    'crossed-blocked',
    'crossed-event',
    'crossed-msgwait',
    'handler-long',
    'handler-pumps',
    'handler-thread',
    'queue-full',
    'keys-translated',
    'keys-untranslated',
  ],
  shows: [
    { metric: 'given', title: 'given' },
    { metric: 'handled', title: 'handled' },
    { metric: 'queued', title: 'queued', meaning: 'queued: came out of the queue' },
    { metric: 'by_caller', title: 'by caller', meaning: 'by caller: on the thread that gave it' },
    { metric: 'by_owner', title: 'by owner', meaning: 'by owner: on the thread of the window' },
    { metric: 'awaited', title: 'awaited', meaning: 'awaited: answered before the call returned' },
    { metric: 'overtaken', title: 'overtook', meaning: 'overtook: posted earlier, handled later' },
    { metric: 'waited', title: 'waited', meaning: 'waited: for a long handler' },
    { metric: 'answered', title: 'answered' },
    { metric: 'timed_out', title: 'timed out', meaning: 'timed out: a deadlock, ended by a bound' },
  ],
  settings: {
    from: {
      meaning: 'the thread that gives the message: the window’s own, or another',
      default: FROM.join(', '),
      values: FROM,
    },
    work_ms: { meaning: 'length of the long work', default: WORK_MS.join(', ') },
  },
  plan: (stage, { samples, short, set }) =>
    settingsOf(stage, samples ?? (short ? SHORT_TRIES : TRIES), short, set),
  cell: (setting, _request, seed) =>
    stageCell('messages', setting, seed, START_MS + 4 * THREAD_MS + expectedOf(setting)),
};

function settingsOf(
  stage: string,
  tries: number,
  short: boolean,
  set: Readonly<Record<string, string>>,
): readonly Setting[] {
  if (stage === 'queue-full') return [{}];
  if (stage.startsWith('handler-')) {
    return numbersOf(set, 'work_ms', short ? SHORT_WORK_MS : WORK_MS, MOST_WORK_MS).map(
      work_ms => ({ work_ms }),
    );
  }
  const from = set.from === undefined ? FROM : [set.from];
  return BOTH_WAYS.has(stage) ? from.map(one => ({ from: one, tries })) : [{ tries }];
}

const BOTH_WAYS = new Set([
  'message-post',
  'message-thread',
  'message-send',
  'message-timed',
  'message-notify',
]);

const expectedOf = ({ tries = 0, work_ms = 0 }: Setting): number =>
  Number(tries) * TRY_MS + 4 * Number(work_ms);
