// What the experiments about ways to read plan: which settings, and what their cells do with them.
import { describe, expect, it } from 'vitest';
import type { Target } from '../../lab/drivers/driver.ts';
import { WrongUsage } from '../../lab/errors.ts';
import type { PlanRequest } from '../../lab/experiments/experiment.ts';
import { findExperiment } from '../../lab/experiments/find.ts';
import type { Thread } from '../../lab/records/schema.ts';

const nothing: PlanRequest = {
  rate_hz: [],
  depth: [],
  records: [],
  samples: undefined,
  set: {},
  short: false,
};
const chosen = (set: PlanRequest['set'], depth: readonly number[] = []): PlanRequest => ({
  ...nothing,
  set,
  depth,
});
const file: Target = { device: 'file', kind: 'block', path: '', tty: false, writable: false };

describe('submission', async () => {
  const one = await findExperiment('submission');
  const cellOf = (policy: string, depth: number, set: PlanRequest['set'] = {}) => {
    const [setting] = one.plan('io-uring', chosen({ ...set, policy }, [depth]));
    return setting && one.cell(setting, nothing, 1);
  };

  it('hands over and waits as the policy says', () => {
    expect(cellOf('each', 32)).toMatchObject({ depth: 32, parameters: { submission: 'each' } });
    const together = (policy: string, depth: number, set?: PlanRequest['set']) => {
      const cell = cellOf(policy, depth, set)!;
      expect(cell.parameters.submission).toBe(policy === 'each' ? 'each' : 'batch');
      return cell.workload.kind === 'random-read' ? (cell.workload.together ?? 1) : undefined;
    };
    expect(together('each', 32)).toBe(1);
    expect(together('batch', 32)).toBe(1);
    expect(together('chunk', 32)).toBe(8);
    expect(together('chunk', 32, { chunk: '4' })).toBe(4);
    expect(together('lockstep', 32)).toBe(32);
  });

  it('leaves out what would be the same twice', () => {
    const plan = one.plan('io-uring', nothing);
    const depths = (policy: string) =>
      plan.filter(setting => setting.policy === policy).map(setting => setting.depth);
    expect(depths('each')).toEqual([1, 8, 32, 128]);
    expect(depths('batch')).toEqual([1, 8, 32, 128]);
    expect(depths('lockstep')).toEqual([8, 32, 128]);
    expect(depths('chunk')).toEqual([32, 128]);
    expect(one.plan('blocking', nothing), 'it has no queue').toEqual([]);
  });

  it('leaves them to a thread where the driver has one, on processors of their own or on one', () => {
    const plan = one.plan('io-uring-sqpoll', chosen({}, [8]));
    expect(plan).toEqual([
      { policy: 'thread', depth: 8 },
      { policy: 'thread-poll', depth: 8 },
      { policy: 'thread-shared', depth: 8 },
    ]);
    expect(plan.map(setting => one.cell(setting, nothing, 1).parameters)).toEqual([
      { collect: 'wait' },
      { collect: 'poll' },
      { collect: 'poll', program_cpu: 'same' },
    ]);
    expect(one.plan('io-uring', chosen({ policy: 'thread' })), 'it has none').toEqual([]);
    expect(one.plan('io-uring-sqpoll', chosen({ policy: 'batch' })), 'it calls nobody').toEqual([]);
  });

  it('refuses what makes no sense, with what would', () => {
    for (const chunk of ['1', '0.5', 'all', '4096']) {
      expect(() => one.plan('io-uring', chosen({ chunk }))).toThrow(WrongUsage);
      expect(() => one.plan('io-uring', chosen({ chunk }))).toThrow(/from 2 to 1024/);
    }
    expect(() => one.plan('io-uring', chosen({ submission: 'each' }))).toThrow(/use policy/);
    expect(() => one.plan('io-uring-sqpoll', chosen({ collect: 'poll' }))).toThrow(/thread-poll/);
  });
});

describe('registered', async () => {
  const one = await findExperiment('registered');

  it('reads past the page cache and through it, in one run', () => {
    const plan = one.plan('io-uring', chosen({}, [8]), { ...file, direct: true });
    expect(plan).toEqual([
      { direct: 'true', submission: 'batch', depth: 8 },
      { direct: 'false', submission: 'batch', depth: 8 },
    ]);
    expect(plan.map(setting => one.cell(setting, nothing, 1).direct)).toEqual([true, false]);
  });

  it('keeps to what was chosen, and to what the file system has', () => {
    const ways = (set: PlanRequest['set'], direct: boolean) =>
      one.plan('io-uring', chosen(set, [8]), { ...file, direct }).map(setting => setting.direct);
    expect(ways({ direct: 'false' }, true)).toEqual(['false']);
    expect(ways({}, false)).toEqual(['false']);
    expect(ways({ direct: 'true' }, false)).toEqual([]);
  });
});

describe('coalescing', async () => {
  const one = await findExperiment('coalescing');
  const thread = (voluntary_switches_per_op: number): Thread => ({
    name: 'node',
    cpu_ns_per_op: 1,
    voluntary_switches_per_op,
    involuntary_switches_per_op: 1,
  });

  it('turns costs for one read into reads for one cost', () => {
    const totals = { interrupts_per_op: 0.25, syscalls_per_op: 0.5 };
    expect(one.derive?.({ totals, threads: [thread(0.1), thread(0.1)] })).toEqual({
      completions_per_interrupt: 4,
      completions_per_wakeup: 5,
      completions_per_call: 2,
    });
  });

  it('says nothing of what did not happen or cannot be counted', () => {
    expect(one.derive?.({ totals: { interrupts_per_op: 0 }, threads: [] })).toEqual({});
  });

  it('names how it is handed over only where the driver can choose', () => {
    expect(one.plan('linux-aio', chosen({}, [1]))).toEqual([{ submission: 'batch', depth: 1 }]);
    expect(one.plan('aio-suspend', chosen({}, [1]))).toEqual([{ depth: 1 }]);
    const [first, second, ...more] = one.plan('io-uring', chosen({}, [1]));
    expect(first).toEqual({ completion: 'prompt', submission: 'batch', depth: 1 });
    expect(second).toEqual({ completion: 'deferred', submission: 'batch', depth: 1 });
    expect(more).toEqual([]);
    expect(one.cell(second!, nothing, 1).parameters).toEqual({
      completion: 'deferred',
      submission: 'batch',
    });
  });
});
