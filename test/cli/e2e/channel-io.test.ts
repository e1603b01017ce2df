// Channel programs and spooling, end to end: what `iolab run` measures, the lines it fits, and which
// experiments take --records.
import { describe, expect, it } from 'vitest';
import type { LabRecord, LabRun, Total } from '../../../lab/records/schema.ts';
import { iolab, temporaryFolder } from '../../helpers/cli.ts';
import { isHere } from '../../machines/classic.ts';

const home = temporaryFolder();

async function measure(...args: string[]): Promise<LabRun> {
  const { code, out, err } = await iolab(['run', ...args, '--json'], { home });
  expect(code, err).toBe(0);
  return JSON.parse(out) as LabRun;
}

const value = (record: LabRecord, metric: string) => (record.metrics[metric] as Total).value;

describe.skipIf(!isHere('hercules'))('iolab run channel-io', () => {
  it('a chain costs the same for any number of records, a start each costs so much more each', async () => {
    const run = await measure(
      'channel-io',
      '--records',
      '10,100,1000',
      '--driver',
      'channel-chained,channel-each',
    );
    expect(run.records).toHaveLength(6);
    for (const record of run.records) {
      expect(record).toMatchObject({
        status: 'ok',
        device: 's390',
        evidence: { device: 'simulated', processor: 'emulated' },
      });
      const chained = record.driver === 'channel-chained';
      const n = Number(record.parameters.records);
      expect(value(record, 'instructions')).toBe(chained ? 12 : 3 + 13 * n);
      expect(value(record, 'interrupts')).toBe(chained ? 1 : n);
      expect(record.notes?.join(), 'the status word in words').toContain('channel end, device end');
    }
    const lines = run.fits.filter(one => one.metric === 'instructions');
    expect(lines).toEqual([
      expect.objectContaining({
        driver: 'channel-chained',
        a: 12,
        a_interval: [12, 12],
        b: 0,
        b_interval: [0, 0],
      }),
      expect.objectContaining({
        driver: 'channel-each',
        a: 3,
        a_interval: [3, 3],
        b: 13,
        b_interval: [13, 13],
      }),
    ]);
  });

  it('tells what was too much for a program that nobody named, and measures the rest', async () => {
    const run = await measure('channel-io', '--records', '60,5');
    const sizes = (driver: string) =>
      run.records.filter(one => one.driver === driver).map(one => one.parameters.records);
    expect(sizes('disk-search')).toEqual([60, 5]);
    expect(sizes('reader-interrupt')).toEqual([5]);
    expect(run.skipped.map(({ driver, reason }) => [driver, reason])).toEqual(
      ['reader-interrupt', 'reader-polled'].map(driver => [
        driver,
        '--records 60 was left out: one run takes at most 50',
      ]),
    );
    expect(run.status).toBe('ok');
  });

  it('measures every program, each within what it can move', async () => {
    const run = await measure('channel-io', '--records', '10');
    expect(run.status).toBe('ok');
    expect(new Set(run.records.map(one => one.driver)).size).toBe(7);
    const by = (driver: string) => run.records.find(one => one.driver === driver)!;
    expect(value(by('disk-search'), 'channel_commands')).toBe(23);
    expect(by('reader-polled').notes?.join()).toContain('approximate');
    expect(value(by('reader-polled'), 'polls')).toBeGreaterThan(
      10 * value(by('reader-interrupt'), 'interrupts'),
    );
    expect(run.fits, 'one number of records makes no line').toEqual([]);
  });
});

describe.skipIf(!isHere('pdp11'))('iolab run spool', () => {
  it('the paper comes earlier through a spool, and the processor waits less', async () => {
    const run = await measure('spool', '--records', '4');
    const by = (driver: string) => run.records.find(one => one.driver === driver)!;
    for (const metric of ['turnaround_us', 'waiting_us', 'simulated_us', 'processor_held_us']) {
      expect(value(by('spool-spooled'), metric), metric).toBeLessThan(
        value(by('spool-direct'), metric),
      );
    }
  });
});

describe('--records', () => {
  it('is refused by experiments that move nothing', async () => {
    for (const experiment of ['wakeup', 'disk-read', 'round-trip', 'overrun']) {
      const { code, err } = await iolab(['run', experiment, '--records', '10'], { home });
      expect(code, experiment).toBe(2);
      expect(err).toContain(`${experiment} takes no --records`);
    }
  });

  it('is refused where it is no number of records', async () => {
    for (const records of ['0', 'many', '1.5', '-1']) {
      const { code, err } = await iolab(['run', 'channel-io', `--records=${records}`], { home });
      expect(code, records).toBe(2);
      expect(err).toContain('--records');
    }
  });
});
