// fio, the reference for disk measurements: the same file, block size, depth, flags and submission
// policy as our own cell. Its own accounting is taken: `lat` (from before submission, as ours), and
// the job's processor time (fio HOWTO, "Interpreting the output").
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { CellJob, CellResult } from '../cell/protocol.ts';
import { Cancelled, WrongUsage } from '../errors.ts';
import type { Peer } from './peer.ts';

const run = promisify(execFile);
const FIX = 'iolab bench install peers';
const GRACE_MS = 20_000;
/** No more samples than a round of ours keeps. */
const MOST_SAMPLES = 400_000;

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

function argumentsFor(job: CellJob, engine: string): string[] {
  const { workload, target, depth, parameters } = job;
  if (workload.kind !== 'random-read') throw new WrongUsage('fio takes part in disk reads only');
  const flags = [
    '--name=iolab',
    `--filename=${target.path}`,
    `--size=${target.bytes}`,
    '--rw=randread',
    '--readonly',
    `--bs=${workload.block_bytes}`,
    `--direct=${target.direct ? 1 : 0}`,
    `--ioengine=${engine}`,
    `--iodepth=${depth}`,
    '--norandommap',
    '--randrepeat=0',
    `--randseed=${workload.seed % 2 ** 31}`,
    '--invalidate=0',
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

const encode = (samples: Float64Array): string => Buffer.from(samples.buffer).toString('base64');

export const peer: Peer = {
  id: 'fio',
  title: 'fio',
  engines: [
    { id: 'io_uring', twin: 'io-uring' },
    { id: 'psync', twin: 'blocking' },
  ],
  async missing() {
    try {
      await run('fio', ['--version']);
      return undefined;
    } catch {
      return { reason: 'fio is not installed', fix: FIX };
    }
  },
  async measure(job, engine, signal): Promise<CellResult> {
    const started = new Date().toISOString();
    const limit = job.workload.kind === 'random-read' ? 4 * job.workload.duration_ms : 0;
    const running = run('fio', argumentsFor(job, engine), {
      timeout: limit + GRACE_MS,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 2 ** 20,
    });
    // Not by the signal option: that rejects at once, and fio would outlive its file.
    const kill = () => running.child.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    const { stdout } = await running
      .catch((error: Error) => {
        throw signal.aborted ? new Cancelled() : new Error(`fio: ${error.message.slice(0, 300)}`);
      })
      .finally(() => signal.removeEventListener('abort', kill));
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
