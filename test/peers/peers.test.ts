// Other programs beside ours: what they are told is what ours is told, what they print is read whole or
// refused, and one that is not here is one line with the way out.
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { CellJob } from '../../lab/cell/protocol.ts';
import { driverIds, findDriver } from '../../lab/drivers/find.ts';
import { Cancelled } from '../../lab/errors.ts';
import { experimentIds, findExperiment } from '../../lab/experiments/find.ts';
import * as cyclictest from '../../lab/peers/cyclictest.ts';
import { findPeer, peerIds } from '../../lab/peers/find.ts';
import * as fio from '../../lab/peers/fio.ts';
import { outputOf } from '../../lab/peers/parts/run.ts';
import type { LabRun } from '../../lab/records/schema.ts';
import { openBlocks } from '../conformance/lines.ts';
import { iolab, temporaryFolder } from '../helpers/cli.ts';
import { until } from '../helpers/processes.ts';

const home = temporaryFolder();
const file = openBlocks(256);
afterAll(() => file.close());
afterEach(() => void vi.unstubAllEnvs());

const required = (process.env.IOLAB_REQUIRE ?? '').split(',');
async function whyNot(id: string): Promise<string | undefined> {
  const missing = await (await findPeer(id)).missing();
  if (missing === undefined) return undefined;
  if (required.includes(id)) throw new Error(`IOLAB_REQUIRE asks for ${id}: ${missing.reason}`);
  console.log(`${id} is not measured: ${missing.reason}; ${missing.fix}`);
  return missing.reason;
}
const noFio = await whyNot('fio');
const noCyclictest = await whyNot('cyclictest');

/** Empty where it is no process, or has ended. */
function commandOf(pid: string): string {
  try {
    return /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'latin1') : '';
  } catch {
    return '';
  }
}

const decode = (text: string): Float64Array => {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Float64Array(bytes.buffer);
};

function readJob(depth: number, parameters: Record<string, string> = {}, direct = true): CellJob {
  return {
    do: 'measure',
    driver: 'peer',
    target: { ...file.target, direct },
    depth,
    parameters,
    workload: {
      kind: 'random-read',
      duration_ms: 100,
      warmup_ms: 50,
      block_bytes: 4096,
      seed: 3,
    },
  };
}

