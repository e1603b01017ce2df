// fio, the reference for disk measurements: the same file, block size, depth, flags and submission
// policy as our own cell. Its own accounting is taken: `lat` (from before submission, as ours), and
// the job's processor time (fio HOWTO, "Interpreting the output").
import type { CellJob, CellResult } from '../cell/protocol.ts';
import { WrongUsage } from '../errors.ts';
import { encode, missingProgram, outputOf } from './parts/run.ts';
import type { Peer, PeerEngine } from './peer.ts';

const GRACE_MS = 20_000;
/** No more samples than a round of ours keeps. */
const MOST_SAMPLES = 400_000;

interface FioEngine extends PeerEngine {
  /** What fio calls it, where several of ours are one of its engines with other flags. */
  readonly ioengine?: string;
  readonly flags?: readonly string[];
}

const engines: readonly FioEngine[] = [
  { id: 'io_uring', twins: ['io-uring'] },
  {
    id: 'io_uring_registered',
    twins: ['io-uring-registered'],
    ioengine: 'io_uring',
    flags: ['--fixedbufs=1', '--registerfiles=1'],
  },
  { id: 'libaio', twins: ['linux-aio'] },
  { id: 'posixaio', twins: ['aio-suspend'] },
  // One pread after the other. Ours that leaves the page cache to the target is the twin of one or the
  // other, as the target is.
  { id: 'psync', twins: ['direct-sync', 'blocking'], page_cache: 'past' },
  {
    id: 'psync_cached',
    twins: ['cached-sync', 'blocking'],
    page_cache: 'through',
    ioengine: 'psync',
  },
  { id: 'mmap', twins: ['mmap'], page_cache: 'through' },
];

/** Values of our mapping driver's advice that fio knows. */
const HINTS = new Set(['random', 'sequential']);

interface FioJob {
  readonly usr_cpu: number;
  readonly sys_cpu: number;
  readonly ctx: number;
  readonly job_runtime: number;
  readonly read: {
    readonly iops: number;
    readonly bw_bytes: number;
    readonly runtime: number;
    readonly total_ios: number;
    readonly lat_ns: { readonly bins?: Readonly<Record<string, number>> };
  };
}

/** Exported for its test: nothing else shows which flags both sides get. */
export function argumentsFor(job: CellJob, id: string): string[] {
  const { workload, target, depth, parameters } = job;
  if (workload.kind !== 'random-read') throw new WrongUsage('fio takes part in disk reads only');
  const engine = engines.find(one => one.id === id);
  if (!engine) throw new WrongUsage(`fio has no engine ${id} here`);
  const direct = engine.page_cache ? engine.page_cache === 'past' : target.direct === true;
  const flags = [
    '--name=iolab',
    `--filename=${target.path}`,
    `--size=${target.bytes}`,
    '--rw=randread',
    '--readonly',
    `--bs=${workload.block_bytes}`,
    `--direct=${direct ? 1 : 0}`,
    `--ioengine=${engine.ioengine ?? id}`,
    `--iodepth=${depth}`,
    ...(engine.flags ?? []),
    '--norandommap',
    '--randrepeat=0',
    `--randseed=${workload.seed % 2 ** 31}`,
    // As ours: the page cache keeps what it has, and is told of what comes what ours is told.
    '--invalidate=0',
    `--fadvise_hint=${HINTS.has(parameters.advice ?? '') ? parameters.advice : 0}`,
    '--time_based',
    `--runtime=${workload.duration_ms}ms`,
    `--ramp_time=${workload.warmup_ms}ms`,
    '--clat_percentiles=0',
    '--lat_percentiles=1',
    '--output-format=json+',
  ];
  if (parameters.submission === 'batch') {
    flags.push(
      `--iodepth_batch_submit=${depth}`,
      '--iodepth_batch_complete_min=1',
      `--iodepth_batch_complete_max=${depth}`,
    );
  }
  return flags;
}

/** fio's own bins, spread out into samples again (each a bin's value, under 1 % wide). */
function samplesOf(bins: Readonly<Record<string, number>>): Float64Array {
  const total = Object.values(bins).reduce((sum, count) => sum + count, 0);
  const step = Math.max(1, total / MOST_SAMPLES);
  const samples = new Float64Array(Math.floor(total / step));
  let filled = 0;
  let seen = 0;
  for (const [value, count] of Object.entries(bins)) {
    seen += count;
    for (; filled < samples.length && filled * step < seen; filled++) {
      samples[filled] = Number(value);
    }
  }
  return samples;
}

export const peer: Peer = {
  id: 'fio',
  title: 'fio',
  experiments: ['disk-read', 'registered'],
  engines,
  missing: () => missingProgram('fio', ['--version']),
  async measure(job, engine, { signal }): Promise<CellResult> {
    const started = new Date().toISOString();
    const length_ms = job.workload.kind === 'random-read' ? 4 * job.workload.duration_ms : 0;
    const limit_ms = length_ms + GRACE_MS;
    const stdout = await outputOf('fio', argumentsFor(job, engine), { signal, limit_ms });
    // fio prints notes before its document.
    const document = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { jobs: FioJob[] };
    const [{ read, usr_cpu, sys_cpu, ctx }] = document.jobs as [FioJob];
    const busy_ns = ((usr_cpu + sys_cpu) / 100) * read.runtime * 1e6;
    return {
      event: 'result',
      n: read.total_ios,
      started,
      ended: new Date().toISOString(),
      series: { latency_ns: encode(samplesOf(read.lat_ns.bins ?? {})) },
      totals: {
        elapsed_ns: read.runtime * 1e6,
        ops_per_s: read.iops,
        bytes_per_s: read.bw_bytes,
        cpu_ns_per_op: busy_ns / Math.max(1, read.total_ios),
        switches_per_op: ctx / Math.max(1, read.total_ios),
      },
      threads: [],
      notes: [],
    };
  },
};
