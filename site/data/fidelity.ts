// What the emulated boards correct in their libraries and what they still get wrong, read from the
// boards' own lists, so that the page cannot say less than the code knows.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Correction } from '../../lab/boards/core/fidelity.ts';
import { inProject } from './root.ts';

export interface BoardFidelity {
  readonly board: string;
  readonly library: string;
  /** Where its sections are to be found. */
  readonly source: string;
  readonly corrections: readonly Correction[];
  readonly unfaithful: readonly string[];
}

const BOARDS = [
  {
    board: 'Arduino Uno',
    library: 'avr8js',
    source: 'ATmega48A … 328P datasheet',
    path: ['lab', 'boards', 'core', 'fidelity.ts'],
  },
  {
    board: 'Raspberry Pi Pico',
    library: 'rp2040js',
    source: 'RP2040 datasheet, PL011 and Cortex-M0+ manuals',
    path: ['lab', 'boards', 'core', 'pico', 'fidelity.ts'],
  },
];

interface Lists {
  readonly fidelity: readonly Correction[];
  readonly unfaithful: readonly string[];
}

/** The lists of every board that is there. Throws where a board's file has no lists. */
export async function fidelityOfBoards(): Promise<BoardFidelity[]> {
  const there = BOARDS.filter(({ path }) => existsSync(inProject(...path)));
  return Promise.all(
    there.map(async ({ path, ...about }) => {
      const url = pathToFileURL(inProject(...path)).href;
      const { fidelity, unfaithful } = (await import(/* @vite-ignore */ url)) as Lists;
      if (!Array.isArray(fidelity) || !Array.isArray(unfaithful)) {
        throw new Error(`${path.join('/')} exports no lists "fidelity" and "unfaithful"`);
      }
      return { ...about, corrections: fidelity, unfaithful };
    }),
  );
}
