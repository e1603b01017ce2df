// Arithmetic in operands, as IBM's High Level Assembler writes it: decimal numbers, X'1F', B'101',
// C'A', labels, * for the current location, joined by + − × with × first. A value is relocatable
// when it is a place in the program, absolute when it is a number.
import { ebcdicCode } from './ebcdic.ts';

export interface Value {
  readonly value: number;
  /** How many places are in the sum: 0 for a number or the distance of two places, 1 for a place. */
  readonly places: number;
  /** The first label's length attribute, which an SS instruction takes where none is written. */
  readonly length: number;
}

export interface Symbols {
  find(name: string): Value | undefined;
  readonly location: number;
}

const TOKEN = /\s*(?:([XBC])'((?:[^']|'')*)'|([A-Z@#$_][A-Z0-9@#$_]*)|(\d+)|([+*-]))/iy;

/** The value of an expression. Throws Error with the reason; the caller knows the line. */
export function evaluate(text: string, symbols: Symbols): Value {
  const parts = tokens(text);
  let at = 0;
  const term = (): Value => {
    const part = parts[at++];
    if (part === undefined) throw new Error(`"${text}" ends where a value should stand`);
    if (part === '-') {
      const { value, places } = term();
      return { value: -value, places: -places, length: 1 };
    }
    if (part === '*') return { value: symbols.location, places: 1, length: 1 };
    if (typeof part === 'number') return { value: part, places: 0, length: 1 };
    if (part === '+') throw new Error(`"${text}" has a + where a value should stand`);
    const found = symbols.find(part);
    if (!found) throw new Error(`undefined label ${part}`);
    return found;
  };
  const product = (): Value => {
    let left = term();
    while (parts[at] === '*') {
      at++;
      const right = term();
      if (left.places !== 0 || right.places !== 0) {
        throw new Error(`"${text}" multiplies a place in the program`);
      }
      left = { value: left.value * right.value, places: 0, length: left.length };
    }
    return left;
  };
  let sum = product();
  while (at < parts.length) {
    const sign = parts[at++];
    if (sign !== '+' && sign !== '-') throw new Error(`"${text}" lacks + or − between two values`);
    const { value, places } = product();
    const by = sign === '+' ? 1 : -1;
    sum = { value: sum.value + by * value, places: sum.places + by * places, length: sum.length };
  }
  if (sum.places < 0 || sum.places > 1) {
    throw new Error(`"${text}" is neither a number nor a place in the program`);
  }
  return sum;
}

function tokens(text: string): (string | number)[] {
  const all: (string | number)[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`cannot read "${text.slice(from)}" in "${text}"`);
    const [, kind, digits, name, decimal, sign] = match;
    if (kind !== undefined) all.push(constant(kind.toUpperCase(), digits!));
    else if (name !== undefined) all.push(name.toUpperCase());
    else if (decimal !== undefined) all.push(Number(decimal));
    else all.push(sign!);
  }
  if (all.length === 0) throw new Error('an empty operand');
  return all;
}

function constant(kind: string, digits: string): number {
  if (kind === 'C') {
    const one = digits.replaceAll("''", "'");
    const code = ebcdicCode(one);
    if (code === undefined) throw new Error(`C'${digits}' is not one EBCDIC character`);
    return code;
  }
  const [pattern, radix] = kind === 'X' ? [/^[0-9A-F]{1,8}$/i, 16] : [/^[01]{1,32}$/, 2];
  if (!pattern.test(digits)) throw new Error(`${kind}'${digits}' is no number of 32 bits`);
  return Number.parseInt(digits, radix);
}
