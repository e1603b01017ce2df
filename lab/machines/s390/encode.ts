// One instruction from its operands to its bytes: registers, immediate numbers, and storage operands
// as base register and displacement, written out or found through USING. Formats and field widths:
// ESA/390 Principles of Operation, SA22-7201, chapter 5 ("Instruction Formats").
import type { Value } from './expression.ts';
import type { Instruction } from './instructions.ts';
import { readStorage } from './statement.ts';

export interface Operands {
  readonly operation: string;
  readonly operands: readonly string[];
  readonly address: number;
  readonly read: (text: string) => Value;
  /** Registers that USING promised to hold places of the program. */
  readonly bases: readonly { readonly register: number; readonly place: number }[];
}

interface Storage {
  readonly base: number;
  readonly displacement: number;
  /** The entries in parentheses before the base: an index or lengths. */
  readonly before: readonly string[];
  /** The operand's length attribute. */
  readonly length: number;
}

/** Operands that the machine wants on a boundary, and stops the program otherwise. */
const BOUNDARY: Readonly<Record<string, number>> = {
  LPSW: 8,
  SSCH: 4,
  TSCH: 4,
  MSCH: 4,
  STSCH: 4,
  LCTL: 4,
  STCTL: 4,
  CVB: 8,
  CVD: 8,
};

const counts: Readonly<Record<Instruction['format'], number>> = {
  RR: 2,
  RR1: 1,
  RX: 2,
  RS: 3,
  RSH: 2,
  RI: 2,
  RIB: 2,
  BRC: 2,
  J: 1,
  SI: 2,
  S: 1,
  S1: 1,
  SS: 2,
  SS2: 2,
};

/** Throws Error with the reason; the caller knows the line. */
export function encode({ format, code, mask = 0 }: Instruction, given: Operands): Uint8Array {
  const { operands, operation } = given;
  const needed = counts[format];
  if (operands.length !== needed || operands.some(one => one === '')) {
    const given_count = operands.length;
    throw new Error(
      `${operation} takes ${needed} operand${needed === 1 ? '' : 's'}, ${given_count} given`,
    );
  }
  const [one = '', two = '', three = ''] = operands;
  const nibble = (text: string) => number(given, text, 0, 15, 'register or mask');
  switch (format) {
    case 'RR':
      return bytes(code, (nibble(one) << 4) | nibble(two));
    case 'RR1':
      return bytes(code, (mask << 4) | nibble(one));
    case 'RX': {
      const { base, displacement, before } = storage(given, two, 1);
      const index = before[0] === undefined ? 0 : nibble(before[0]);
      return bytes(code, (nibble(one) << 4) | index, ...place(base, displacement));
    }
    case 'RS': {
      const { base, displacement } = storage(given, three, 0);
      return bytes(code, (nibble(one) << 4) | nibble(two), ...place(base, displacement));
    }
    case 'RSH': {
      const { base, displacement } = storage(given, two, 0);
      return bytes(code, nibble(one) << 4, ...place(base, displacement));
    }
    case 'RI': {
      const [least, most] = operation.startsWith('TM') ? [0, 0xffff] : [-0x8000, 0x7fff];
      return relative(code, nibble(one), number(given, two, least, most, 'operand'));
    }
    case 'RIB':
    case 'BRC':
      return relative(code, nibble(one), halfwords(given, two));
    case 'J':
      return relative(code, mask, halfwords(given, one));
    case 'SI': {
      const { base, displacement } = storage(given, one, 0);
      return bytes(code, number(given, two, 0, 255, 'byte'), ...place(base, displacement));
    }
    case 'S1':
    case 'S': {
      const { base, displacement } = storage(given, one, 0);
      const first = format === 'S' ? [code >> 8, code & 0xff] : [code, 0];
      return bytes(...first, ...place(base, displacement));
    }
    case 'SS': {
      const to = storage(given, one, 1);
      const from = storage(given, two, 0);
      const length = lengthOf(given, to, 0, 256);
      return bytes(
        code,
        length - 1,
        ...place(to.base, to.displacement),
        ...place(from.base, from.displacement),
      );
    }
    case 'SS2': {
      const to = storage(given, one, 1);
      const from = storage(given, two, 1);
      const lengths = ((lengthOf(given, to, 0, 16) - 1) << 4) | (lengthOf(given, from, 0, 16) - 1);
      return bytes(
        code,
        lengths,
        ...place(to.base, to.displacement),
        ...place(from.base, from.displacement),
      );
    }
  }
}

