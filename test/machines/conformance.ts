// The suite that every program of a classic machine passes: it says what it is, brings whole counts,
// the same ones each time, takes nothing old for new, and ends when it is told to. A function, so that
// a new program needs no line of its own.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { driverIds } from '../../lab/drivers/find.ts';
import { layerIds } from '../../lab/layers/find.ts';
import { programIds } from '../../lab/machines/find.ts';
import type { Program, ProgramResult } from '../../lab/machines/program.ts';

export const LIMIT_MS = 20_000;

/** A folder per run, as the cell makes it; all are removed with `close`. */
export class ProgramBench {
  readonly #root = mkdtempSync(join(tmpdir(), 'iolab-programs-'));
  readonly abort = new AbortController();

  folder(): string {
    return mkdtempSync(join(this.#root, 'run-'));
  }

  run(
    program: Program,
    parameters: Readonly<Record<string, string>> = {},
    folder = this.folder(),
    limit_ms = LIMIT_MS,
  ): Promise<ProgramResult> {
    return program.run({ folder, parameters, limit_ms, signal: this.abort.signal });
  }

  close(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** Counts that the host's speed can touch are marked in the notes, and only their order is asserted. */
export const isApproximate = ({ notes }: ProgramResult): boolean =>
  notes.some(note => note.startsWith('approximate'));

const FEW = { records: '5' };

/** Registers the cases of one program; `simulator` runs as a process, and may be missing. */
export function programConformance(program: Program, simulator: string | undefined): void {
  const { id, machine } = program;

  describe(`program ${id} of ${machine}`, () => {
    let bench: ProgramBench;
    beforeEach(() => {
      bench = new ProgramBench();
    });
    afterEach(() => {
      vi.unstubAllEnvs();
      bench.close();
    });

    it('says what it is, under a name that nothing else has', () => {
      expect(programIds(machine)).toContain(id);
      const names = [...programIds(), ...driverIds(), ...layerIds()];
      expect(names.filter(one => one === id)).toEqual([id]);
      expect(program.title.length).toBeGreaterThan(5);
      expect(program.about).toMatch(/^[A-Z].{30,}\.$/);
      expect(program.source.length, 'a handbook or a manual').toBeGreaterThan(10);
      for (const { meaning, default: usual } of Object.values(program.parameters)) {
        expect(meaning.length).toBeGreaterThan(5);
        expect(usual).not.toBe('');
      }
    });

    it('verifies its data and brings counts, the same in each run', async () => {
      const first = await bench.run(program, FEW);
      expect(first.n).toBeGreaterThan(0);
      expect(first.totals.instructions, 'every program counts its instructions').toBeGreaterThan(0);
      for (const [name, value] of Object.entries(first.totals)) {
        expect(value, name).toBeGreaterThanOrEqual(0);
        if (/^(instructions|polls|interrupts|io_starts|bytes|cycles)$/.test(name))
          expect(Number.isInteger(value), `${name} is a count`).toBe(true);
      }
      const second = await bench.run(program, FEW);
      if (isApproximate(first)) {
        expect(Object.keys(second.totals)).toEqual(Object.keys(first.totals));
        return;
      }
      expect(second).toEqual(first);
    });

    it('takes no output of an earlier run for its own', async () => {
      const folder = bench.folder();
      await bench.run(program, { records: '7' }, folder);
      const again = await bench.run(program, FEW, folder);
      const fresh = await bench.run(program, FEW);
      expect(again.n).toBe(fresh.n);
      expect(again.totals.bytes).toBe(fresh.totals.bytes);
      if (!isApproximate(fresh)) expect(again).toEqual(fresh);
    });

    it('refuses a number that is none, and names the parameter', async () => {
      for (const records of ['many', '0', '-1', '1.5', '']) {
        await expect(bench.run(program, { records })).rejects.toMatchObject({
          name: 'WrongUsage',
          message: expect.stringMatching(/^records=.*whole number/),
        });
      }
    });

    it('says how many records it takes at most, and refuses one more', async () => {
      const { most = 0 } = program.parameters.records!;
      expect(most).toBeGreaterThanOrEqual(Number(program.parameters.records!.default));
      await expect(bench.run(program, { records: String(most + 1) })).rejects.toMatchObject({
        name: 'WrongUsage',
        message: `records=${most + 1}: give a whole number from 1 to ${most}`,
      });
    });

    it('leaves nothing outside of its folder', async () => {
      const temporary = bench.folder();
      vi.stubEnv('TMPDIR', temporary);
      await bench.run(program, FEW);
      expect(readdirSync(temporary)).toEqual([]);
    });

    if (simulator === undefined) return;

    it('is told by one line when its simulator is missing', async () => {
      vi.stubEnv('PATH', bench.folder());
      const failure = await bench.run(program, FEW).catch((error: Error) => error);
      expect(failure).toMatchObject({ name: 'Unsupported', fix: 'iolab bench install classic' });
      expect((failure as Error).message).toContain(simulator);
    });

    it('ends at once when it is cancelled', async () => {
      bench.abort.abort();
      await expect(bench.run(program, FEW)).rejects.toMatchObject({ name: 'Cancelled' });
    });
  });
}
