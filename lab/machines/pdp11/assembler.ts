// A two-pass assembler for the PDP-11, as small as the programs here need: the notation of MACRO-11
// without macros. The first pass gives every line its address, the second its words. It refuses what
// it does not understand, with the line and the reason.
import { AssemblyError, type ListingLine } from '../program.ts';
import { evaluate, namesIn, type Scope } from './expression.ts';
import { type Instruction, instructions } from './instructions.ts';
import { type Operand, parseOperand, registerOf } from './operand.ts';

export interface Assembled {
  /** Words by address, in the order of the source. */
  readonly words: ReadonlyMap<number, number>;
  /** Addresses by name, those given included. */
  readonly symbols: ReadonlyMap<string, number>;
  readonly listing: readonly ListingLine[];
  /** Addresses at which an instruction begins. */
  readonly instructions: readonly number[];
}

interface Line {
  readonly number: number;
  readonly text: string;
  readonly label: string | undefined;
  /** `name = expression`; `.` is the location counter. */
  readonly assignment: { readonly name: string; readonly expression: string } | undefined;
  readonly operation: string;
  readonly rest: string;
}

const LAST_ADDRESS = 0o157777;

/** `symbols` are names that the program is given: device registers, counts. Throws AssemblyError. */
export function assemble(
  source: string,
  symbols: Readonly<Record<string, number>> = {},
): Assembled {
  const lines = source.split('\n').map(readLine);
  const known = new Map(
    Object.entries(symbols).map(([name, value]) => [name.toLowerCase(), value]),
  );
  pass(lines, known, 'addresses');
  return pass(lines, known, 'words');
}

function readLine(text: string, index: number): Line {
  const code = withoutComment(text).trim();
  const equals = /^([A-Za-z$_][\w$]*|\.)\s*=\s*(.*)$/.exec(code);
  const none = { number: index + 1, text, label: undefined, operation: '', rest: '' };
  if (equals) {
    return { ...none, assignment: { name: equals[1]!.toLowerCase(), expression: equals[2]! } };
  }
  const label = /^([A-Za-z$_][\w$]*):/.exec(code);
  const statement = label ? code.slice(label[0].length).trim() : code;
  const [operation = ''] = statement.split(/\s+/, 1);
  return {
    ...none,
    label: label?.[1]?.toLowerCase(),
    assignment: undefined,
    operation: operation.toLowerCase(),
    rest: statement.slice(operation.length).trim(),
  };
}

/** A semicolon starts a comment, except as a character or in a text. */
function withoutComment(text: string): string {
  const directive = /^\s*(?:\w+:\s*)?\.asci[iz]\s+(\S)/i.exec(text);
  const quoted = directive ? text.indexOf(directive[1]!, directive[0].length) + 1 : 0;
  for (let i = quoted; i < text.length; i++)
    if (text[i] === ';' && text[i - 1] !== "'") return text.slice(0, i);
  return text;
}

function pass(
  lines: readonly Line[],
  known: Map<string, number>,
  what: 'addresses' | 'words',
): Assembled {
  const words = new Map<number, number>();
  const written = new Set<number>();
  const listing: ListingLine[] = [];
  const starts: number[] = [];
  let here = 0;
  for (const line of lines) {
    const fail = (reason: string): never => {
      throw new AssemblyError(line.number, reason, line.text);
    };
    try {
      const lookup = (name: string) => known.get(name);
      if (line.assignment) {
        const value = evaluate(line.assignment.expression, { lookup, here });
        if (value === undefined)
          fail(`${missing(line.assignment.expression, known)} is not defined above`);
        if (line.assignment.name === '.') here = inRange(value!, 0, LAST_ADDRESS);
        else define(known, line.assignment.name, value!, what, fail);
        listing.push({ line: line.number, code: [], text: line.text });
        continue;
      }
      if (line.label !== undefined) define(known, line.label, here, what, fail);
      const scope: Scope = { here, lookup };
      const made = encode(line, scope, what === 'words' ? known : undefined);
      if (here + made.bytes.length > LAST_ADDRESS + 1) fail('beyond the end of memory');
      if (made.isCode) starts.push(here);
      if (what === 'words') place(words, written, here, made.bytes, fail);
      const { length } = made.bytes;
      const code = made.aligned ? toWords(made.bytes) : made.bytes;
      const at = length > 0 || line.label !== undefined ? { address: here } : {};
      listing.push({ line: line.number, ...at, code, text: line.text });
      here += length;
    } catch (error) {
      if (error instanceof AssemblyError) throw error;
      fail((error as Error).message);
    }
  }
  return { words, symbols: known, listing, instructions: starts };
}

