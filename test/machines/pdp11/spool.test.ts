// Printing directly against printing through a spool, on the PDP-11: exact counts in simulated time, the
// same every time, and the laws that make a spool worth having, or not.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WrongUsage } from '../../../lab/errors.ts';
import { findProgram } from '../../../lab/machines/find.ts';
import type { ProgramResult } from '../../../lab/machines/program.ts';
import { isHere } from '../classic.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function run(
  id: string,
  parameters: Readonly<Record<string, string>>,
): Promise<ProgramResult> {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-spool-'));
  folders.push(folder);
  const { signal } = new AbortController();
  const program = await findProgram('pdp11', id);
  return program.run({ folder, parameters, limit_ms: 10_000, signal });
}

const direct = (parameters = {}) => run('spool-direct', parameters);
const spooled = (parameters = {}) => run('spool-spooled', parameters);

describe.skipIf(!isHere('pdp11'))('printing', () => {
  it('directly: counts to the digit', async () => {
    const { totals, n } = await direct();
    expect(n).toBe(4);
    expect(totals).toMatchObject({
      instructions: 2_002_036,
      interrupts: 0,
      useful_turns: 480_000,
      bytes: 320,
      simulated_us: 5_005_090,
      waiting_us: 2_599_930,
      turnaround_us: 3_003_175,
      processor_held_us: 3_003_182.5,
    });
  });

  it('through a spool: counts to the digit', async () => {
    const { totals } = await spooled();
    expect(totals).toMatchObject({
      instructions: 1_522_110,
      interrupts: 340,
      useful_turns: 480_000,
      bytes: 320,
      simulated_us: 3_805_275,
      waiting_us: 1_395_110,
      turnaround_us: 2_403_500,
      processor_held_us: 1_505_060,
    });
  });

  for (const id of ['spool-direct', 'spool-spooled']) {
    it(`${id}: 20 of 20 runs are identical`, async () => {
      const seen = new Set<string>();
      for (let i = 0; i < 20; i++) {
        const { totals, trace, series } = await run(id, { records: '3' });
        seen.add(JSON.stringify({ totals, trace, series }));
      }
      expect([...seen]).toHaveLength(1);
    }, 30_000);
  }

  it('all time is either an instruction of a job, an interrupt’s or a wait', async () => {
    for (const { totals } of [await direct(), await spooled()]) {
      // One instruction is one unit of time, so nothing can be left over.
      expect(totals.instructions! * 2.5).toBe(totals.simulated_us);
      expect(totals.waiting_us).toBeLessThan(totals.simulated_us!);
    }
  });

  it('the same work either way; the spool overlaps it with printing', async () => {
    const [one, other] = [await direct({ records: '6' }), await spooled({ records: '6' })];
    expect(other.totals.useful_turns).toBe(one.totals.useful_turns);
    expect(other.totals.simulated_us).toBeLessThan(0.85 * one.totals.simulated_us!);
    expect(other.totals.turnaround_us).toBeLessThan(0.85 * one.totals.turnaround_us!);
    expect(other.totals.waiting_us).toBeLessThan(0.6 * one.totals.waiting_us!);
  });

  it('where the printer is the bottleneck no paper comes earlier, but the processor is free', async () => {
    const slow = { compute_ms: '100' };
    const [one, other] = [await direct(slow), await spooled(slow)];
    expect(other.totals.turnaround_us! / one.totals.turnaround_us!).toBeCloseTo(1, 2);
    expect(other.totals.processor_held_us).toBeLessThan(0.2 * one.totals.processor_held_us!);
  });

  it('every job leaves the processor, and its paper comes, in order', async () => {
    for (const result of [await direct(), await spooled()]) {
      for (const name of ['job_printed_us', 'job_released_us']) {
        const times = result.series![name]!;
        expect(times).toHaveLength(4);
        expect([...times].sort((a, b) => a - b)).toEqual(times);
      }
    }
    const { trace } = await spooled();
    for (const { released_us, printed_us } of trace!) {
      expect(printed_us, 'with a spool the paper comes after the job').toBeGreaterThan(
        released_us as number,
      );
    }
  });

  it('counts each line of the listing', async () => {
    const { listing, totals } = await spooled({ records: '2' });
    const executed = listing!.reduce((sum, line) => sum + (line.executed ?? 0), 0);
    expect(executed).toBe(totals.instructions);
  });

  it('refuses parameters out of range', async () => {
    for (const wrong of [
      { records: '0' },
      { records: '17' },
      { lines: '21' },
      { compute_ms: 'x' },
    ]) {
      await expect(direct(wrong), JSON.stringify(wrong)).rejects.toThrow(WrongUsage);
    }
  });
});
