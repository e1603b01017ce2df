// The 8080's instructions that a status-port loop needs, with their clock cycles (Intel 8080
// Microcomputer Systems User's Manual, 1975, chapter 4: "states"). Numbers as on the other small
// machines here: decimal, or $ before hexadecimal.
import {
  assembleSmall,
  byteOf,
  type Encode,
  fits,
  type SmallProgram,
  wordOf,
} from '../small-assembler.ts';

type Form =
  | 'none'
  | 'port'
  | 'immediate'
  | 'address'
  | 'register'
  | 'pair'
  | 'pair,word'
  | 'register,byte'
  | 'register,register';

interface Instruction {
  readonly opcode: number;
  readonly form: Form;
  /** T-states; 2 or 3 more where an operand is memory. */
  readonly states: number;
}

const REGISTERS = ['b', 'c', 'd', 'e', 'h', 'l', 'm', 'a'];
const PAIRS = ['b', 'd', 'h', 'sp'];

const table: Readonly<Record<string, Instruction>> = {
  hlt: { opcode: 0x76, form: 'none', states: 7 },
  nop: { opcode: 0x00, form: 'none', states: 4 },
  in: { opcode: 0xdb, form: 'port', states: 10 },
  out: { opcode: 0xd3, form: 'port', states: 10 },
  ani: { opcode: 0xe6, form: 'immediate', states: 7 },
  cpi: { opcode: 0xfe, form: 'immediate', states: 7 },
  jmp: { opcode: 0xc3, form: 'address', states: 10 },
  jnz: { opcode: 0xc2, form: 'address', states: 10 },
  jz: { opcode: 0xca, form: 'address', states: 10 },
  jc: { opcode: 0xda, form: 'address', states: 10 },
  jnc: { opcode: 0xd2, form: 'address', states: 10 },
  inr: { opcode: 0x04, form: 'register', states: 5 },
  dcr: { opcode: 0x05, form: 'register', states: 5 },
  ora: { opcode: 0xb0, form: 'register', states: 4 },
  ana: { opcode: 0xa0, form: 'register', states: 4 },
  inx: { opcode: 0x03, form: 'pair', states: 5 },
  dcx: { opcode: 0x0b, form: 'pair', states: 5 },
  lxi: { opcode: 0x01, form: 'pair,word', states: 10 },
  mvi: { opcode: 0x06, form: 'register,byte', states: 7 },
  mov: { opcode: 0x40, form: 'register,register', states: 5 },
};

export interface Assembled extends SmallProgram {
  /** T-states of the instruction at each address. */
  readonly states: ReadonlyMap<number, number>;
}

/** Throws AssemblyError with line and reason. */
export function assemble8080(source: string, symbols: Readonly<Record<string, number>>): Assembled {
  const states = new Map<number, number>();
  const encode: Encode = (name, operand, place) => {
    const instruction = table[name];
    if (!instruction) throw new Error(`${name} is no instruction that this assembler knows`);
    const bytes = bytesOf(instruction, name, operand, place.value);
    states.set(place.here, statesOf(instruction, name, bytes[0]!));
    return bytes;
  };
  return { ...assembleSmall(source, encode, symbols), states };
}

function bytesOf(
  { opcode, form }: Instruction,
  name: string,
  operand: string,
  value: (expression: string) => number,
): number[] {
  const parts = operand === '' ? [] : operand.split(',').map(one => one.trim().toLowerCase());
  const wanted = form === 'none' ? 0 : form.includes(',') ? 2 : 1;
  if (parts.length !== wanted)
    throw new Error(`${name} takes ${wanted} operands, not ${parts.length}`);
  const [first = '', second = ''] = parts;
  // Names keep their letters: only registers are told without regard to them.
  const [plain = '', other = ''] = operand.split(',').map(one => one.trim());
  switch (form) {
    case 'none':
      return [opcode];
    case 'port':
      return [opcode, fits(value(plain), 0, 255)];
    case 'immediate':
      return [opcode, byteOf(value(plain))];
    case 'address':
      return [opcode, ...wordOf(value(plain))];
    case 'register':
      return [
        name === 'ora' || name === 'ana'
          ? opcode | register(first)
          : opcode | (register(first) << 3),
      ];
    case 'pair':
      return [opcode | (pair(first) << 4)];
    case 'pair,word':
      return [opcode | (pair(first) << 4), ...wordOf(value(other))];
    case 'register,byte':
      return [opcode | (register(first) << 3), byteOf(value(other))];
    case 'register,register': {
      const bits = (register(first) << 3) | register(second);
      if (bits === 0o66) throw new Error('there is no move from memory to memory');
      return [opcode | bits];
    }
  }
}

function pick(names: readonly string[], text: string, what: string): number {
  const at = names.indexOf(text);
  if (at < 0) throw new Error(`"${text}" is no ${what}: ${names.join(', ')}`);
  return at;
}
const register = (text: string): number => pick(REGISTERS, text, 'register');
const pair = (text: string): number => pick(PAIRS, text, 'register pair');

const M = 6;
/** Memory as an operand takes a machine cycle more, reading and writing it two. */
function statesOf({ states, form }: Instruction, name: string, first: number): number {
  const low = first & 7;
  const high = (first >> 3) & 7;
  if (name === 'ora' || name === 'ana') return low === M ? 7 : states;
  if (form === 'register') return high === M ? 10 : states;
  if (form === 'register,byte') return high === M ? 10 : states;
  if (form === 'register,register') return low === M || high === M ? 7 : states;
  return states;
}
