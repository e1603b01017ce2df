// An operand's addressing mode: six bits in the instruction, and perhaps a word behind it (PDP-11
// Processor Handbook, chapter 3). The program counter as a register gives the four forms that most
// operands use: #value, @#address, address and @address.

/** A parsed operand; what its extra word holds is worked out in the second pass. */
export interface Operand {
  /** Mode and register. */
  readonly bits: number;
  /** Absent where no word follows. */
  readonly extra?: {
    readonly expression: string;
    /** The word is the distance from the word behind it, not the value. */
    readonly relative: boolean;
  };
}

const REGISTERS: Readonly<Record<string, number>> = { sp: 6, pc: 7 };

/** R0 … R5, SP, PC (also R6, R7); undefined where the text is no register. */
export function registerOf(text: string): number | undefined {
  const name = text.trim().toLowerCase();
  if (/^r[0-7]$/.test(name)) return Number(name[1]);
  return REGISTERS[name];
}

const PC = 7;
const DEFERRED = 0o10;

/** Throws Error with the reason where the text is no operand. */
export function parseOperand(text: string): Operand {
  const whole = text.trim();
  if (whole === '') throw new Error('an operand is missing');
  const deferred = whole.startsWith('@');
  const rest = deferred ? whole.slice(1).trim() : whole;
  const indirect = deferred ? DEFERRED : 0;
  const plain = registerOf(rest);
  if (plain !== undefined) return { bits: indirect | plain };
  if (rest.startsWith('#')) {
    return { bits: 0o20 | indirect | PC, extra: { expression: rest.slice(1), relative: false } };
  }
  const decrement = /^-\(([^)]*)\)$/.exec(rest);
  if (decrement) return { bits: 0o40 | indirect | inside(decrement[1]!) };
  const increment = /^\(([^)]*)\)\+$/.exec(rest);
  if (increment) return { bits: 0o20 | indirect | inside(increment[1]!) };
  const indexed = /^(.*)\(([^)]*)\)$/.exec(rest);
  if (indexed) return parseIndexed(indexed[1]!.trim(), inside(indexed[2]!), deferred);
  return { bits: 0o60 | indirect | PC, extra: { expression: rest, relative: true } };
}

function parseIndexed(offset: string, register: number, deferred: boolean): Operand {
  // (R) is @R; @(R) is @0(R), because there is no such mode without a word.
  if (offset === '' && !deferred) return { bits: DEFERRED | register };
  const expression = offset === '' ? '0' : offset;
  const bits = 0o60 | (deferred ? DEFERRED : 0) | register;
  return { bits, extra: { expression, relative: false } };
}

function inside(text: string): number {
  const register = registerOf(text);
  if (register === undefined) throw new Error(`"${text}" is no register`);
  return register;
}
