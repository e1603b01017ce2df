// What threads, processes and signals cost where a plain read would do, as orders and ratios inside one
// interleaved run. A busy machine may spoil one run, so a test that fails measures once more.
import { describe, expect, it } from 'vitest';
import type { LabRecord, LabRun, Total } from '../../../lab/records/schema.ts';
import { iolab, temporaryFolder } from '../../helpers/cli.ts';

const home = temporaryFolder();

/** Measure and judge; where the judgement fails, once more. */
async function twice(args: readonly string[], judge: (run: LabRun) => void): Promise<void> {
  const measure = async () => {
    const { code, out, err } = await iolab(['run', ...args, '--json'], { home });
    expect(code, err).toBe(0);
    return JSON.parse(out) as LabRun;
  };
  try {
    judge(await measure());
  } catch (error) {
    console.warn(`measured again, the machine may be busy: ${(error as Error).message}`);
    judge(await measure());
  }
}

const recordOf = (run: LabRun, driver: string, parameters: LabRecord['parameters'] = {}) =>
  run.records.find(
    one =>
      one.driver === driver &&
      one.parameters.repeat === undefined &&
      Object.entries(parameters).every(([key, value]) => one.parameters[key] === value),
  )!;

const value = (record: LabRecord, metric: string): number =>
  (record.metrics[metric] as Total).value;

describe.runIf(process.platform === 'linux')('the same pipe', () => {
  const helped = ['thread-pool', 'thread-per-device', 'process'];
  const looped = ['node-stream', 'async-await', 'sigio', 'thread-pool'];
  const drivers = ['blocking', ...new Set([...helped, ...looped])].join(',');

  it('costs more processor time through a loop, and more switches through threads and processes', async () => {
    const args = ['wakeup', '--driver', drivers, '--rate', '1000', '--rounds', '3'];
    await twice([...args, '--samples', '200'], run => {
      const over = (driver: string, metric: string) =>
        value(recordOf(run, driver), metric) / value(recordOf(run, 'blocking'), metric);
      for (const driver of looped)
        expect(over(driver, 'cpu_ns_per_op'), `${driver}, CPU`).toBeGreaterThan(1.3);
      for (const driver of helped)
        expect(over(driver, 'switches_per_op'), `${driver}, switches`).toBeGreaterThan(1.3);
      const names = (driver: string) => recordOf(run, driver).threads!.map(one => one.name);
      expect(names('thread-pool'), 'who did the reading').toContain('libuv-worker');
      expect(names('process'), 'the other process is part of the cost').toContain('dd');
      // A read and a write there, a read here; what comes close together is one of each.
      expect(value(recordOf(run, 'process'), 'syscalls_per_op')).toBeGreaterThan(1.5);
      expect(value(recordOf(run, 'thread-per-device'), 'syscalls_per_op')).toBeGreaterThan(1.5);
    });
  }, 120_000);
});

describe('a pool of threads', () => {
  it('gets more of a queue of reads done with several threads than with one', async () => {
    const size = ['--set', 'bytes=33554432', '--rounds', '3', '--samples', '600'];
    await twice(['threads', '--driver', 'thread-pool,blocking', '--depth', '32', ...size], run => {
      const pools = [1, 8, 64].map(pool => recordOf(run, 'thread-pool', { pool }));
      for (const record of pools) expect(record.status, record.reason ?? '').toBe('ok');
      const [one, eight] = pools;
      if (one!.evidence.device === 'stand-in')
        return console.warn('not judged: the temporary folder is memory');
      const more = value(eight!, 'ops_per_s') / value(one!, 'ops_per_s');
      expect(more, 'reads a second, eight threads over one').toBeGreaterThan(1);
    });
  }, 120_000);
});

describe.runIf(process.platform === 'linux')(
  'a queue in the kernel beside Node’s pool of four',
  () => {
    const args = ['threads', '--driver', 'thread-pool,io-uring', '--depth', '128', '--rounds', '3'];
    const size = ['--samples', '4000', '--set', 'bytes=33554432'];
    const over = (run: LabRun, of: string) =>
      value(recordOf(run, 'io-uring'), 'ops_per_s') /
      value(recordOf(run, 'thread-pool', { interface: of }), 'ops_per_s');

    it('reads more than half as much again past the page cache', async () => {
      await twice([...args, ...size, '--set', 'pool=4,interface=both'], run => {
        const ring = recordOf(run, 'io-uring');
        if (ring.status === 'unsupported') return console.warn(`not judged: ${ring.reason}`);
        if (ring.evidence.device === 'stand-in')
          return console.warn('not judged: the temporary folder is memory');
        expect(over(run, 'promises'), 'over fs.promises').toBeGreaterThan(1.5);
      });
    }, 120_000);

    it('reads more than five times as much from memory', async () => {
      await twice([...args, ...size, '--set', 'pool=4,interface=both,direct=false'], run => {
        const ring = recordOf(run, 'io-uring');
        if (ring.status === 'unsupported') return console.warn(`not judged: ${ring.reason}`);
        expect(over(run, 'promises'), 'over fs.promises').toBeGreaterThan(5);
      });
    }, 120_000);
  },
);

describe('the cost of waiting', () => {
  it('is the same at every rate for who polls, and grows with the rate for who sleeps', async () => {
    const args = ['cpu-rate', '--driver', 'blocking,busy-poll', '--rate', '100,5000'];
    await twice([...args, '--rounds', '3', '--samples', '300'], run => {
      const share = (driver: string, rate_hz: number) =>
        value(recordOf(run, driver, { rate_hz }), 'cpu_share');
      const sleeps = share('blocking', 5000) / share('blocking', 100);
      expect(sleeps, 'blocking, share at 5 kHz over that at 100 Hz').toBeGreaterThan(2);
      const polls = share('busy-poll', 5000) / share('busy-poll', 100);
      expect(polls, 'busy-poll, share at 5 kHz over that at 100 Hz').toBeLessThan(2);
      const idle = share('busy-poll', 100) / share('blocking', 100);
      expect(idle, 'where little comes, share of busy-poll over blocking').toBeGreaterThan(5);
    });
  }, 120_000);
});