function define(
  known: Map<string, number>,
  name: string,
  value: number,
  what: 'addresses' | 'words',
  fail: (reason: string) => never,
): void {
  if (registerOf(name) !== undefined) fail(`${name} is a register and can be no name`);
  if (what === 'addresses' && known.has(name)) fail(`${name} is defined twice`);
  known.set(name, value);
}

/** The first name that has no value, for a message. */
const missing = (expression: string, known: ReadonlyMap<string, number>): string =>
  namesIn(expression).find(name => !known.has(name)) ?? expression;

/** Bytes into words, low byte at the even address; nothing is written twice. */
function place(
  words: Map<number, number>,
  written: Set<number>,
  at: number,
  bytes: readonly number[],
  fail: (reason: string) => never,
): void {
  for (const [i, byte] of bytes.entries()) {
    if (written.has(at + i)) fail(`address ${(at + i).toString(8)} is written twice`);
    written.add(at + i);
    const address = (at + i) & ~1;
    const high = (at + i) % 2 === 1;
    words.set(address, (words.get(address) ?? 0) | (byte << (high ? 8 : 0)));
  }
}

const toWords = (bytes: readonly number[]): number[] =>
  Array.from({ length: bytes.length / 2 }, (_, i) => bytes[2 * i]! | (bytes[2 * i + 1]! << 8));

const toBytes = (words: readonly number[]): number[] =>
  words.flatMap(word => [word & 0xff, (word >> 8) & 0xff]);

interface Encoded {
  readonly bytes: readonly number[];
  /** Shown as words. */
  readonly aligned: boolean;
  readonly isCode: boolean;
}

const NOTHING: Encoded = { bytes: [], aligned: true, isCode: false };

/** `known` is there in the second pass, when every name must have a value. */
function encode(line: Line, scope: Scope, known: Map<string, number> | undefined): Encoded {
  const { operation, rest } = line;
  const { here } = scope;
  if (operation === '') return NOTHING;
  const value = (expression: string): number => {
    const found = evaluate(expression, scope);
    if (found === undefined && known)
      throw new Error(`${missing(expression, known)} is not defined`);
    return found ?? 0;
  };
  if (operation.startsWith('.')) return directive(operation, rest, here, value);
  const instruction = instructions.get(operation);
  if (!instruction) throw new Error(`${operation} is no instruction`);
  if (here % 2 !== 0) throw new Error('an instruction at an odd address');
  const words = encodeInstruction(
    instruction,
    operation,
    operandsOf(rest),
    here,
    value,
    known !== undefined,
  );
  return { bytes: toBytes(words), aligned: true, isCode: true };
}