describe('peers', () => {
  for (const id of peerIds()) {
    it(`${id} takes part in experiments that are there, beside drivers that are there`, async () => {
      const peer = await findPeer(id);
      expect(peer.id).toBe(id);
      expect(peer.engines.length).toBeGreaterThan(0);
      expect(peer.experiments.length).toBeGreaterThan(0);
      for (const experiment of peer.experiments) {
        expect(experimentIds()).toContain(experiment);
        const { options } = await findExperiment(experiment);
        expect(options, `${experiment} takes --peer`).toContain('peer');
      }
      for (const { id: engine, twins, page_cache } of peer.engines) {
        for (const twin of twins) {
          expect(driverIds(), `${id}:${engine}: its twin`).toContain(twin);
          const own = (await findDriver(twin)).page_cache;
          if (own !== undefined) expect(page_cache, `${engine} reads as ${twin} does`).toBe(own);
        }
      }
    });

    it(`${id} that is not here is told with the command that installs it`, async () => {
      vi.stubEnv('PATH', '/nonexistent');
      const missing = await (await findPeer(id)).missing();
      expect(missing?.reason).toContain(id);
      expect(missing?.fix).toMatch(/bench install peers|leave it out/);
    });
  }

  it('are ended when the run is interrupted', async () => {
    const aborter = new AbortController();
    const started_ms = performance.now();
    const ended = outputOf('sleep', ['30'], { limit_ms: 60_000, signal: aborter.signal });
    setTimeout(() => aborter.abort(), 50);
    await expect(ended).rejects.toThrow(Cancelled);
    expect(performance.now() - started_ms).toBeLessThan(15_000);
  });

  /** A program with a job in a session of its own, as fio has: it ends that when it is asked to end. */
  const WITH_JOB = 'setsid sleep 30 & echo $! > "$1"; trap "kill $!; exit 0" TERM; wait';

  it.each(['the run is interrupted', 'their time is over'])(
    'end what they have started when %s',
    async when => {
      const told = join(temporaryFolder(), 'job');
      const hasBegun = () => existsSync(told) && readFileSync(told, 'utf8').endsWith('\n');
      const aborter = new AbortController();
      const interrupted = when === 'the run is interrupted';
      const options = { limit_ms: interrupted ? 60_000 : 1500, signal: aborter.signal };
      const ended = outputOf('/bin/sh', ['-c', WITH_JOB, 'sh', told], options);
      if (interrupted) void until('the job', hasBegun).finally(() => aborter.abort());
      const wanted = interrupted ? Cancelled : /was not through after 1500 ms/;
      await expect(ended, 'though the program says that all is well').rejects.toThrow(wanted);
      const job = readFileSync(told, 'utf8').trim();
      expect(commandOf(job), 'ask the program to end before it is killed').toBe('');
    },
  );

  it('are killed where they do not listen', async () => {
    const deaf = ['-c', 'trap "" TERM; exec sleep 30'];
    const started_ms = performance.now();
    await expect(outputOf('/bin/sh', deaf, { limit_ms: 300 })).rejects.toThrow('300 ms');
    expect(performance.now() - started_ms).toBeLessThan(15_000);
  });

  it('that hang or fail are told by their name and their words', async () => {
    await expect(outputOf('sleep', ['30'], { limit_ms: 50 })).rejects.toThrow(
      'sleep was not through after 50 ms',
    );
    await expect(
      outputOf('/bin/sh', ['-c', 'echo no such engine >&2; exit 3'], {
        limit_ms: 5000,
        name: 'fio',
      }),
    ).rejects.toThrow(/^fio: .*no such engine/s);
  });
});

describe('a peer', () => {
  /** A fio that writes down what it was told, and reports one read. */
  const FAKE = `#!/bin/sh
[ "$1" = --version ] && { echo fio-9.9; exit; }
echo "$*" >> "$(dirname "$0")/told"
echo '{"jobs":[{"usr_cpu":1,"sys_cpu":1,"ctx":1,"job_runtime":9,"read":{"iops":1,"bw_bytes":4096,' \\
     '"runtime":9,"total_ios":1,"lat_ns":{"bins":{"1000":1}}}}]}'
`;

  it('is told what its twin does where nobody said how', async context => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'fio'), FAKE);
    chmodSync(join(folder, 'fio'), 0o755);
    for (const driver of ['io-uring', 'io-uring-registered']) {
      const args = ['run', 'disk-read', '--driver', driver, '--peer', 'fio', '--depth', '4'];
      const { code, out, err } = await iolab(
        [...args, '--rounds', '1', '--samples', '20', '--set', 'bytes=1048576', '--json'],
        { home, env: { PATH: `${folder}:${process.env.PATH}` } },
      );
      if (/EPERM|ENOSYS/.test(err)) return context.skip('io_uring is forbidden here');
      expect(code, err).toBe(0);
      const { records } = JSON.parse(out) as LabRun;
      const ours = records.find(one => one.driver === driver)!;
      const { parameters } = await findDriver(driver);
      const submission = ours.parameters.submission ?? parameters.submission!.default;
      const told = readFileSync(join(folder, 'told'), 'utf8').trim().split('\n').at(-1)!;
      expect(told.includes('--iodepth_batch_submit=4'), `${driver}: ${submission}`).toBe(
        submission === 'batch',
      );
      expect(told.includes('--fixedbufs=1')).toBe(driver === 'io-uring-registered');
    }
  });
});

