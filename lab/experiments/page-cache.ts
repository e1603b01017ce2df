// The same file through the page cache, past it and by page faults, in order and at random, with the cache
// warm and cold: who is fast when, who fetches what nobody asked for, and what must be aligned?
import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';

const PATTERNS = ['sequential', 'random'] as const;
const CACHES = ['cold', 'warm'] as const;
/** Forms for which the page cache may be warm or cold, and which take advice. */
const CACHED = new Set(['read-cached', 'read-mapped']);
const BLOCKS = 1024;
const SHORT_BLOCKS = 256;
const FILE_BYTES = '67108864';
/** To fill the cache, to rehearse, and a read of a slow disk each. */
const PREPARED_MS = 2000;
const READ_MS = 1;

export const experiment: Experiment = {
  id: 'page-cache',
  title: 'Page cache and direct I/O',
  question: 'What does the page cache buy, what does it fetch unasked, and what must be aligned?',
  options: [],
  devices: ['file'],
  drivers: ['read-memory', 'read-cached', 'read-mapped', 'read-direct'],
  baseline: 'read-direct',
  stages: true,
  shows: [
    { metric: 'latency_ns', title: 'p50', meaning: 'p50: of one block of 4 KiB' },
    { metric: 'ops_per_s', title: 'blocks/s' },
    { metric: 'syscalls_per_op', title: 'calls', meaning: 'calls, faults, disk reads: per block' },
    { metric: 'faults_per_op', title: 'faults' },
    { metric: 'disk_reads_per_op', title: 'reads' },
    {
      metric: 'fetched_bytes_per_op',
      title: 'fetched',
      meaning: 'fetched: bytes from the disk per block',
    },
    { metric: 'refused', title: 'EINVAL', meaning: 'EINVAL: of 3 reads that are not aligned' },
  ],
  settings: {
    pattern: {
      meaning: 'sequential: one block after the other; random: any order, none twice',
      default: 'both',
      values: PATTERNS,
    },
    cache: {
      meaning: 'cold: nothing of the file is in the page cache; warm: all of it is',
      default: 'both',
      values: CACHES,
    },
    advice: {
      meaning: 'what the kernel is told of the order: normal is nothing',
      default: 'normal',
      values: ['normal', 'random', 'sequential'],
    },
    bytes: { meaning: 'size of the temporary file', default: FILE_BYTES },
  },
  device_settings: { bytes: FILE_BYTES },
  rounds: 10,
  short_rounds: 6,
  misfit: ({ id }) =>
    id === 'file' ? undefined : 'it empties the page cache of the lab’s own file',
  plan(stage, { set }) {
    const patterns = PATTERNS.filter(one => set.pattern === undefined || set.pattern === one);
    const caches = CACHES.filter(one => set.cache === undefined || set.cache === one);
    const advice = set.advice === undefined ? {} : { advice: set.advice };
    return patterns.flatMap(pattern =>
      CACHED.has(stage) ? caches.map(cache => ({ pattern, cache, ...advice })) : [{ pattern }],
    );
  },
  cell(setting, { samples, short }, seed) {
    const blocks = samples ?? (short ? SHORT_BLOCKS : BLOCKS);
    const cell = stageCell('page-cache', setting, seed, PREPARED_MS + blocks * READ_MS);
    return { ...cell, parameters: { ...cell.parameters, blocks: String(blocks) } };
  },
};
