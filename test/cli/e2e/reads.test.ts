// Ways to hand reads over, end to end. Calls for one read are counted and follow from the policy; what a
// queue shares grows with its depth; and what is compared has the same setting on both sides.
import { describe, expect, it } from 'vitest';
import { findDriver } from '../../../lab/drivers/find.ts';
import { loadPlatform } from '../../../lab/ffi/load.ts';
import type { LabRecord, LabRun, Total } from '../../../lab/records/schema.ts';
import { openBlocks } from '../../conformance/lines.ts';
import { contextFor } from '../../conformance/session.ts';
import { iolab, temporaryFolder } from '../../helpers/cli.ts';

const home = temporaryFolder();
const file = openBlocks(1);
const answer = await (await findDriver('io-uring-registered')).probe(
  contextFor(await loadPlatform(), file.target),
);
file.close();
if (!answer.ok) console.log(`ways to hand over left out: ${answer.reason}; ${answer.fix}`);

async function measured(...args: string[]): Promise<LabRun> {
  const set = ['--set', 'bytes=16777216', '--rounds', '1', '--samples', '3000', '--json'];
  const { code, out, err } = await iolab(['run', ...args, ...set], { home });
  expect(code, err).toBe(0);
  return JSON.parse(out) as LabRun;
}

const value = (record: LabRecord | undefined, metric: string) =>
  (record!.metrics[metric] as Total).value;

describe.skipIf(!answer.ok)('iolab run', () => {
  it('submission: calls for one read are what the policy says', async () => {
    const driver = ['--driver', 'io-uring,io-uring-sqpoll'];
    const { records } = await measured('submission', '--depth', '32', ...driver);
    const calls = (policy: string) =>
      value(
        records.find(one => one.parameters.policy === policy),
        'syscalls_per_op',
      );
    expect(new Set(records.map(one => one.status))).toEqual(new Set(['ok']));
    expect(records).toHaveLength(7);
    expect(calls('each'), 'one to hand over, and some to wait').toBeGreaterThanOrEqual(1);
    expect(calls('batch')).toBeLessThan(calls('each'));
    // One call for at least so many; a signal may cut a wait in two.
    expect(calls('chunk')).toBeLessThan(1.1 / 8);
    expect(calls('lockstep')).toBeLessThan(1.1 / 32);
    expect(calls('lockstep')).toBeGreaterThan(0.9 / 32);
    // A thread that was kept from running for its second of idleness sleeps, and is called once.
    expect(calls('thread-poll')).toBeLessThan(0.01);
    expect(calls('thread'), 'it waits').toBeGreaterThan(calls('thread-poll'));
  }, 60_000);

  it('coalescing: more completions share a call and a wake-up in a deeper queue', async () => {
    const { records } = await measured('coalescing', '--driver', 'io-uring', '--depth', '1,32');
    const [one, many] = records.filter(({ parameters }) => parameters.completion === 'prompt');
    expect(value(one, 'completions_per_call')).toBeCloseTo(1);
    for (const metric of ['completions_per_call', 'completions_per_wakeup']) {
      expect(value(many, metric), metric).toBeGreaterThan(2 * value(one, metric));
    }
  }, 60_000);

  it('registered: past the cache and through it in one run, each against its like', async () => {
    const { records, comparisons } = await measured('registered', '--depth', '1,8');
    const settings = records
      .filter(one => one.driver === 'io-uring-registered')
      .map(({ parameters }) => `${parameters.direct} ${parameters.depth}`);
    // The first two are missing where the file system has no way past its cache.
    expect(settings.slice(-2)).toEqual(['false 1', 'false 8']);
    const ratios = comparisons.filter(
      one => one.driver === 'io-uring-registered' && one.metric === 'cpu_ns_per_op',
    );
    expect(ratios).toHaveLength(settings.length);
    const cost = (driver: string, { direct, depth }: LabRecord['parameters']) =>
      value(
        records.find(
          one =>
            one.driver === driver &&
            one.parameters.repeat === undefined &&
            one.parameters.direct === direct &&
            one.parameters.depth === depth,
        ),
        'cpu_ns_per_op',
      );
    for (const { ratio, parameters } of ratios) {
      const expected = cost('io-uring-registered', parameters) / cost('io-uring', parameters);
      expect(ratio).toBeCloseTo(expected);
    }
  }, 90_000);
});
