// Ten thousand handles on one completion port, each with an operation in flight, served by a handful of
// threads: nobody waits for any one of them.
import type { Experiment } from './experiment.ts';
import { numbersOf } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';
import { ON_WINDOWS, START_MS, THREAD_MS } from './parts/windows.ts';

const HANDLES = [100, 1000, 10_000];
const SHORT_HANDLES = [1000];
const MOST_HANDLES = 16_000;
const THREADS = 4;
const HANDLE_MS = 3;

export const experiment: Experiment = {
  ...ON_WINDOWS,
  id: 'ten-thousand-handles',
  title: 'Ten thousand handles, four threads',
  question: 'Very many handles, most of them idle: how many threads does a completion port need?',
  drivers: ['handles-pipes', 'handles-sockets'],
  shows: [
    { metric: 'handles', title: 'handles' },
    { metric: 'in_flight', title: 'in flight', meaning: 'in flight: operations at once' },
    { metric: 'threads', title: 'threads', meaning: 'threads: that served them' },
    { metric: 'added_threads', title: 'added', meaning: 'added: threads made for operations' },
    { metric: 'served', title: 'served' },
    { metric: 'wrong', title: 'wrong', meaning: 'wrong: bytes, keys or pointers' },
  ],
  settings: {
    handles: { meaning: 'handles on the port', default: HANDLES.join(', ') },
    threads: { meaning: 'threads that serve it', default: String(THREADS) },
  },
  plan: (_stage, { short, set }) =>
    numbersOf(set, 'handles', short ? SHORT_HANDLES : HANDLES, MOST_HANDLES).map(handles => ({
      handles,
      threads: numbersOf(set, 'threads', [THREADS], THREADS)[0]!,
    })),
  cell: (setting, _request, seed) =>
    stageCell(
      'ten-thousand-handles',
      setting,
      seed,
      START_MS + Number(setting.threads) * THREAD_MS + Number(setting.handles) * HANDLE_MS,
    ),
};
