// A completion port from its creation to its end: what a packet carries, when it comes, what stands in it
// where the operation failed, and who may touch the OVERLAPPED meanwhile.
import type { Experiment } from './experiment.ts';
import { numbersOf } from './parts/hazards.ts';
import { stageCell } from './parts/stages.ts';
import { ON_WINDOWS, START_MS } from './parts/windows.ts';

const DEPTHS = [1, 8, 32, 128];
const SHORT_DEPTHS = [1, 32];
/** With three kinds of handles and four depths, a hundred thousand operations in all. */
const OPERATIONS = 8500;
const SHORT_OPERATIONS = 500;
const OPERATION_MS = 1;
const WITH_DEPTH = new Set(['port-file', 'port-pipe', 'port-socket']);
const CYCLES = 200;
const SHORT_CYCLES = 20;
const CYCLE_MS = 20;
const MOST = 1_000_000;

export const experiment: Experiment = {
  ...ON_WINDOWS,
  id: 'completion-port',
  title: 'The life of a packet',
  question:
    'An operation ends in a completion port: what does its packet say, and is it always there?',
  options: ['depth'],
  drivers: [
    'port-file',
    'port-pipe',
    'port-socket',
    'port-serial',
    'port-posted',
    'port-errors',
    'port-skip',
    'ledger-kept',
    'ledger-freed',
    'ledger-wrong-key',
  ],
  shows: [
    { metric: 'packets', title: 'packets' },
    {
      metric: 'immediate',
      title: 'at once',
      meaning: 'at once: calls that ended before they returned',
    },
    { metric: 'most_in_flight', title: 'in flight', meaning: 'in flight: at most' },
    { metric: 'out_of_order', title: 'order', meaning: 'order: packets that overtook another' },
    { metric: 'wrong', title: 'wrong', meaning: 'wrong: bytes, keys or pointers' },
    {
      metric: 'late_bytes',
      title: 'late',
      meaning: 'late: bytes that an operation wrote into memory that was no longer its own',
    },
  ],
  settings: {
    operations: { meaning: 'operations of a stage', default: String(OPERATIONS) },
    cycles: { meaning: 'handles that ledger-kept opens and closes', default: String(CYCLES) },
    port: { meaning: 'the serial line of port-serial, such as COM7', default: 'none' },
  },
  plan(stage, { depth, samples, short, set }) {
    const usual = samples ?? (short ? SHORT_OPERATIONS : OPERATIONS);
    const [operations] = numbersOf(set, 'operations', [usual], MOST);
    if (stage === 'port-posted') return [{ operations: operations! }];
    if (stage === 'port-serial') return [{ port: set.port ?? '' }];
    if (stage === 'ledger-kept') {
      const [cycles] = numbersOf(set, 'cycles', [short ? SHORT_CYCLES : CYCLES], MOST);
      return [{ cycles: cycles! }];
    }
    if (!WITH_DEPTH.has(stage)) return [{}];
    const depths = depth.length > 0 ? depth : short ? SHORT_DEPTHS : DEPTHS;
    return depths.map(one => ({ depth: one, operations: operations! }));
  },
  cell: (setting, _request, seed) =>
    stageCell(
      'completion-port',
      setting,
      seed,
      START_MS +
        Number(setting.operations ?? 0) * OPERATION_MS +
        Number(setting.cycles ?? 0) * CYCLE_MS,
    ),
};
