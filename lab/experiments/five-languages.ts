// The same read in five languages: what do the words async and await stand for in each of them? Five small
// programs wait on the same stamped device and report in the same words.
import type { Experiment } from './experiment.ts';
import { countsOf, stageCell } from './parts/stages.ts';

const RATE_HZ = 1000;
const SAMPLES = 1000;
const SHORT_SAMPLES = 200;
const MOST_SAMPLES = 100_000;
const TRIES = 5;
const SHORT_TRIES = 2;
/** Compiling, starting, the warm-up and its quiet. */
const START_MS = 8000;
const TRY_MS = 500;

export const experiment: Experiment = {
  id: 'five-languages',
  title: 'The same read in five languages',
  question: 'Who begins, who goes on, what is held, and what does cancelling do in each language?',
  options: ['rate'],
  devices: ['fifo'],
  drivers: ['csharp-await', 'rust-await', 'python-await', 'javascript-await', 'cpp-await'],
  // The one language that is here wherever the lab is.
  baseline: 'javascript-await',
  stages: true,
  shows: [
    { metric: 'latency_ns', title: 'p50', meaning: 'p50: from the stamp to the code after await' },
    { metric: 'cpu_ns_per_op', title: 'CPU', meaning: 'CPU: of the whole process, a message' },
    {
      metric: 'started_when_called',
      title: 'begun',
      meaning: 'begun: 1 where the call itself runs the task up to its first await',
    },
    { metric: 'threads', title: 'threads' },
    {
      metric: 'moved_share',
      title: 'moved',
      meaning: 'moved: share of messages after whose await another thread went on',
    },
    {
      metric: 'suspended_bytes',
      title: 'held',
      meaning: 'held: bytes that a task holds while it waits',
    },
    {
      metric: 'swallowed_messages',
      title: 'swallowed',
      meaning: 'swallowed: messages that a cancelled read took',
    },
  ],
  settings: {
    tries: { meaning: 'reads that are cancelled in each round', default: String(TRIES) },
  },
  rounds: 6,
  short_rounds: 3,
  misfit: ({ id }) => (id === 'fifo' ? undefined : 'its five programs read the device fifo'),
  plan(_stage, { rate_hz, set, short }) {
    const [tries] = countsOf(set, 'tries', [short ? SHORT_TRIES : TRIES]);
    const rates = rate_hz.length > 0 ? rate_hz : [RATE_HZ];
    return rates.map(one => ({ rate_hz: one, tries: tries! }));
  },
  cell(setting, { samples, short }, seed) {
    const count = Math.min(MOST_SAMPLES, samples ?? (short ? SHORT_SAMPLES : SAMPLES));
    const reading_ms = (count / Number(setting.rate_hz)) * 1000;
    const expected_ms = START_MS + reading_ms + Number(setting.tries) * TRY_MS;
    return stageCell('five-languages', { ...setting, samples: count }, seed, expected_ms);
  },
};
