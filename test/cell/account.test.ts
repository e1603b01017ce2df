// What other processes use that work for a driver is part of its cost: staged with a process that does
// a known amount of work between the two edges.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Account } from '../../lab/cell/account.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';

const READS = 200_000;
/** For every byte so many reads of another file, and a byte back. */
const BUSY = `const { openSync, readSync, writeSync } = require('fs'), one = Buffer.alloc(1);
  const zero = openSync('/dev/zero');
  while (readSync(0, one) > 0) {
    for (let i = 0; i < ${READS}; i++) readSync(zero, one);
    writeSync(1, one);
  }`;

describe.runIf(process.platform === 'linux')('the account', () => {
  const settled = async (helping: boolean) => {
    const platform = await loadPlatform();
    const child = spawn(process.execPath, ['-e', BUSY], { stdio: ['pipe', 'pipe', 'inherit'] });
    const work = async () => {
      child.stdin.write('.');
      await once(child.stdout, 'data');
    };
    try {
      // Once before: then it is up.
      await work();
      const processes = helping ? [child.pid!] : [];
      const used = () => ({ counters: { syscalls: 5, polls: 0 }, processes });
      const account = new Account(platform, used);
      account.begin();
      await work();
      account.end();
      return { ...account.settle(1), share: account.share()! };
    } finally {
      child.kill('SIGKILL');
    }
  };

  it('holds the time, the switches and the calls of a process that works for the driver', async () => {
    const alone = await settled(false);
    const helped = await settled(true);
    expect(alone.totals.syscalls_per_op, 'the driver counted none between the edges').toBe(0);
    expect(helped.totals.syscalls_per_op, 'reads of the other process').toBeGreaterThanOrEqual(
      READS,
    );
    expect(helped.totals.cpu_ns_per_op).toBeGreaterThan(4 * alone.totals.cpu_ns_per_op!);
    expect(helped.share).toBeGreaterThan(4 * alone.share);
    expect(helped.totals.switches_per_op).toBeGreaterThan(0);
    expect(helped.threads.reduce((sum, one) => sum + one.cpu_ns_per_op, 0)).toBeGreaterThan(
      alone.threads.reduce((sum, one) => sum + one.cpu_ns_per_op, 0),
    );
  });

  it('has no calls where a library makes them, and still what was asked', async () => {
    const platform = await loadPlatform();
    const counters = { syscalls: 0, polls: 0 };
    const totals = (uncounted: object) => {
      const account = new Account(platform, () => ({ counters: { ...counters, ...uncounted } }));
      Object.assign(counters, { syscalls: 0, polls: 0 });
      account.begin();
      Object.assign(counters, { syscalls: 4, polls: 6 });
      account.end();
      return account.settle(2).totals;
    };
    expect(totals({})).toMatchObject({ syscalls_per_op: 2, polls_per_op: 3 });
    expect(totals({ uncounted: true })).toMatchObject({ polls_per_op: 3 });
    expect(totals({ uncounted: true })).not.toHaveProperty('syscalls_per_op');
  });
});
