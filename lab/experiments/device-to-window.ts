// From a device to the one window that gets its message: clicks by what lies under the pointer, keys by
// focus, and raw input past both. Everything is injected, into windows of the lab's own.
import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';
import { ON_WINDOWS, START_MS } from './parts/windows.ts';

const TRIES = 50;
const SHORT_TRIES = 10;
const TRY_MS = 600;
const WINDOWS = ['children', 'top-level'] as const;

export const experiment: Experiment = {
  ...ON_WINDOWS,
  id: 'device-to-window',
  title: 'From device to window',
  question: 'A key goes down, a button is clicked: which window is told?',
  drivers: [
    'click-topmost',
    'click-transparent',
    'click-captured',
    'keys-focus',
    'keys-unfocused',
    'raw-beside',
  ],
  shows: [
    { metric: 'given', title: 'given' },
    { metric: 'handled', title: 'handled' },
    { metric: 'at_topmost', title: 'in front', meaning: 'in front: went to the foremost window' },
    { metric: 'at_next', title: 'beneath', meaning: 'beneath: went to the next one at the place' },
    { metric: 'at_captor', title: 'captor', meaning: 'captor: the window that captured the mouse' },
    { metric: 'lost', title: 'lost' },
    { metric: 'hit_tests', title: 'asked', meaning: 'asked: what is at this point?' },
    { metric: 'at_focus', title: 'focus' },
    { metric: 'at_active', title: 'active' },
    { metric: 'at_pointer', title: 'pointer', meaning: 'pointer: keys to the window under it' },
    { metric: 'raw', title: 'raw' },
    { metric: 'moves', title: 'moves' },
  ],
  settings: {
    windows: {
      meaning: 'the overlapping windows of the clicks: children of one window, or top-level ones',
      default: WINDOWS.join(', '),
      values: WINDOWS,
    },
  },
  plan(stage, { samples, short, set }) {
    const tries = samples ?? (short ? SHORT_TRIES : TRIES);
    if (!stage.startsWith('click-')) return [{ tries }];
    const kinds = set.windows === undefined ? WINDOWS : [set.windows];
    return kinds.map(windows => ({ tries, windows }));
  },
  cell: (setting, _request, seed) =>
    stageCell('device-to-window', setting, seed, START_MS + Number(setting.tries) * TRY_MS),
};
