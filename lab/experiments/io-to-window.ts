// A program with a window reads several streams: how does the thread that owns the window hear of what has
// arrived, and does it answer its other messages meanwhile?
import type { Experiment } from './experiment.ts';
import { numbersOf } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';
import { ON_WINDOWS, START_MS, THREAD_MS } from './parts/windows.ts';

const CONNECTIONS = 4;
/** One wait takes 64 handles, and messages are one of them. */
const MOST_CONNECTIONS = 63;
const PIECES = 60;
const SHORT_PIECES = 20;
const PIECE_MS = 40;

export const experiment: Experiment = {
  ...ON_WINDOWS,
  id: 'io-to-window',
  title: 'Two worlds joined',
  question: 'Reads end in one place, windows live in another: who brings the result across?',
  drivers: ['port-to-window', 'select-to-window', 'event-to-window', 'blocking-in-window'],
  shows: [
    { metric: 'operations', title: 'reads' },
    { metric: 'bytes', title: 'bytes' },
    { metric: 'wrong_bytes', title: 'wrong', meaning: 'wrong: bytes that were not what was sent' },
    { metric: 'lost_bytes', title: 'lost', meaning: 'lost: bytes that never came' },
    { metric: 'posted', title: 'posted', meaning: 'posted: messages that told of a read' },
    { metric: 'workers', title: 'workers', meaning: 'workers: threads that collected reads' },
    { metric: 'by_owner', title: 'by owner', meaning: 'by owner: handled by the window’s thread' },
    { metric: 'ticks', title: 'ticks', meaning: 'ticks: of a timer, handled meanwhile' },
    { metric: 'ticks_due', title: 'due', meaning: 'due: ticks that the time had room for' },
  ],
  settings: {
    connections: { meaning: 'streams that are read at once', default: String(CONNECTIONS) },
  },
  plan: (_stage, { samples, short, set }) =>
    numbersOf(set, 'connections', [CONNECTIONS], MOST_CONNECTIONS).map(connections => ({
      connections,
      pieces: samples ?? (short ? SHORT_PIECES : PIECES),
    })),
  cell: (setting, _request, seed) => {
    const work_ms = Number(setting.pieces) * PIECE_MS;
    return stageCell('io-to-window', setting, seed, START_MS + 3 * THREAD_MS + work_ms);
  },
};
