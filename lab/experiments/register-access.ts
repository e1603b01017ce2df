// The registers of a device look like memory, and a compiler takes them for memory. How many of the values
// that a program reads are then not the device's, and does the right way cost anything?
import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';

const OPERATIONS = 60_000;
const SHORT_OPERATIONS = 20_000;
/** One operation on a slow machine. */
const OPERATION_MS = 0.1;
const START_MS = 1500;

export const experiment: Experiment = {
  id: 'register-access',
  title: 'Registers and the compiler',
  question: 'A register is read like memory: are the values the device’s?',
  options: [],
  devices: ['vm:edu'],
  drivers: ['access-plain', 'access-dataview', 'access-safe'],
  stages: true,
  shows: [
    {
      metric: 'wrong_values',
      title: 'wrong',
      meaning: 'wrong: values that are not the right ones',
    },
    {
      metric: 'endless_loops',
      title: 'stuck',
      meaning: 'stuck: loops that would never have ended',
    },
    { metric: 'latency_ns', title: 'took', meaning: 'took: one factorial, p50, right or wrong' },
  ],
  settings: {},
  rounds: 2,
  short_rounds: 1,
  misfit: ({ id }) => (id === 'vm:edu' ? undefined : 'it needs the teaching device vm:edu'),
  plan: (_stage, { samples, short }) => [
    { operations: samples ?? (short ? SHORT_OPERATIONS : OPERATIONS) },
  ],
  cell: (setting, _request, seed) =>
    stageCell(
      'register-access',
      setting,
      seed,
      START_MS + Number(setting.operations) * OPERATION_MS,
    ),
};
