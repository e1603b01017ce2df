// Hazards that need a device of their own, through the command line: two writers on the emulated board,
// and a queue that is closed over reads in flight.
import { describe, expect, it } from 'vitest';
import type { LabRecord, LabRun } from '../../../lab/records/schema.ts';
import { iolab, temporaryFolder } from '../../helpers/cli.ts';

const home = temporaryFolder();

async function run(experiment: string, ...more: string[]): Promise<LabRun | undefined> {
  const { code, out, err } = await iolab(['run', experiment, '--json', ...more], { home });
  if (code === 3) {
    console.warn(`${experiment} cannot be tried here: ${err}`);
    return undefined;
  }
  expect(code, err).toBe(0);
  return JSON.parse(out) as LabRun;
}

const countOf = (record: LabRecord | undefined, name: string): number => {
  const metric = record?.metrics[name];
  if (metric === undefined || !('value' in metric)) throw new Error(`no ${name}`);
  return metric.value;
};

describe.runIf(process.platform === 'linux')('two writers on one board', () => {
  it('lose frames unguarded, and none with a mutex, a semaphore or an owner', async () => {
    const document = await run('two-writers', '--rounds', '2', '--samples', '15');
    const by = new Map(document?.records.map(one => [one.driver, one]));
    expect(countOf(by.get('writers-free'), 'lost_frames')).toBeGreaterThan(0);
    for (const id of ['writers-mutex', 'writers-semaphore', 'writers-owner']) {
      expect(countOf(by.get(id), 'lost_frames'), id).toBe(0);
      expect(countOf(by.get(id), 'answered_frames'), id).toBe(30);
    }
  }, 120_000);
});

describe.runIf(process.platform === 'linux')('a queue that is closed in flight', () => {
  it('leaves every buffer alone when it was drained before', async () => {
    const document = await run('close-in-flight', '--rounds', '2', '--depth', '256');
    if (document === undefined) return;
    const by = new Map(document.records.map(one => [one.driver, one]));
    expect(countOf(by.get('close-drain'), 'changed_buffers')).toBe(0);
    // How many reads a disk still has before it at that moment is its own affair.
    expect(countOf(by.get('close-abandon'), 'reads')).toBe(256);
    expect(countOf(by.get('close-abandon'), 'changed_buffers')).toBeGreaterThanOrEqual(0);
  }, 60_000);
});
