// Drivers by registers in the virtual machine: every answer right, the counts that follow from each
// mechanism, the unsafe access failing, and devices that are pulled out. The orders of their latencies are in
// test/registers/orders.test.ts.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { TOGETHER } from '../../../lab/stages/register-access/parts/measure.ts';
import { iolab, temporaryFolder } from '../../helpers/cli.ts';
import { bootOnce, isHere } from './bench.ts';

/** A boot and what runs in it; on a machine that does much else, minutes. */
const LIMIT_MS = 300_000;
/** As many as inside/registers.mjs makes. */
const ROUNDS = 3;
const inside = (name: string) => join(import.meta.dirname, 'inside', name);

interface Measured {
  readonly driver: string;
  readonly device: string;
  readonly wrong: number;
  readonly asked: number;
  readonly calls: number;
  readonly interrupts: number;
  readonly kernel_interrupts: number;
}

interface Staged {
  readonly stage: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly n: number;
  readonly totals: Readonly<Record<string, number>>;
}

interface Probed {
  readonly probe: string;
  readonly device: string;
  readonly ok: boolean;
  readonly reason?: string;
}

describe.skipIf(!isHere)('registers', () => {
  const said: Readonly<Record<string, unknown>>[] = [];
  beforeAll(async () => {
    const { out, err, exit_code } = await bootOnce('node /out/registers.mjs', {}, folder =>
      copyFileSync(inside('registers.mjs'), join(folder, 'registers.mjs')),
    );
    expect(exit_code, err.join('\n')).toBe(0);
    said.push(
      ...out
        .trim()
        .split('\n')
        .map(line => JSON.parse(line)),
    );
  }, LIMIT_MS);

  const measured = (driver: string, device: string) =>
    (said as unknown as Measured[]).filter(one => one.driver === driver && one.device === device);
  /** The last, where it was tried several times. */
  const staged = (stage: string, setting: Readonly<Record<string, string>> = {}) => {
    const found = (said as unknown as Staged[]).findLast(
      one =>
        one.stage === stage &&
        Object.entries(setting).every(([key, value]) => one.parameters[key] === value),
    );
    expect(found, `${stage} ${JSON.stringify(setting)} ran`).toBeDefined();
    return found!;
  };

  it('are served by every driver that can, and the other says why', () => {
    const answers = (said as unknown as Probed[]).filter(one => one.probe !== undefined);
    expect(answers.map(({ probe, device, ok }) => [device, probe, ok])).toEqual([
      ['vm:edu', 'registers-poll', true],
      ['vm:edu', 'registers-intx', true],
      ['vm:edu', 'registers-msi', true],
      ['vm:uart', 'registers-poll', true],
      ['vm:uart', 'registers-intx', true],
      ['vm:uart', 'registers-msi', false],
    ]);
    expect(answers.at(-1)?.reason).toMatch(/by wire only/);
  });

  it('bring back right answers only', () => {
    const all = (said as unknown as Measured[]).filter(one => one.driver !== undefined);
    expect(all).toHaveLength(ROUNDS * 5);
    expect(all.filter(one => one.wrong > 0)).toEqual([]);
  });

  it('cost what their mechanism says: questions, interrupts, system calls', () => {
    for (const one of measured('registers-poll', 'vm:edu')) {
      expect(one).toMatchObject({ interrupts: 0, kernel_interrupts: 0, calls: 0 });
      expect(one.asked).toBeGreaterThanOrEqual(1);
    }
    for (const one of measured('registers-intx', 'vm:edu'))
      expect(one).toMatchObject({ asked: 1, interrupts: 1, kernel_interrupts: 1, calls: 2 });
    for (const one of measured('registers-msi', 'vm:edu'))
      expect(one).toMatchObject({ asked: 1, interrupts: 1, kernel_interrupts: 1, calls: 1 });
  });

  it('are misread by plain loads and by a DataView, and never by atomic loads', () => {
    const share = (stage: string) => {
      const { n, totals } = staged(stage);
      return (totals.wrong_values! + TOGETHER * totals.endless_loops!) / n;
    };
    expect(staged('access-safe').totals).toEqual({ wrong_values: 0, endless_loops: 0 });
    const { wrong_values, endless_loops } = staged('access-plain').totals;
    expect(wrong_values! + endless_loops!, 'the optimiser did what it may').toBeGreaterThan(0);
    expect(share('access-dataview')).toBeGreaterThan(0.9);
  });

  it('tell whose interrupt it was for as many questions as the order makes', () => {
    const asked = (stage: string, who: string) => staged(stage, { who }).totals.asked_per_op!;
    expect(asked('shared-first', 'mostly-first')).toBeLessThan(1.3);
    expect(asked('shared-first', 'mostly-second')).toBeGreaterThan(1.7);
    for (const who of ['mostly-first', 'mostly-second']) {
      expect(asked('shared-all', who)).toBe(2);
      expect(asked('shared-told', who)).toBe(0);
    }
    expect(asked('shared-all', 'both'), 'one round of questions serves both').toBe(1);
    for (const who of ['mostly-first', 'mostly-second', 'both']) {
      expect(asked('own-message', who)).toBe(0);
      for (const stage of ['shared-first', 'shared-all', 'shared-told', 'own-message'])
        expect(staged(stage, { who }).totals.interrupts_per_op).toBe(1);
    }
  });

  it('move a block for a few accesses by DMA, and for some a byte by hand', () => {
    const totals = (stage: string) => staged(stage).totals;
    for (const stage of ['words-polled', 'words-interrupt'])
      expect(totals(stage).accesses_per_kB).toBeGreaterThan(3 * 1024);
    expect(totals('block-interrupt')).toMatchObject({ asked_per_kB: 0, interrupts_per_kB: 2 });
    expect(totals('block-interrupt').accesses_per_kB).toBeLessThan(32);
    expect(totals('block-polled').interrupts_per_kB).toBe(0);
    expect(totals('block-polled').asked_per_kB).toBeGreaterThan(1000);
  });

  it('take a burst with an interrupt a byte, with few, or with none', () => {
    const interrupts = (stage: string, burst_bytes: string) =>
      staged(stage, { burst_bytes }).totals.interrupts_per_op!;
    for (const size of ['1', '32']) {
      expect(interrupts('burst-polling', size)).toBe(0);
      expect(interrupts('burst-interrupt', size)).toBeGreaterThan(0.9);
    }
    expect(interrupts('burst-hybrid', '32') / interrupts('burst-interrupt', '32')).toBeLessThan(
      0.5,
    );
    expect(interrupts('burst-queue', '32') / interrupts('burst-interrupt', '32')).toBeLessThan(0.5);
  });

  it('are given back to whoever had them', () => {
    const { drivers, before } = said.at(-1) as unknown as Record<'drivers' | 'before', unknown>;
    expect(drivers).toEqual(before);
    expect(before).toContain('serial');
  });
});