describe('what fio is told', () => {
  const flags = (engine: string, job: CellJob) => fio.argumentsFor(job, engine);

  it('goes past the page cache exactly where its twin does', () => {
    for (const direct of [true, false]) {
      const job = readJob(4, {}, direct);
      expect(flags('psync', job)).toContain('--direct=1');
      expect(flags('psync_cached', job)).toContain('--direct=0');
      expect(flags('psync_cached', job)).toContain('--ioengine=psync');
      expect(flags('mmap', job)).toContain('--direct=0');
      for (const engine of ['io_uring', 'io_uring_registered', 'libaio', 'posixaio']) {
        expect(flags(engine, job), engine).toContain(`--direct=${direct ? 1 : 0}`);
      }
    }
  });

  it('hands over one by one, or all at once, as its twin does', () => {
    const each = flags('io_uring', readJob(8, { submission: 'each' }));
    expect(each.some(flag => flag.includes('batch'))).toBe(false);
    const batch = flags('libaio', readJob(8, { submission: 'batch' }));
    expect(batch).toContain('--iodepth_batch_submit=8');
    expect(batch).toContain('--iodepth_batch_complete_max=8');
  });

  it('registers buffers and files where its twin does, and nowhere else', () => {
    const registered = flags('io_uring_registered', readJob(8));
    expect(registered).toEqual(
      expect.arrayContaining(['--ioengine=io_uring', '--fixedbufs=1', '--registerfiles=1']),
    );
    expect(flags('io_uring', readJob(8)).join()).not.toMatch(/fixedbufs|registerfiles/);
  });

  it('gives the kernel the advice that ours gives', () => {
    expect(flags('mmap', readJob(1))).toContain('--fadvise_hint=0');
    expect(flags('mmap', readJob(1, { advice: 'random' }))).toContain('--fadvise_hint=random');
  });
});

describe.skipIf(noFio !== undefined)('fio', () => {
  for (const { id } of fio.peer.engines) {
    it(`measures with ${id}`, async context => {
      const { signal } = new AbortController();
      const measured = await fio.peer
        .measure(readJob(2), id, { setting: {}, signal })
        .catch((error: Error) => error);
      if (measured instanceof Error && /not permitted|Function not impl/.test(measured.message)) {
        return context.skip(`${id} is forbidden here: ${measured.message}`);
      }
      if (measured instanceof Error) throw measured;
      const { n, series, totals } = measured;
      expect(n).toBeGreaterThan(10);
      const samples = decode(series.latency_ns!);
      expect(samples.length).toBeGreaterThan(n / 2);
      expect(samples.every(one => one > 0)).toBe(true);
      expect(totals.cpu_ns_per_op).toBeGreaterThan(0);
    });
  }

  it('leaves no job behind when the run is interrupted', async () => {
    const aborter = new AbortController();
    const job = readJob(1);
    const long = { ...job, workload: { ...job.workload, duration_ms: 20_000 } } as CellJob;
    const options = { setting: {}, signal: aborter.signal };
    const measuring = fio.peer.measure(long, 'psync', options);
    setTimeout(() => aborter.abort(), 500);
    await expect(measuring).rejects.toThrow(Cancelled);
    const left = readdirSync('/proc').filter(pid => commandOf(pid).includes(file.target.path));
    expect(left, 'its jobs are sessions of their own: only fio itself can end them').toEqual([]);
  });

  /** Peer engines and the drivers that were divided by them. */
  async function pairs(...more: string[]) {
    const args = ['run', 'disk-read', '--peer', 'fio', '--rounds', '1', '--samples', '50'];
    const drivers = ['--driver', 'blocking,direct-sync,cached-sync,mmap'];
    const { code, out, err } = await iolab(
      [...args, ...drivers, '--set', 'bytes=1048576', ...more, '--json'],
      { home },
    );
    expect(code, err).toBe(0);
    const { records, comparisons } = JSON.parse(out) as LabRun;
    const measured = new Set(records.map(one => one.driver).filter(id => id.startsWith('peer:')));
    const compared = comparisons
      .filter(one => one.baseline.startsWith('peer:') && one.driver !== one.baseline)
      .filter(one => one.metric === 'ops_per_s')
      .map(one => `${one.driver} ${one.baseline}`);
    return { measured: [...measured].sort(), compared: compared.sort() };
  }

  it('stands beside the drivers of the run that do the same, and no other engine runs', async () => {
    const { measured, compared } = await pairs();
    expect(measured).toEqual(['peer:fio:mmap', 'peer:fio:psync', 'peer:fio:psync_cached']);
    expect(compared).toEqual([
      'blocking peer:fio:psync',
      'cached-sync peer:fio:psync_cached',
      'direct-sync peer:fio:psync',
      'mmap peer:fio:mmap',
    ]);
  });

  it('compares no cached read with a direct one', async () => {
    const { compared } = await pairs('--set', 'direct=false');
    expect(compared).toEqual([
      'blocking peer:fio:psync_cached',
      'cached-sync peer:fio:psync_cached',
      'direct-sync peer:fio:psync',
      'mmap peer:fio:mmap',
    ]);
  });
});

