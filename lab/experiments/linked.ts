// The modern twin of a channel program: N reads handed to the kernel one by one, all at once, or all at
// once and linked, so that each starts when the one before has ended. What is left to the processor?
import { WrongUsage } from '../errors.ts';
import type { Experiment } from './experiment.ts';

const RECORDS = [4, 16, 64];
const SHORT_RECORDS = [4, 64];
const CHAINS = 100;
const SHORT_CHAINS = 40;
const WARMUP = 20;
const BLOCK_BYTES = 4096;
/** As many as --depth takes in flight at once. */
const MOST_RECORDS = 1024;
/** A file of this size holds more blocks than any chain here. */
const FILE_BYTES = '16777216';
/** A read of a slow disk, as far as the bounded wait needs it. */
const READ_MS = 1;
const STARTS = ['each', 'batch', 'linked'] as const;

export const experiment: Experiment = {
  id: 'linked',
  title: 'Linked requests',
  question:
    'N reads in order: how often must the program call the kernel, and how often is it woken?',
  options: ['records'],
  devices: ['file'],
  drivers: ['blocking', 'io-uring'],
  settings: {
    start: {
      meaning:
        'each: the next read is handed over when the last has ended; batch: all at once, in any order; linked: all at once, one after the other',
      default: 'all that the driver has',
      values: STARTS,
    },
    bytes: { meaning: 'size of the temporary file', default: FILE_BYTES },
    direct: {
      meaning: 'false: read through the page cache',
      default: 'true',
      values: ['true', 'false'],
    },
  },
  most_records: MOST_RECORDS,
  device_settings: { bytes: FILE_BYTES },
  rounds: 6,
  short_rounds: 6,
  misfit: device => (device.kind === 'block' ? undefined : 'it needs a block device or a file'),
  plan(driver, { records = [], set, short }) {
    if (set.submission !== undefined)
      throw new WrongUsage('--set submission: here the ways to submit are compared; use start');
    const counts = records.length > 0 ? records : short ? SHORT_RECORDS : RECORDS;
    const longest = Math.max(...counts);
    const { bytes = FILE_BYTES } = set;
    if (longest * BLOCK_BYTES > Number(bytes)) {
      throw new WrongUsage(
        `a chain of ${longest} blocks is longer than bytes=${bytes}: --set bytes=${FILE_BYTES} has room for any chain`,
      );
    }
    // Without a queue there is nothing to hand over at once.
    const all = driver === 'io-uring' ? STARTS : STARTS.slice(0, 1);
    const starts = all.filter(one => set.start === undefined || set.start === one);
    return starts.flatMap(start => counts.map(one => ({ start, records: one })));
  },
  cell({ start, records }, { samples, short }, seed) {
    const chains = samples ?? (short ? SHORT_CHAINS : CHAINS);
    const count = Number(records);
    return {
      depth: start === 'each' ? 1 : count,
      // One call hands over and waits, also where it hands over one.
      parameters: { submission: start === 'linked' ? 'linked' : 'batch' },
      workload: {
        kind: 'chain-read',
        records: count,
        chains,
        warmup: WARMUP,
        block_bytes: BLOCK_BYTES,
        seed,
      },
      expected_ms: (chains + WARMUP) * count * READ_MS,
    };
  },
};
