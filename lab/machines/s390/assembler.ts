// A small two-pass assembler for System/390, so that the lab's programs can be read, changed and
// refused with a line and a reason. The notation is IBM's High Level Assembler's (SC26-4940), as far
// as these programs go: labels, EQU, USING, DC, DS, CCW1, and the instructions of instructions.ts.
import { AssemblyError, type ListingLine } from '../program.ts';
import { type Piece, readPiece, words } from './data.ts';
import { encode, type Operands } from './encode.ts';
import { evaluate, type Symbols, type Value } from './expression.ts';
import { instructions, lengthOf } from './instructions.ts';
import { readStatement, type Statement } from './statement.ts';

export interface Assembled {
  readonly origin: number;
  readonly bytes: Uint8Array;
  readonly listing: readonly ListingLine[];
  /** Address or value of a label. Throws RangeError for one that is not there. */
  symbol(name: string): number;
}

interface Placed {
  readonly statement: Statement;
  readonly address: number;
  readonly pieces: readonly Piece[];
}

const MOST_ADDRESS = 0x200000;

/** Assembles a program that is loaded at `origin`. Throws AssemblyError for the first wrong line. */
export function assemble(source: string, origin: number): Assembled {
  if (origin % 8 !== 0) throw new RangeError(`origin ${origin} is no multiple of 8`);
  return new Assembler(origin).run(source);
}

class Assembler {
  readonly #origin: number;
  readonly #symbols = new Map<string, Value>();
  readonly #places: Placed[] = [];
  #location: number;
  #end: number;

  constructor(origin: number) {
    this.#origin = origin;
    this.#location = origin;
    this.#end = origin;
    for (let i = 0; i < 16; i++) this.#symbols.set(`R${i}`, { value: i, places: 0, length: 1 });
  }

  run(source: string): Assembled {
    for (const [index, text] of source.split('\n').entries()) {
      const line = index + 1;
      this.#at(line, text, () => this.#place(readStatement(text, line)));
    }
    return this.#second();
  }