describe('cyclictest', () => {
  const { argumentsFor, samplesOf } = cyclictest;

  it('is asked for the interval, one thread, and no help from the system', () => {
    expect(argumentsFor(100, 1000)).toEqual(
      expect.arrayContaining(['--interval=1000', '--threads=1', '--default-system']),
    );
  });

  it('has its wake-ups read without the first few, and a number that lacks some refused', () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, i) => `       0:${String(i).padStart(8)}:${1000 + i}`);
    const output = ['Max CPUs = 2', 'Thread 0 Interval: 1000', ...lines(25)].join('\n');
    const samples = samplesOf(output, 20);
    expect([samples.length, samples[0], samples.at(-1)]).toEqual([20, 1005, 1024]);
    expect(() => samplesOf(output, 21)).toThrow('printed 25 wake-ups and not 26');
    expect(() => samplesOf('error: no such policy', 20)).toThrow('no such policy');
  });

  it.skipIf(noCyclictest !== undefined)('stands beside wakeup and says what it is', async () => {
    const args = ['run', 'wakeup', '--driver', 'poll', '--peer', 'cyclictest', '--rate', '1000'];
    const { code, out, err } = await iolab(
      [...args, '--rounds', '2', '--samples', '50', '--json'],
      { home },
    );
    expect(code, err).toBe(0);
    const { records, comparisons } = JSON.parse(out) as LabRun;
    const own = records.filter(one => one.driver === 'peer:cyclictest:clock_nanosleep');
    expect(own.length, 'it is nobody’s yardstick, so it has no repeat').toBe(1);
    expect(own[0]!.metrics.latency_ns).toMatchObject({ n: 100 });
    expect(own[0]!.parameters).toEqual({ rate_hz: 1000 });
    expect(own[0]!.notes?.join()).toMatch(/timer .* no device/);
    expect(comparisons.filter(one => one.baseline.startsWith('peer:'))).toEqual([]);
  });

  it('that is missing is one line with the fix, and the rest is measured', async () => {
    const empty = temporaryFolder();
    // Only what the launcher needs: no cyclictest.
    writeFileSync(join(empty, 'node'), `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
    chmodSync(join(empty, 'node'), 0o755);
    const args = ['run', 'wakeup', '--driver', 'poll', '--peer', 'cyclictest', '--rate', '1000'];
    const { code, out, err } = await iolab([...args, '--rounds', '1', '--samples', '20'], {
      home,
      env: { PATH: empty },
    });
    expect(code).toBe(3);
    expect(err).toMatch(/peer:cyclictest:clock_nanosleep on fifo: cyclictest is not installed/);
    expect(err).toContain('iolab bench install peers');
    expect(out).toContain('poll');
  });
});