const operandsOf = (rest: string): string[] =>
  rest === '' ? [] : rest.split(/(?<!'),/).map(one => one.trim());

function directive(
  name: string,
  rest: string,
  here: number,
  value: (expression: string) => number,
): Encoded {
  switch (name) {
    case '.word':
      if (here % 2 !== 0) throw new Error('a word at an odd address: put .even before it');
      return {
        bytes: toBytes(operandsOf(rest).map(one => word(value(one)))),
        aligned: true,
        isCode: false,
      };
    case '.byte':
      return {
        bytes: operandsOf(rest).map(one => byte(value(one))),
        aligned: false,
        isCode: false,
      };
    case '.ascii':
    case '.asciz': {
      const bytes = [...textOf(rest)].map(one => byte(one.charCodeAt(0)));
      return { bytes: name === '.asciz' ? [...bytes, 0] : bytes, aligned: false, isCode: false };
    }
    case '.even':
      return { ...NOTHING, bytes: here % 2 === 0 ? [] : [0], aligned: false };
    default:
      throw new Error(`${name} is no directive`);
  }
}

function textOf(rest: string): string {
  const [mark] = rest;
  const end = mark === undefined ? -1 : rest.indexOf(mark, 1);
  if (end < 0) throw new Error('a text stands between two equal marks: .ascii /text/');
  if (rest.slice(end + 1).trim() !== '') throw new Error('something follows the text');
  return rest.slice(1, end);
}

function inRange(value: number, low: number, high: number): number {
  if (value >= low && value <= high) return value;
  throw new Error(`${value} (octal ${value.toString(8)}) does not fit: ${low} to ${high}`);
}

const word = (value: number): number => inRange(value, -0o100000, 0o177777) & 0o177777;
const byte = (value: number): number => inRange(value, -0o200, 0o377) & 0o377;

function encodeInstruction(
  { opcode, form }: Instruction,
  name: string,
  operands: readonly string[],
  here: number,
  value: (expression: string) => number,
  last: boolean,
): number[] {
  const wanted = COUNTS[form];
  if (operands.length !== wanted) {
    throw new Error(
      `${name} takes ${wanted} operand${wanted === 1 ? '' : 's'}, not ${operands.length}`,
    );
  }
  const [first = '', second = ''] = operands;
  const withExtra = (bits: number, ...parsed: readonly Operand[]): number[] => {
    const words = [opcode | bits];
    for (const { extra } of parsed) {
      if (!extra) continue;
      const next = here + 2 * words.length + 2;
      const target = value(extra.expression);
      // Addresses are of 16 bits and wrap around: the I/O page is a short way back from zero.
      words.push(extra.relative ? (word(target) - next) & 0o177777 : word(target));
    }
    return words;
  };
  switch (form) {
    case 'none':
      return [opcode];
    case 'double': {
      const [source, destination] = [parseOperand(first), parseOperand(second)];
      return withExtra((source.bits << 6) | destination.bits, source, destination);
    }
    case 'single': {
      const destination = parseOperand(first);
      if (name === 'jmp' && destination.bits < 0o10)
        throw new Error('a register is no place to jump to');
      return withExtra(destination.bits, destination);
    }
    case 'register-source': {
      const source = parseOperand(first);
      return withExtra((register(second) << 6) | source.bits, source);
    }
    case 'register-destination': {
      const destination = parseOperand(second);
      if (name === 'jsr' && destination.bits < 0o10)
        throw new Error('a register is no place to jump to');
      return withExtra((register(first) << 6) | destination.bits, destination);
    }
    case 'register':
      return [opcode | register(first)];
    case 'branch':
      return [opcode | (distance(value(first), here, last, -0o200, 0o177) & 0o377)];
    case 'loop':
      return [opcode | (register(first) << 6) | -distance(value(second), here, last, -0o77, 0)];
    case 'trap':
      return [opcode | inRange(value(first), 0, 0o377)];
  }
}

const COUNTS: Readonly<Record<Instruction['form'], number>> = {
  none: 0,
  double: 2,
  single: 1,
  'register-source': 2,
  'register-destination': 2,
  register: 1,
  branch: 1,
  loop: 2,
  trap: 1,
};

function register(text: string): number {
  const found = registerOf(text);
  if (found === undefined) throw new Error(`"${text}" is no register`);
  return found;
}

/** Words from behind the instruction to its target. */
function distance(target: number, here: number, last: boolean, low: number, high: number): number {
  if (!last) return 0;
  if (target % 2 !== 0) throw new Error(`its target is at an odd address, ${target.toString(8)}`);
  const words = (target - here - 2) / 2;
  if (words < low || words > high) {
    throw new Error(`its target is too far: ${words} words, and it reaches ${low} to ${high}`);
  }
  return words;
}
