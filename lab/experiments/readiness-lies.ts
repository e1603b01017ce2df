// Ready was said, and was not so: by another reader, by another writer, by a write larger than the room.
// How often does a program then sleep that must not, and what does the cure cost?
import type { Experiment } from './experiment.ts';
import { EXACT_HAZARD } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';

const TRIES = 20;
const SHORT_TRIES = 5;
/** A call that sleeps is woken by a signal after 10 ms. */
const TRY_MS = 12;

export const experiment: Experiment = {
  ...EXACT_HAZARD,
  id: 'readiness-lies',
  title: 'Readiness lies',
  question: 'Ready was said: can the read or the write still sleep, or lose something?',
  drivers: [
    'stolen-blocking',
    'stolen-nonblocking',
    'filled-blocking',
    'filled-nonblocking',
    'large-blocking',
    'large-unchecked',
    'large-loop',
    'file-always-ready',
  ],
  shows: [
    { metric: 'promised', title: 'ready', meaning: 'ready: times that poll(2) said so' },
    { metric: 'slept', title: 'slept', meaning: 'slept: calls that would have slept for ever' },
    { metric: 'not_yet', title: 'EAGAIN' },
    { metric: 'short_writes', title: 'short', meaning: 'short: writes of a part' },
    { metric: 'lost_bytes', title: 'lost', meaning: 'lost: bytes taken for written' },
    { metric: 'refused', title: 'EPERM', meaning: 'EPERM: refused by epoll' },
  ],
  plan: (_stage, { samples, short }) => [{ tries: samples ?? (short ? SHORT_TRIES : TRIES) }],
  cell: (setting, _request, seed) =>
    stageCell('readiness-lies', setting, seed, Number(setting.tries) * TRY_MS),
};
