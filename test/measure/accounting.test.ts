// Thread accounting from synthetic /proc trees, hostile texts, and this process' own threads.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseSchedstat,
  parseSwitches,
  readThreads,
  readTransfers,
  readUsage,
  type ThreadReading,
  threadsDelta,
  threadTotals,
  usageDelta,
} from '../../lab/measure/accounting.ts';
import { makeTree } from './tree.ts';

const status = (voluntary: number, involuntary: number, name = 'node'): string =>
  `Name:\t${name}\nState:\tS (sleeping)\nvoluntary_ctxt_switches:\t${voluntary}\n` +
  `nonvoluntary_ctxt_switches:\t${involuntary}\n`;

const reading = (tid: number, part: Partial<ThreadReading> = {}): ThreadReading => ({
  tid,
  name: 'node',
  cpu_ns: 0,
  wait_ns: 0,
  voluntary_switches: 0,
  involuntary_switches: 0,
  ...part,
});

describe('readThreads', () => {
  test('reads every thread, in order of ids', () => {
    const proc = makeTree({
      '77/task/77/schedstat': '80064655 1200 14\n',
      '77/task/77/status': status(9, 5, 'node-MainThread'),
      '77/task/101/schedstat': '5 6 7\n',
      '77/task/101/status': status(1, 0, 'bad\x07name'),
    });
    expect(readThreads(77, proc)).toEqual([
      reading(77, {
        name: 'node-MainThread',
        cpu_ns: 80_064_655,
        wait_ns: 1_200,
        voluntary_switches: 9,
        involuntary_switches: 5,
      }),
      reading(101, { name: 'bad?name', cpu_ns: 5, wait_ns: 6, voluntary_switches: 1 }),
    ]);
  });

  test('passes over threads that ended while it read, and foreign names', () => {
    const proc = makeTree({
      '77/task/77/schedstat': '1 2 3\n',
      '77/task/78/status': status(1, 1),
      '77/task/other/schedstat': '1 2 3\n',
    });
    expect(readThreads(77, proc)).toEqual([]);
  });

  test('is empty where there is no such process and no /proc', () => {
    expect(readThreads(77, makeTree({ x: '' }))).toEqual([]);
    expect(readThreads('self', '/no/such/folder')).toEqual([]);
  });

  test('sees this process at work', () => {
    const before = readThreads();
    const usage = readUsage();
    if (process.platform !== 'linux') {
      expect(before).toEqual([]);
      return;
    }
    expect(before.length).toBeGreaterThan(0);
    const stop = usage.cpu_ns + 30e6;
    while (readUsage().cpu_ns < stop);
    const totals = threadTotals(before, readThreads());
    // 30 ms were used; a running thread's figure may lag by a tick.
    expect(totals.cpu_ns).toBeGreaterThan(15e6);
    expect(usageDelta(usage, readUsage()).cpu_ns).toBeGreaterThanOrEqual(30e6);
  });
});

describe('readTransfers', () => {
  test('adds reads and writes of a process, and knows nothing where the kernel says nothing', () => {
    const proc = makeTree({
      '7/io': 'rchar: 900\nwchar: 80\nsyscr: 31\nsyscw: 4\nread_bytes: 0\n',
      '8/io': 'rchar: 900\nsyscr: 31\n',
      '9/io': 'syscr: many\nsyscw: 4\n',
    });
    expect([7, 8, 9, 10].map(pid => readTransfers(pid, proc))).toEqual([
      35,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('threadsDelta', () => {
  test('gives costs per operation, the busiest first, idle threads left out', () => {
    const before = [reading(1, { cpu_ns: 1_000, voluntary_switches: 10 }), reading(2), reading(3)];
    const after = [
      reading(1, { cpu_ns: 3_000, voluntary_switches: 14, involuntary_switches: 2 }),
      reading(2, { cpu_ns: 9_000, name: 'libuv-worker' }),
      reading(3),
      reading(4, { cpu_ns: 500, name: 'new' }),
    ];
    expect(threadsDelta(before, after, 2)).toEqual([
      {
        name: 'libuv-worker',
        cpu_ns_per_op: 4_500,
        voluntary_switches_per_op: 0,
        involuntary_switches_per_op: 0,
      },
      {
        name: 'node',
        cpu_ns_per_op: 1_000,
        voluntary_switches_per_op: 2,
        involuntary_switches_per_op: 1,
      },
      {
        name: 'new',
        cpu_ns_per_op: 250,
        voluntary_switches_per_op: 0,
        involuntary_switches_per_op: 0,
      },
    ]);
    expect(threadTotals(before, after)).toEqual({
      cpu_ns: 11_500,
      voluntary_switches: 4,
      involuntary_switches: 2,
    });
  });

  test('a thread id that was given to another thread counts from zero', () => {
    const before = [reading(5, { cpu_ns: 1e9, voluntary_switches: 100 })];
    const after = [reading(5, { cpu_ns: 700, voluntary_switches: 1 })];
    expect(threadTotals(before, after).cpu_ns).toBe(700);
    // Either counter alone gives it away.
    expect(threadTotals(before, [reading(5, { cpu_ns: 9, voluntary_switches: 200 })]).cpu_ns).toBe(
      9,
    );
    expect(threadTotals(before, [reading(5, { cpu_ns: 2e9 })]).cpu_ns).toBe(2e9);
  });

  test('refuses a cost per no operation', () => {
    expect(() => threadsDelta([], [], 0)).toThrow(RangeError);
    expect(() => threadsDelta([], [], Number.NaN)).toThrow(RangeError);
  });
});

describe('parsers', () => {
  test('take any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        for (const parsed of [parseSchedstat(text), parseSwitches(text)]) {
          for (const value of Object.values(parsed ?? {})) expect(value).toBeGreaterThanOrEqual(0);
        }
      }),
    );
    expect(parseSchedstat('1 2')).toBeUndefined();
    expect(parseSchedstat('-1 2 3')).toBeUndefined();
    expect(parseSchedstat(undefined)).toBeUndefined();
    expect(parseSwitches('voluntary_ctxt_switches:\tmany\n')).toBeUndefined();
  });
});

test('usage of a system that counts no switches stays unknown', () => {
  const none = { cpu_ns: 10, voluntary_switches: undefined, involuntary_switches: undefined };
  expect(usageDelta(none, { ...none, cpu_ns: 30 })).toEqual({ ...none, cpu_ns: 20 });
});
