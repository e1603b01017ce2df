// A write is not done when the call returns: what asserts that the disk has it, and what does that cost?
// And how much cheaper does it get where several blocks are made safe at once?
import type { Experiment } from './experiment.ts';
import { stageCell } from './parts/stages.ts';

const RECORDS = [1, 8];
const SHORT_RECORDS = [1];
const COMMITS = 60;
const SHORT_COMMITS = 20;
/** An fsync of a slow disk, as far as the bounded wait needs it. */
const COMMIT_MS = 30;
const FILE_BYTES = '16777216';
const MOST_RECORDS = 256;

export const experiment: Experiment = {
  id: 'disk-write',
  title: 'Durable writes',
  question: 'When is a written block on the disk, who says so, and what does that cost?',
  options: ['records'],
  devices: ['scratch'],
  drivers: [
    'write-buffered',
    'write-direct',
    'write-fsync',
    'write-fdatasync',
    'write-dsync',
    'write-aio',
    'write-linked',
  ],
  baseline: 'write-fsync',
  most_records: MOST_RECORDS,
  stages: true,
  shows: [
    { metric: 'latency_ns', title: 'p50', meaning: 'p50: until a commit of n blocks returns' },
    { metric: 'ops_per_s', title: 'blocks/s' },
    {
      metric: 'syscalls_per_op',
      title: 'calls',
      meaning: 'calls, CPU, writes, flushes: per block',
    },
    { metric: 'cpu_ns_per_op', title: 'CPU' },
    { metric: 'disk_writes_per_op', title: 'writes' },
    { metric: 'disk_flushes_per_op', title: 'flushes' },
    { metric: 'left_ns', title: 'left', meaning: 'left: what one fsync at the end still took' },
  ],
  settings: {
    bytes: { meaning: 'size of the temporary file', default: FILE_BYTES },
    direct: {
      meaning: 'false: leave out what goes past the page cache',
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
  plan: (_stage, { records = [], short }) =>
    (records.length > 0 ? records : short ? SHORT_RECORDS : RECORDS).map(one => ({ records: one })),
  cell(setting, { samples, short }, seed) {
    const commits = samples ?? (short ? SHORT_COMMITS : COMMITS);
    const expected_ms = commits * COMMIT_MS * Math.max(1, Number(setting.records) / 4);
    const cell = stageCell('disk-write', setting, seed, expected_ms);
    return { ...cell, parameters: { ...cell.parameters, commits: String(commits) } };
  },
};
