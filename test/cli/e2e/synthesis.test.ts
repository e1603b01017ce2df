// The forms on the two tools as a user runs them: records of exact counts, a table of what they are about, and
// settings that are checked before anything runs.
import { describe, expect, it } from 'vitest';
import type { LabRun, Total } from '../../../lab/records/schema.ts';
import { iolab, temporaryFolder } from '../../helpers/cli.ts';

const home = temporaryFolder();
const run = (...args: string[]) => iolab(['run', 'synthesis', ...args], { home });

async function measured(...args: string[]): Promise<LabRun> {
  const { code, out, err } = await run(...args, '--json');
  expect(code, err).toBe(0);
  return JSON.parse(out) as LabRun;
}

describe('iolab run synthesis', () => {
  it('counts six programs, the same in every run', async () => {
    const some = ['--set', 'interval=64', '--records', '100'];
    const { records } = await measured(...some);
    const counts = records.map(({ driver, metrics }) => [driver, metrics]);
    expect(records.map(({ driver }) => driver).sort()).toEqual([
      'callback-interrupt',
      'callback-polled',
      'flag-interrupt',
      'flag-polled',
      'queue-interrupt',
      'queue-polled',
    ]);
    for (const { status, evidence, metrics, driver } of records) {
      expect({ status, evidence }).toEqual({
        status: 'ok',
        evidence: { device: 'simulated', processor: 'emulated' },
      });
      for (const metric of Object.values(metrics)) expect(metric.kind).toBe('count');
      const interrupts = (metrics.interrupts as Total).value;
      expect(interrupts > 0, driver).toBe(driver.endsWith('-interrupt'));
    }
    const again = await measured(...some);
    expect(again.records.map(({ driver, metrics }) => [driver, metrics])).toEqual(counts);
  }, 60_000);

  it('shows within 80 columns what it is about', async () => {
    const { out, code } = await run('--set', 'interval=16', '--driver', 'queue-interrupt');
    expect(code).toBe(0);
    for (const title of ['polls', 'loads', 'int', 'overhead', 'taken', 'heard', 'disordered'])
      expect(out).toContain(title);
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  }, 60_000);

  it.each([
    [['--set', 'interval=0'], 2, 'interval=0: give a whole number from 1 to 65536'],
    [['--set', 'pace=slow'], 2, 'pace=slow: give a whole number from 1 to 1000000'],
    [['--set', 'pace=9', '--set', 'interval=1'], 2, 'pace=9: give a whole number from 100 to'],
    [['--records', '4001'], 2, '--records 4001 is too many'],
    [['--device', 'bytecode'], 3, 'its programs run on two-tools'],
  ])('%j ends with %i', async (args, code, named) => {
    const result = await run(...args);
    expect(result.code, result.err).toBe(code);
    expect(result.err + result.out).toContain(named);
  });
});
