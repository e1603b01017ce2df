// The calibration programs: listings of a few words each (programs/*.lst), read without a compiler.
// A line is address, one or two words, and after them the assembly that they stand for; a test
// assembles that again where avr-as is installed. Gaps are NOPs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnoBoard } from '../../../lab/boards/core/uno.ts';

export interface Program {
  readonly name: string;
  readonly words: Uint16Array;
  /** The assembly alone, as avr-as takes it. */
  readonly source: string;
  /** Addresses of the words that a test may set, by the name after "@". */
  readonly settings: ReadonlyMap<string, number>;
  /** Clocks that the comments promise between two toggles of pin 13, the toggle left out. */
  readonly clocks: readonly number[];
}

const LINE = /^([0-9a-f]{4}) ((?:[0-9a-f]{4} ?){1,2})\s+(.*)$/;
const TOGGLE = /\bsbi 0x03, 5/;
const FLASH_WORDS = 0x200;

export function readProgram(name: string): Program {
  const text = readFileSync(join(import.meta.dirname, 'programs', `${name}.lst`), 'utf8');
  const words = new Uint16Array(FLASH_WORDS);
  const settings = new Map<string, number>();
  const clocks: number[] = [];
  const source: string[] = [];
  for (const line of text.trimEnd().split('\n')) {
    const found = LINE.exec(line);
    source.push(found ? found[3]! : line.trim());
    if (!found) continue;
    const address = Number.parseInt(found[1]!, 16);
    const parts = found[2]!.trim().split(' ');
    parts.forEach((part, i) => {
      words[address + i] = Number.parseInt(part, 16);
    });
    const setting = /; @(\w+)/.exec(line);
    if (setting) settings.set(setting[1]!, address);
    if (TOGGLE.test(line)) clocks.push(0);
    const promised = /; = (\d+)/.exec(line);
    if (promised && clocks.length > 0) clocks[clocks.length - 1]! += Number(promised[1]);
  }
  return { name, words, source: `${source.join('\n')}\n`, settings, clocks };
}

/** The flash image, with the values after "@" set: each stands in an `ldi r16, value`. */
export function image(program: Program, values: Readonly<Record<string, number>> = {}): Uint8Array {
  const words = program.words.slice();
  for (const [name, value] of Object.entries(values)) {
    const address = program.settings.get(name);
    if (address === undefined) throw new Error(`${program.name}.lst has no "@${name}"`);
    words[address] = 0xe000 | ((value & 0xf0) << 4) | (value & 0x0f); // ldi r16, value
  }
  return new Uint8Array(words.buffer);
}

/** Cycles at which pin 13 changed on the emulated Uno, at most `limit` of them. */
export function toggles(
  flash: Uint8Array,
  { limit = 200, cycles = 1e6, host = (_: UnoBoard) => {} } = {},
): number[] {
  const board = new UnoBoard(flash, { capture_wire: false });
  host(board);
  const stamps: number[] = [];
  let level = board.pin(13);
  while (stamps.length < limit && board.cycles < cycles) {
    board.run(board.cycles + 1); // one instruction, or one cycle of sleep
    if (board.pin(13) === level) continue;
    level = !level;
    stamps.push(board.cycles);
  }
  return stamps;
}

/** The gaps between stamps. */
export const gaps = (stamps: readonly number[]): number[] =>
  stamps.slice(1).map((stamp, i) => stamp - stamps[i]!);