  #at(line: number, source: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof AssemblyError || !(error instanceof Error)) throw error;
      throw new AssemblyError(line, error.message, source);
    }
  }

  #reader(location: number): Symbols {
    return { location, find: name => this.#symbols.get(name) };
  }

  /** The first pass: where each statement stands, and what each label means. */
  #place(statement: Statement): void {
    const { label, operation, operands } = statement;
    if (operation === 'EQU') {
      const [expression] = counted(operands, 1);
      this.#define(label, evaluate(expression!, this.#reader(this.#location)));
      return;
    }
    const constant = operation === 'DC';
    const pieces =
      constant || operation === 'DS' ? operands.map(one => readPiece(one, constant)) : [];
    if ((constant || operation === 'DS') && pieces.length === 0) counted(operands, 1);
    const instruction = operation === undefined ? undefined : instructions.get(operation);
    if (operation === 'CCW1') this.#align(8);
    else if (pieces[0]) this.#align(pieces[0].boundary);
    else if (instruction && this.#location % 2 !== 0) {
      throw new Error(`an instruction at the odd address ${hex(this.#location)}: put DS 0H before`);
    }
    const address = this.#location;
    const length = instruction ? lengthOf(instruction) : (pieces[0]?.unit ?? 1);
    if (label !== undefined) this.#define(label, { value: address, places: 1, length });
    if (instruction) this.#location += length;
    else if (operation === 'CCW1') this.#location += 8;
    else if (pieces.length > 0) this.#space(pieces);
    else if (operation !== undefined && operation !== 'USING') {
      throw new Error(`unknown operation ${operation}`);
    }
    if (this.#location > MOST_ADDRESS) throw new Error('the program does not fit into 2 MiB');
    this.#end = Math.max(this.#end, this.#location);
    this.#places.push({ statement, address, pieces });
  }

  #space(pieces: readonly Piece[]): void {
    for (const { boundary, bytes, repeat } of pieces) {
      this.#align(boundary);
      this.#location += bytes * repeat;
    }
  }

  #align(boundary: number): void {
    this.#location = Math.ceil(this.#location / boundary) * boundary;
  }

  #define(label: string | undefined, value: Value): void {
    if (label === undefined) throw new Error('EQU needs a label');
    if (this.#symbols.has(label)) throw new Error(`label ${label} is defined twice`);
    this.#symbols.set(label, value);
  }

  /** The second pass: every label is known, so bytes can be written. */
  #second(): Assembled {
    const bytes = new Uint8Array(this.#end - this.#origin);
    const listing: ListingLine[] = [];
    const bases: { register: number; place: number }[] = [];
    for (const { statement, address, pieces } of this.#places) {
      const { line, source } = statement;
      this.#at(line, source, () => {
        const made = this.#write(statement, address, pieces, bases);
        bytes.set(made, address - this.#origin);
        listing.push(
          made.length > 0
            ? { line, address, code: [...made], text: source }
            : { line, code: [], text: source },
        );
      });
    }
    return {
      origin: this.#origin,
      bytes,
      listing,
      symbol: name => {
        const found = this.#symbols.get(name);
        if (!found) throw new RangeError(`the program has no label ${name}`);
        return found.value;
      },
    };
  }

  #write(
    { operation, operands }: Statement,
    address: number,
    pieces: readonly Piece[],
    bases: { register: number; place: number }[],
  ): Uint8Array {
    const symbols = this.#reader(address);
    const read = (text: string) => evaluate(text, symbols);
    if (operation === 'USING') {
      const [place, register] = counted(operands, 2);
      bases.push(base(read(place!), read(register!)));
      return new Uint8Array();
    }
    if (operation === 'CCW1') return commandWord(counted(operands, 4).map(one => read(one).value));
    if (pieces.length > 0) return data(pieces, address, read);
    const instruction = operation === undefined ? undefined : instructions.get(operation);
    if (!instruction || operation === undefined) return new Uint8Array();
    const given: Operands = { operation, operands, address, read, bases };
    return encode(instruction, given);
  }
}

/** What USING promises: a register that exists holds a place of the program. */
function base(place: Value, register: Value): { register: number; place: number } {
  if (place.places !== 1) throw new Error('USING needs a place in the program');
  if (register.places !== 0 || register.value < 0 || register.value > 15)
    throw new Error(`${register.value} is no register: 0 … 15`);
  return { place: place.value, register: register.value };
}

/** Bytes of DC and DS, with the gaps that boundaries leave. */
function data(
  pieces: readonly Piece[],
  address: number,
  read: (text: string) => Value,
): Uint8Array {
  const all: number[] = [];
  for (const { boundary, bytes, repeat, fill } of pieces) {
    while ((address + all.length) % boundary !== 0) all.push(0);
    const once = fill ? fill(read) : new Uint8Array(bytes);
    for (let i = 0; i < repeat; i++) for (const one of once) all.push(one);
  }
  return Uint8Array.from(all);
}

/** Format 1: command, flags, count, address (SA22-7201, chapter 15). */
function commandWord([command, place, flags, count]: readonly number[]): Uint8Array {
  for (const [what, value, most] of [
    ['command', command!, 0xff],
    ['flags', flags!, 0xff],
    ['count', count!, 0xffff],
    ['address', place!, 0x7fffffff],
  ] as const) {
    if (value < 0 || value > most) throw new Error(`${what} ${value} is not within 0 … ${most}`);
  }
  return words([(command! << 24) | (flags! << 16) | count! | 0, place!], 4);
}

function counted(operands: readonly string[], count: number): readonly string[] {
  if (operands.length !== count || operands.some(one => one === '')) {
    throw new Error(`${count} operand${count === 1 ? '' : 's'} needed, ${operands.length} given`);
  }
  return operands;
}

const hex = (value: number): string => `X'${value.toString(16).toUpperCase()}'`;
