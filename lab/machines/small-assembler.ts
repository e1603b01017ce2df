// The two passes of the small assemblers for byte machines: labels, `name = value`, `.org`, a listing,
// and refusals with line and reason. What an instruction's bytes are, each machine's table says.
import { AssemblyError, type ListingLine } from './program.ts';

export interface SmallProgram {
  /** Bytes by address. */
  readonly bytes: ReadonlyMap<number, number>;
  readonly symbols: ReadonlyMap<string, number>;
  readonly listing: readonly ListingLine[];
  /** Addresses at which an instruction begins, with its name. */
  readonly instructions: ReadonlyMap<number, string>;
}

export interface Place {
  readonly here: number;
  /** The value of an expression; 0 in the first pass where a name is not known yet. Throws Error. */
  readonly value: (expression: string) => number;
  /** In the first pass distances are not known. */
  readonly last: boolean;
}

/** The bytes of one instruction. Throws Error with the reason where it is wrong. */
export type Encode = (operation: string, operand: string, place: Place) => readonly number[];

const NAME = /[A-Za-z_]\w*/;
const LAST_ADDRESS = 0xffff;

/** Throws AssemblyError. `symbols` are names that the program is given. */
export function assembleSmall(
  source: string,
  encode: Encode,
  symbols: Readonly<Record<string, number>>,
): SmallProgram {
  const known = new Map(Object.entries(symbols));
  pass(source, encode, known, false);
  return pass(source, encode, known, true);
}

function pass(
  source: string,
  encode: Encode,
  known: Map<string, number>,
  last: boolean,
): SmallProgram {
  const bytes = new Map<number, number>();
  const listing: ListingLine[] = [];
  const instructions = new Map<number, string>();
  let here = 0;
  for (const [index, text] of source.split('\n').entries()) {
    const line = index + 1;
    try {
      const code = text.replace(/;.*$/, '').trim();
      const value = (expression: string) => evaluate(expression, known, here, last);
      const equals = /^(\w+)\s*=\s*(.*)$/.exec(code);
      if (equals) {
        define(known, equals[1]!, evaluate(equals[2]!, known, here, true), last);
        listing.push({ line, code: [], text });
        continue;
      }
      const label = /^(\w+):/.exec(code)?.[1];
      if (label !== undefined) define(known, label, here, last);
      const statement = label === undefined ? code : code.slice(label.length + 1).trim();
      const [name = ''] = statement.split(/\s+/, 1);
      const operand = statement.slice(name.length).trim();
      if (name === '.org') here = fits(evaluate(operand, known, here, true), 0, LAST_ADDRESS);
      const made =
        name === '' || name === '.org'
          ? []
          : encode(name.toLowerCase(), operand, { here, value, last });
      if (here + made.length > LAST_ADDRESS + 1) throw new Error('beyond the end of memory');
      for (const [i, byte] of made.entries()) {
        if (bytes.has(here + i)) throw new Error(`address ${hex(here + i)} is written twice`);
        bytes.set(here + i, byte);
      }
      if (made.length > 0) instructions.set(here, name.toLowerCase());
      const at = made.length > 0 || label !== undefined ? { address: here } : {};
      listing.push({ line, ...at, code: made, text });
      here += made.length;
    } catch (error) {
      throw new AssemblyError(line, (error as Error).message, text);
    }
  }
  return { bytes, symbols: known, listing, instructions };
}

function define(known: Map<string, number>, name: string, value: number, last: boolean): void {
  if (!new RegExp(`^${NAME.source}$`).test(name)) throw new Error(`"${name}" is no name`);
  if (!last && known.has(name)) throw new Error(`${name} is defined twice`);
  known.set(name, value);
}

/** Terms joined by + and −, read from left to right: decimal, $hexadecimal, name, * for the place. */
function evaluate(
  expression: string,
  known: ReadonlyMap<string, number>,
  here: number,
  strict: boolean,
): number {
  const text = expression.trim();
  if (text === '') throw new Error('a number or a name is missing');
  const parts = /^[+-]/.test(text) ? text : `+${text}`;
  let sum = 0;
  let length = 0;
  for (const [whole, sign, term] of parts.matchAll(/\s*([+-])\s*(\$[\dA-Fa-f]+|\w+|\*)\s*/gy)) {
    length += whole.length;
    sum += (sign === '-' ? -1 : 1) * termValue(term!, known, here, strict);
  }
  if (length !== parts.length) throw new Error(`"${text}" is no number and no name`);
  return sum;
}

function termValue(
  term: string,
  known: ReadonlyMap<string, number>,
  here: number,
  strict: boolean,
): number {
  if (term === '*') return here;
  if (term.startsWith('$')) return Number.parseInt(term.slice(1), 16);
  if (/^\d+$/.test(term)) return Number(term);
  if (/^\d/.test(term)) throw new Error(`"${term}" is no number; hexadecimal is $${term}`);
  const value = known.get(term);
  if (value === undefined && strict) throw new Error(`${term} is not defined`);
  return value ?? 0;
}

const hex = (value: number): string => `$${value.toString(16).toUpperCase()}`;

/** The value where it lies within the bounds. Throws Error. */
export function fits(value: number, low: number, high: number): number {
  if (value >= low && value <= high) return value;
  throw new Error(`${value} does not fit: ${low} to ${high}`);
}

export const byteOf = (value: number): number => fits(value, -128, 255) & 0xff;

/** Low byte first, as both machines have it. */
export const wordOf = (value: number): number[] => {
  const word = fits(value, -32768, LAST_ADDRESS) & 0xffff;
  return [word & 0xff, word >> 8];
};

/** The listing with counts beside the instructions. */
export const withCounts = (
  listing: readonly ListingLine[],
  executed: ReadonlyMap<number, number>,
): ListingLine[] =>
  listing.map(line => {
    const count = line.address === undefined ? undefined : executed.get(line.address);
    return count === undefined || line.code.length === 0 ? line : { ...line, executed: count };
  });
