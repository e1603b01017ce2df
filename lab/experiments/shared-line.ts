// Two devices on one interrupt line. The line says that somebody has called; finding out who means asking.
// How many questions is that, does the order matter, and what does a line of one's own save?
import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';

const CALLS = 500;
const SHORT_CALLS = 300;
const CALL_MS = 1;
const START_MS = 2000;
const WHO = ['mostly-first', 'mostly-second', 'both'] as const;

export const experiment: Experiment = {
  id: 'shared-line',
  title: 'Whose interrupt was it?',
  question: 'Two devices share an interrupt line: what does it cost to find out who called?',
  options: [],
  devices: ['vm:edu'],
  drivers: ['shared-first', 'shared-all', 'shared-told', 'own-message'],
  stages: true,
  shows: [
    { metric: 'asked_per_op', title: 'asked', meaning: 'asked: devices, per call that was served' },
    { metric: 'wakeups_per_op', title: 'woken' },
    { metric: 'interrupts_per_op', title: 'interrupts' },
    { metric: 'syscalls_per_op', title: 'calls', meaning: 'calls: of the system, per call served' },
    { metric: 'latency_ns', title: 'took', meaning: 'took: from the call to its end, p50' },
    { metric: 'cpu_ns_per_op', title: 'CPU' },
  ],
  settings: {
    who: {
      meaning: 'which of the two calls: nine times out of ten the one, or both at once each time',
      default: WHO.join(', '),
      values: WHO,
    },
  },
  rounds: 3,
  short_rounds: 1,
  misfit: ({ id }) => (id === 'vm:edu' ? undefined : 'it needs two devices vm:edu on one line'),
  plan: (_stage, { set, samples, short }) =>
    (set.who === undefined ? WHO : [set.who]).map(who => ({
      who,
      calls: samples ?? (short ? SHORT_CALLS : CALLS),
    })),
  cell: (setting, _request, seed) =>
    stageCell('shared-line', setting, seed, START_MS + Number(setting.calls) * CALL_MS),
};
