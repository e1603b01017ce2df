// Synchronous or asynchronous, buffered or unbuffered: two choices that have nothing to do with each other.
// All four on the same file, with the same records.
import type { Experiment } from './experiment.ts';
import { countsOf, stageCell } from './parts/stages.ts';

const REQUESTS = 1024;
const SHORT_REQUESTS = 256;
const BUFFER_BYTES = 65_536;
const DEPTH = 8;
const FILE_BYTES = '16777216';
/** A write of a slow disk, as far as the bounded wait needs it. */
const WRITE_MS = 2;
const WARMUP = 256;

export const experiment: Experiment = {
  id: 'buffer-forms',
  title: 'Four ways to write',
  question: 'Wait for each write or not, collect writes or not: what does each choice buy?',
  options: ['depth'],
  devices: ['scratch'],
  drivers: ['unbuffered-sync', 'buffered-sync', 'unbuffered-async', 'buffered-async'],
  baseline: 'unbuffered-sync',
  stages: true,
  shows: [
    { metric: 'ops_per_s', title: 'records/s' },
    { metric: 'held_ns', title: 'held', meaning: 'held: the program, by one request (p50)' },
    { metric: 'held_share', title: 'in all', meaning: 'in all: its share of the time' },
    { metric: 'latency_ns', title: 'done', meaning: 'done: until the disk has a record (p50)' },
    {
      metric: 'syscalls_per_op',
      title: 'calls',
      meaning: 'calls, CPU, writes: per record of 4 KiB',
    },
    { metric: 'cpu_ns_per_op', title: 'CPU' },
    { metric: 'disk_writes_per_op', title: 'writes' },
  ],
  settings: {
    buffer_bytes: { meaning: 'size of each buffer', default: String(BUFFER_BYTES) },
    bytes: { meaning: 'size of the temporary file', default: FILE_BYTES },
    direct: {
      meaning: 'false: write through the page cache',
      default: 'true',
      values: ['true', 'false'],
    },
  },
  rounds: 10,
  short_rounds: 6,
  misfit: ({ id }) =>
    id === 'scratch'
      ? undefined
      : 'it writes, and nothing but the lab’s own scratch may be written',
  plan(stage, { depth, set }) {
    const [buffer_bytes] = countsOf(set, 'buffer_bytes', [BUFFER_BYTES]);
    const buffered = stage.startsWith('buffered') ? { buffer_bytes: buffer_bytes! } : {};
    if (stage.endsWith('-sync')) return [buffered];
    return (depth.length > 0 ? depth : [DEPTH]).map(one => ({ ...buffered, depth: one }));
  },
  cell(setting, { samples, short }, seed) {
    const requests = samples ?? (short ? SHORT_REQUESTS : REQUESTS);
    const cell = stageCell('buffer-forms', setting, seed, (requests + WARMUP) * WRITE_MS);
    return { ...cell, parameters: { ...cell.parameters, requests: String(requests) } };
  },
};
