// Which call of Windows' asynchronous I/O arrived when, and which of them this machine has.
import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';
import { ON_WINDOWS, START_MS } from './parts/windows.ts';

export const experiment: Experiment = {
  ...ON_WINDOWS,
  id: 'how-it-grew',
  title: 'How the interface grew',
  question: 'Which calls for asynchronous I/O does this Windows export?',
  drivers: [
    'exports-nt31',
    'exports-nt35',
    'exports-2000',
    'exports-vista',
    'exports-8',
    'exports-11',
  ],
  shows: [
    { metric: 'asked', title: 'asked', meaning: 'asked: calls that arrived then' },
    { metric: 'found', title: 'found', meaning: 'found: those that this system exports' },
  ],
  plan: () => [{}],
  cell: (setting, _request, seed) => stageCell('how-it-grew', setting, seed, START_MS),
};
