// What does it cost to wait where there is nothing to wait for? The same flow as a loop, an async function,
// a state machine by hand, a generator, against the size of what is moved between two waits.
import { WrongUsage } from '../errors.ts';
import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';

const PAYLOADS = [0, 64, 1024, 4096, 16_384, 65_536, 262_144];
const SHORT_PAYLOADS = [0, 4096];
const MOST_BYTES = 2 ** 20;
const EXPECTED_MS = 1500;

export const experiment: Experiment = {
  id: 'await-cost',
  title: 'The cost of an await',
  question:
    'What does an await cost beside its synchronous twin, and from which size is it nothing?',
  options: [],
  devices: ['kernel'],
  drivers: ['await-none', 'await-async', 'await-machine', 'await-generator', 'await-turn'],
  baseline: 'await-none',
  stages: true,
  shows: [
    {
      metric: 'cost_ns_per_op',
      title: 'per step',
      meaning: 'per step: a payload taken, and the wait',
    },
    { metric: 'cpu_ns_per_op', title: 'CPU' },
    {
      metric: 'suspended_bytes',
      title: 'held',
      meaning: 'held: bytes of the heap that a flow holds while it waits',
    },
  ],
  settings: {
    payload_bytes: { meaning: 'bytes copied between two waits', default: 'a sweep' },
  },
  rounds: 15,
  short_rounds: 3,
  misfit: ({ id }) => (id === 'kernel' ? undefined : 'it needs nothing but this machine'),
  plan(_stage, { set, short }) {
    if (set.payload_bytes === undefined)
      return (short ? SHORT_PAYLOADS : PAYLOADS).map(one => ({ payload_bytes: one }));
    const given = Number(set.payload_bytes);
    if (!(Number.isInteger(given) && given >= 0 && given <= MOST_BYTES))
      throw new WrongUsage(
        `--set payload_bytes=${set.payload_bytes}: give a whole number from 0 to ${MOST_BYTES}`,
      );
    return [{ payload_bytes: given }];
  },
  cell: (setting, _request, seed) => stageCell('await-cost', setting, seed, EXPECTED_MS),
};
