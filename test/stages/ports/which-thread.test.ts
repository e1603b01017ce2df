// Which threads wait and which ones run the callbacks, asked of the threads themselves: under Wine, and for
// the twins on this Linux.
import { describe, expect, it, type TestContext } from 'vitest';
import { measured } from '../../helpers/measured.ts';
import { runStage } from '../../helpers/stages.ts';
import { whereWine } from '../../helpers/wine.ts';
import { countUnderWine } from '../under-wine.ts';

const OPERATIONS = 32;
/** Of libuv's pool. */
const POOL = 4;
const operations = { operations: OPERATIONS };
const stages = [
  'callback-alertable',
  'callback-own-thread',
  'callback-pool-bind',
  'callback-pool-io',
  'open-overlapped',
  'open-plain',
];

describe.runIf(whereWine())('threads under Wine', () => {
  const counted = measured(async () => {
    const all = await countUnderWine(
      'which-thread',
      stages.map(stage => [stage, operations]),
    );
    return new Map(stages.map((stage, at) => [stage, all[at]!]));
  }, 300_000);
  const of = (stage: string) => counted().get(stage)!.totals;

  it.each(stages.filter(stage => stage !== 'open-plain'))(
    'of %s wait in no operation, though all are in flight',
    stage => {
      const { in_flight, waiting_threads, added_threads } = of(stage);
      expect({ in_flight, waiting_threads, added_threads }).toEqual({
        in_flight: OPERATIONS,
        waiting_threads: 0,
        added_threads: 0,
      });
    },
  );

  it('that asked run the completion routine themselves, in an alertable wait', () => {
    expect(of('callback-alertable')).toMatchObject({
      callback_threads: 1,
      on_submitter: OPERATIONS,
      late_bytes: 0,
    });
  });

  it.each(['callback-pool-bind', 'callback-pool-io'])('of the system run %s', stage => {
    const { callback_threads, on_submitter, late_bytes } = of(stage);
    expect({ on_submitter, late_bytes }).toEqual({ on_submitter: 0, late_bytes: 0 });
    expect(callback_threads).toBeGreaterThanOrEqual(1);
    expect(callback_threads).toBeLessThan(OPERATIONS / 2);
  });

  it('of our own run what belongs to a packet', () => {
    expect(of('callback-own-thread')).toMatchObject({ on_submitter: 0, wrong: 0, late_bytes: 0 });
    expect(of('callback-own-thread').callback_threads).toBeLessThanOrEqual(2);
  });

  it('starve nobody where the handle was opened overlapped', () => {
    expect(of('open-overlapped')).toMatchObject({ starved: 0, ended: OPERATIONS });
  });

  it('of a pool each wait in an operation, and the others starve', () => {
    expect(of('open-plain')).toMatchObject({
      waiting_threads: POOL,
      in_flight: POOL,
      starved: OPERATIONS - POOL,
    });
  });

  it('are told with their states', () => {
    expect(counted().get('open-overlapped')!.notes.join()).toMatch(/\d+ × .*asleep/);
  });
});

describe.runIf(process.platform === 'linux')('their twins on Linux', () => {
  const run = async (stage: string) =>
    (await runStage('which-thread', stage, {}, { set: { operations: String(OPERATIONS) } })).totals;

  it('libuv: as many reads as the pool has threads, each of them in read(2)', async () => {
    expect(await run('twin-libuv')).toMatchObject({
      asked: OPERATIONS,
      waiting_threads: POOL,
      starved: OPERATIONS - POOL,
    });
  });

  /** What this machine does not have is told; whatever else goes wrong is a failure. */
  const runOrSkip = (stage: string, context: TestContext) =>
    run(stage).catch((error: Error) => {
      if (error.name !== 'Unsupported') throw error;
      return context.skip(error.message);
    });

  it('io_uring: all reads in flight, and nobody waits', async context => {
    const totals = await runOrSkip('twin-io-uring', context);
    expect(totals).toMatchObject({
      in_flight: OPERATIONS,
      waiting_threads: 0,
      added_threads: 0,
      failed: 0,
    });
  });

  it('io_uring’s own workers: few threads of the kernel’s, among ours', async context => {
    const totals = await runOrSkip('twin-io-uring-workers', context);
    expect(totals.failed).toBe(0);
    expect(totals.kernel_threads).toBeGreaterThanOrEqual(1);
    expect(totals.kernel_threads).toBeLessThan(OPERATIONS);
  });

  it('stages of Windows are refused there in one line that says what to do', async () => {
    const refused = await runStage('which-thread', 'open-overlapped').catch(
      (error: Error) => error,
    );
    expect(String(refused)).toMatch(/completion ports exist on Windows only.*--in wine/);
  });
});
