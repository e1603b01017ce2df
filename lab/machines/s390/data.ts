// The assembler's data statements: DC (constants), DS (space), CCW1 (a channel command word of
// format 1). Words and halfwords stand on their boundaries, as the High Level Assembler puts them.
import { toEbcdic } from './ebcdic.ts';
import type { Value } from './expression.ts';
import { splitOutside } from './statement.ts';

/** One operand of DC or DS: how often, of what type, how long, and with which values. */
export interface Piece {
  readonly boundary: number;
  /** Bytes of one repetition. */
  readonly bytes: number;
  readonly repeat: number;
  /** Bytes that one value takes: the label's length attribute. */
  readonly unit: number;
  /** Fills one repetition; absent for DS, whose space is zero. */
  readonly fill?: (evaluate: (text: string) => Value) => Uint8Array;
}

const UNITS: Readonly<Record<string, number>> = { F: 4, H: 2, A: 4, D: 8, X: 1, C: 1 };
const PIECE = /^(\d*)([FHADXC])(?:L(\d+))?(?:'((?:[^']|'')*)'|\((.*)\))?$/i;
const MOST_BYTES = 0x100000;

/** Throws Error with the reason. */
export function readPiece(text: string, constant: boolean): Piece {
  const match = PIECE.exec(text);
  if (!match) throw new Error(`cannot read ${text}: write F'1', H'2', A(LABEL), X'0F', C'TEXT'`);
  const [, times, letter, length, quoted, listed] = match;
  const type = letter!.toUpperCase();
  const repeat = times === '' ? 1 : Number(times);
  const unit = length === undefined ? UNITS[type]! : Number(length);
  const sized = type === 'C' || type === 'X';
  if (length !== undefined && !sized) throw new Error(`${type} takes no length`);
  const boundary = length === undefined ? UNITS[type]! : 1;
  const piece = (bytes: number, fill?: Piece['fill']): Piece => {
    if (repeat * bytes > MOST_BYTES) throw new Error(`${text} is larger than ${MOST_BYTES} bytes`);
    return { boundary, bytes, repeat, unit: sized ? bytes : unit, ...(fill ? { fill } : {}) };
  };
  if (!constant) {
    if (quoted !== undefined || listed !== undefined)
      throw new Error('DS only leaves space: use DC');
    return piece(unit);
  }
  if (type === 'A') return addresses(text, listed, piece);
  if (quoted === undefined) throw new Error(`${text} has no value`);
  if (type === 'D') throw new Error('D only aligns and leaves space here: use DS');
  if (type === 'C') return characters(quoted.replaceAll("''", "'"), length, piece);
  if (type === 'X') return digits(quoted, length, piece);
  return numbers(quoted, unit, piece);
}

type Make = (bytes: number, fill: NonNullable<Piece['fill']>) => Piece;

function addresses(text: string, listed: string | undefined, make: Make): Piece {
  if (listed === undefined) throw new Error(`${text} has no address: write A(LABEL)`);
  const all = splitOutside(listed, ',');
  return make(4 * all.length, evaluate =>
    words(
      all.map(one => evaluate(one).value),
      4,
    ),
  );
}

function numbers(quoted: string, unit: number, make: Make): Piece {
  const all = quoted.split(',').map(one => {
    const value = Number(one);
    const limit = 2 ** (8 * unit);
    if (!/^[+-]?\d+$/.test(one.trim()) || value < -limit / 2 || value >= limit) {
      throw new Error(`${one} is no number of ${unit} bytes`);
    }
    return value;
  });
  return make(unit * all.length, () => words(all, unit));
}

function characters(text: string, length: string | undefined, make: Make): Piece {
  let bytes: Uint8Array;
  try {
    bytes = toEbcdic(length === undefined ? text : text.padEnd(Number(length)));
  } catch (error) {
    throw new Error(`C'${text}': ${(error as Error).message}`);
  }
  const size = length === undefined ? bytes.length : Number(length);
  if (bytes.length > size) throw new Error(`C'${text}' is longer than ${size} bytes`);
  return make(size, () => bytes);
}

function digits(text: string, length: string | undefined, make: Make): Piece {
  if (!/^[0-9A-F]+$/i.test(text)) throw new Error(`X'${text}' is not hexadecimal`);
  const size = length === undefined ? Math.ceil(text.length / 2) : Number(length);
  if (text.length > 2 * size) throw new Error(`X'${text}' is longer than ${size} bytes`);
  const padded = text.padStart(2 * size, '0');
  return make(size, () =>
    Uint8Array.from({ length: size }, (_, i) =>
      Number.parseInt(padded.slice(2 * i, 2 * i + 2), 16),
    ),
  );
}

/** Big-endian, as the machine stores them. */
export function words(values: readonly number[], unit: number): Uint8Array {
  const bytes = new Uint8Array(unit * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) {
    if (unit === 2) view.setInt16(2 * i, value);
    else view.setInt32(4 * i, value);
  }
  return bytes;
}