const bytes = (...all: number[]): Uint8Array => Uint8Array.from(all);

const place = (base: number, displacement: number): [number, number] => [
  (base << 4) | (displacement >> 8),
  displacement & 0xff,
];

/** X'A7n': eight bits, the first operand, four more bits, and 16 bits. */
const relative = (code: number, first: number, last: number): Uint8Array =>
  bytes(code >> 4, (first << 4) | (code & 0xf), (last >> 8) & 0xff, last & 0xff);

function number(given: Operands, text: string, least: number, most: number, what: string): number {
  const { value, places } = given.read(text);
  if (places !== 0) throw new Error(`${text} is a place in the program, not a ${what}`);
  if (value < least || value > most) {
    throw new Error(`${text} is ${value}: a ${what} here is ${least} … ${most}`);
  }
  return value;
}

function lengthOf(
  given: Operands,
  { before, length }: Storage,
  which: number,
  most: number,
): number {
  const written = before[which];
  if (written !== undefined) return number(given, written, 1, most, 'length');
  if (length < 1 || length > most) throw new Error(`implied length ${length} is not 1 … ${most}`);
  return length;
}

/** Distance of a branch in halfwords, as the relative instructions count it. */
function halfwords(given: Operands, text: string): number {
  const { value, places } = given.read(text);
  if (places !== 1) throw new Error(`${text} is no place in the program to branch to`);
  if (value % 2 !== 0) throw new Error(`${text} is at an odd address`);
  const distance = (value - given.address) / 2;
  if (distance < -0x8000 || distance > 0x7fff) {
    throw new Error(`${text} is ${2 * distance} bytes away: a branch reaches −65536 … 65534`);
  }
  return distance;
}

/**
 * `D(B)`, `D(X,B)`, `LABEL`, `LABEL(X)`: at most `extra` entries stand before the base. Without a
 * base written, a place is reached through USING and a number lies in the first 4096 bytes.
 */
function storage(given: Operands, text: string, extra: 0 | 1): Storage {
  const { expression, inside } = readStorage(text);
  const { value, places, length } = given.read(expression);
  const entries = inside.map(one => one.trim());
  if (places === 1) {
    if (entries.length > extra) throw new Error(`${text}: a place has its base from USING`);
    aligned(given, value, text);
    return { ...based(given, value, text), before: filled(entries), length };
  }
  const full = entries.length === extra + 1;
  if (entries.length > extra + 1) throw new Error(`${text}: too much in parentheses`);
  const base = full ? number(given, entries.at(-1)!, 0, 15, 'base register') : 0;
  if (value < 0 || value > 4095) throw new Error(`displacement ${value} is not 0 … 4095`);
  return {
    base,
    displacement: value,
    before: filled(full ? entries.slice(0, -1) : entries),
    length,
  };
}

/** An entry left empty, as in `0(,R5)`, was not written. */
const filled = (entries: readonly string[]): string[] => entries.filter(one => one !== '');

function based({ bases }: Operands, value: number, text: string) {
  const near = bases
    .map(({ register, place: from }) => ({ base: register, displacement: value - from }))
    .filter(({ displacement }) => displacement >= 0 && displacement <= 4095)
    .sort((a, b) => a.displacement - b.displacement)[0];
  if (!near) throw new Error(`no base register reaches ${text}: USING covers 4096 bytes each`);
  return near;
}

function aligned({ operation }: Operands, value: number, text: string): void {
  const boundary = BOUNDARY[operation];
  if (boundary === undefined || value % boundary === 0) return;
  throw new Error(`${operation} needs ${text} on a boundary of ${boundary} bytes`);
}
