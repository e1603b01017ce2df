// Numbers and sums of an assembler line, as MACRO-11 writes them: octal unless a point follows, a
// quote before a character, a point for the place itself; read from left to right, without precedence
// (PDP-11 MACRO-11 Language Reference Manual, chapter 3).

/** Symbols known so far; the value of one that is not throws in the second pass only. */
export interface Scope {
  /** Undefined where the symbol is not known (yet). */
  readonly lookup: (name: string) => number | undefined;
  /** The location counter: the address of the instruction's first word. */
  readonly here: number;
}

const TERM = /^(?:'(.)|(\d+)(\.?)|([A-Za-z$_][\w$]*)|(\.))/;

/**
 * The value of `text`; undefined where a symbol is not known. Throws Error with the reason where it
 * cannot be read.
 */
export function evaluate(text: string, { lookup, here }: Scope): number | undefined {
  let rest = text.trim();
  let sum: number | undefined = 0;
  let sign: 1 | -1 = 1;
  if (rest === '') throw new Error('a number or a name is missing');
  if (/^[+-]/.test(rest)) [sign, rest] = [rest[0] === '-' ? -1 : 1, rest.slice(1).trimStart()];
  for (;;) {
    const match = TERM.exec(rest);
    if (!match) throw new Error(`"${rest}" is no number and no name`);
    const [whole, character, digits, point, name] = match;
    let value: number | undefined;
    if (character !== undefined) value = character.charCodeAt(0);
    else if (digits !== undefined) value = numberOf(digits, point === '.');
    else if (name !== undefined) value = lookup(name.toLowerCase());
    else value = here;
    sum = sum === undefined || value === undefined ? undefined : sum + sign * value;
    rest = rest.slice(whole.length).trimStart();
    if (rest === '') return sum;
    if (!/^[+-]/.test(rest)) throw new Error(`"${rest}" does not belong to a number`);
    [sign, rest] = [rest[0] === '-' ? -1 : 1, rest.slice(1).trimStart()];
  }
}

function numberOf(digits: string, decimal: boolean): number {
  if (decimal) return Number(digits);
  if (/[89]/.test(digits)) throw new Error(`${digits} is no octal number; decimal is ${digits}.`);
  return Number.parseInt(digits, 8);
}

/** The names in an expression, in small letters: to say which one is not defined. */
export function namesIn(text: string): string[] {
  const bare = text.replace(/'./g, '');
  return [...bare.matchAll(/[A-Za-z$_][\w$]*/g)].map(([name]) => name.toLowerCase());
}