describe.skipIf(!isHere)('a device that is pulled out', () => {
  const RUNS = [
    'registers|edu|--device vm:edu --driver registers-msi --samples 200 --set operand=12',
    'registers|uart|--device vm:uart --driver registers-poll --samples 200 --set bytes=4',
    'shared-line|edu|--driver own-message --samples 200 --set who=both',
    'burst|uart|--driver burst-hybrid --samples 10 --set burst_bytes=8',
  ];
  /** A cell that is ended, and the run's own end, on a machine that does much else. */
  const MOST_MS = 60_000;

  it('ends each experiment with what was measured, and hangs none', {
    timeout: 2 * LIMIT_MS,
  }, async () => {
    const words = RUNS.map(run => `'${run}'`).join(' ');
    const { out, err, exit_code } = await bootOnce(`node /out/unplug.mjs ${words}`, {}, folder =>
      copyFileSync(inside('unplug.mjs'), join(folder, 'unplug.mjs')),
    );
    expect(exit_code, err.join('\n')).toBe(0);
    const told = out
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line));
    expect(told).toHaveLength(RUNS.length);
    for (const { experiment, took_ms, statuses, rounds, reasons } of told) {
      expect(took_ms, `${experiment} ended in time`).toBeLessThan(MOST_MS);
      expect(statuses, 'what was measured is kept, and called partial').toContain('partial');
      expect(Math.max(...rounds)).toBeGreaterThan(0);
      expect(reasons.join(), 'the records say what happened').toMatch(/unplugged|pulled out/);
    }
  });
});

describe('outside of the virtual machine', () => {
  for (const [experiment, device] of [
    ['registers', 'vm:edu'],
    ['burst', 'vm:uart'],
  ] as const) {
    it(`${experiment} says where its device is, and ends with "missing"`, async () => {
      const home = temporaryFolder();
      const { code, out } = await iolab(['run', experiment], { home });
      expect(code).toBe(3);
      expect(out.replace(/\s+/g, ' ')).toMatch(
        new RegExp(`${device} is a device of the virtual machine. Fix: .*--in vm`),
      );
    });
  }
});
