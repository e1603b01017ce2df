// Jobs that print to a slow printer themselves against jobs that write to a spool which feeds it: how
// long does each wait for its paper, and how long does the processor do nothing?
import type { Experiment } from './experiment.ts';

const JOBS = [2, 4, 8];
const SHORT_JOBS = [4];
const LIMIT_MS = 10_000;
const EXPECTED_MS = 1000;

export const experiment: Experiment = {
  id: 'spool',
  title: 'Spooling',
  question: 'A slow printer and jobs that compute: who waits, and for how long?',
  options: ['records'],
  devices: ['pdp11'],
  drivers: ['spool-direct', 'spool-spooled'],
  programs: true,
  settings: {},
  // Simulated time and counts: the same every time.
  rounds: 1,
  short_rounds: 1,
  misfit: device => (device.id === 'pdp11' ? undefined : 'its programs run on pdp11'),
  plan(_program, { records = [], short }) {
    const jobs = records.length > 0 ? records : short ? SHORT_JOBS : JOBS;
    return jobs.map(one => ({ records: one }));
  },
  cell: setting => ({
    depth: 1,
    parameters: { records: String(setting.records) },
    workload: { kind: 'program', limit_ms: LIMIT_MS },
    expected_ms: EXPECTED_MS,
  }),
};
