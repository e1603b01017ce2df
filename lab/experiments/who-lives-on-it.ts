// Node itself lives on a completion port on Windows, and on epoll on Linux: its own calls are counted while
// it does the same small work, a conversation over a socket and reads of a file.
import type { Experiment } from './experiment.ts';
import { HAZARD } from './parts/hazards.ts';
import { countsOf, stageCell } from './parts/stages.ts';
import { START_MS } from './parts/windows.ts';

const EXCHANGES = 200;
const EXCHANGE_MS = 5;

export const experiment: Experiment = {
  ...HAZARD,
  id: 'who-lives-on-it',
  title: 'Who lives on it',
  question:
    'What does Node ask of the system beneath for one exchange over a socket, and for one read?',
  drivers: ['node-socket-port', 'node-file-port', 'node-socket-epoll', 'node-file-epoll'],
  rounds: 1,
  short_rounds: 1,
  shows: [
    { metric: 'associated', title: 'associated', meaning: 'associated: handles told to the queue' },
    {
      metric: 'waits_per_op',
      title: 'waits',
      meaning: 'waits: calls that collect what is ready, an operation',
    },
    {
      metric: 'starts_per_op',
      title: 'starts',
      meaning: 'starts: calls that begin or make an operation',
    },
    {
      metric: 'posts_per_op',
      title: 'posts',
      meaning: 'posts: packets or wake-ups by its own threads',
    },
  ],
  settings: {
    exchanges: { meaning: 'exchanges, or reads', default: String(EXCHANGES) },
  },
  plan: (_stage, { samples, set }) =>
    countsOf(set, 'exchanges', [samples ?? EXCHANGES]).map(exchanges => ({ exchanges })),
  cell: (setting, _request, seed) =>
    stageCell('who-lives-on-it', setting, seed, START_MS + Number(setting.exchanges) * EXCHANGE_MS),
};
