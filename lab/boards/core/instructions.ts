// Executes the instructions that programs run most, by one jump table, where avr8js asks up to a
// hundred questions per instruction; all others are left to avr8js. Same results, but for the named
// mends (fidelity.ts). Source: AVR Instruction Set Manual (Microchip DS40002198).
import { avrInstruction, type CPU } from 'avr8js';
import { add, logic, shift, step, subtract, subtractWithCarry, wordFlags } from './flags.ts';
import { CASES } from './opcodes.ts';

const SREG = 95;
const [X, Y, Z] = [26, 28, 30];
const [LOAD, STORE] = [1, 2];
const CBI = 0x9800;
const CARRY = 0x01;
const ZERO = 0x02;
/** Below are registers and I/O with hooks, from here on only memory (section 8.3). */
const SRAM = 0x100;

/**
 * Execute common instructions until the cycle counter reads at least `limit`, or until one comes that
 * is not common, or one has touched a peripheral: then events and interrupts may have changed. Sees
 * to registers, memory, program counter and cycles. For chips with a program counter of 16 bits and
 * flash of a power of two.
 */
export function executeCommon(cpu: CPU, limit: number): void {
  const { data, progMem: program, readHooks } = cpu;
  const mask = program.length - 1;
  let { pc, cycles } = cpu;
  while (cycles < limit) {
    const opcode = program[pc]!;
    const d = (opcode >> 4) & 0x1f; // where most instructions name their first register
    let next = pc + 1;
    let taken = 1;
    let access = 0;
    let at = 0;
    let grows = 0;
    switch (CASES[opcode]) {
      case 1:
        break;
      case 2:
        data[d] = add(data, data[d]!, data[second(opcode)]!, 0);
        break;
      case 3:
        data[d] = add(data, data[d]!, data[second(opcode)]!, data[SREG]! & CARRY);
        break;
      case 4:
        data[d] = subtract(data, data[d]!, data[second(opcode)]!);
        break;
      case 5:
        data[d] = subtractWithCarry(data, data[d]!, data[second(opcode)]!);
        break;
      case 6:
        data[d] = logic(data, data[d]! & data[second(opcode)]!);
        break;
      case 7:
        data[d] = logic(data, data[d]! | data[second(opcode)]!);
        break;
      case 8:
        data[d] = logic(data, data[d]! ^ data[second(opcode)]!);
        break;
      case 9:
        subtract(data, data[d]!, data[second(opcode)]!);
        break;
      case 10:
        subtractWithCarry(data, data[d]!, data[second(opcode)]!);
        break;
      case 11:
        data[d] = data[second(opcode)]!;
        break;
      case 12:
        subtract(data, data[upper(opcode)]!, constant(opcode));
        break;
      case 13:
        data[upper(opcode)] = subtract(data, data[upper(opcode)]!, constant(opcode));
        break;
      case 14:
        data[upper(opcode)] = subtractWithCarry(data, data[upper(opcode)]!, constant(opcode));
        break;
      case 15:
        data[upper(opcode)] = logic(data, data[upper(opcode)]! | constant(opcode));
        break;
      case 16:
        data[upper(opcode)] = logic(data, data[upper(opcode)]! & constant(opcode));
        break;
      case 17:
        data[upper(opcode)] = constant(opcode);
        break;
      case 18:
        data[d] = subtract(data, 0, data[d]!);
        break;
      case 19:
        data[d] = step(data, (data[d]! + 1) & 0xff, 0x80);
        break;
      case 20:
        data[d] = step(data, (data[d]! - 1) & 0xff, 0x7f);
        break;
      case 21:
        data[d] = shift(data, data[d]!, 0);
        break;
      case 22:
        data[d] = shift(data, data[d]!, (data[SREG]! & CARRY) << 7);
        break;
      case 23:
        data[d] = (data[d]! << 4) | (data[d]! >> 4);
        break;
      case 24: {
        const from = (opcode << 1) & 0x1e;
        at = (opcode >> 3) & 0x1e;
        data[at] = data[from]!;
        data[at + 1] = data[from + 1]!;
        break;
      }
      case 25: {
        at = 24 + ((opcode >> 3) & 6);
        const before = word(data, at);
        const after = (before + wordConstant(opcode)) & 0xffff;
        setWord(data, at, after);
        wordFlags(data, after, ~before & after, ~after & before);
        taken = 2;
        break;
      }
      case 26: {
        at = 24 + ((opcode >> 3) & 6);
        const before = word(data, at);
        const after = (before - wordConstant(opcode)) & 0xffff;
        setWord(data, at, after);
        wordFlags(data, after, before & ~after, after & ~before);
        taken = 2;
        break;
      }
      case 27:
        if ((data[SREG]! >> (opcode & 7)) & 1) {
          next += branch(opcode);
          taken = 2;
        }
        break;
      case 28:
        if (((data[SREG]! >> (opcode & 7)) & 1) === 0) {
          next += branch(opcode);
          taken = 2;
        }
        break;
      case 29:
        next += (opcode << 20) >> 20;
        taken = 2;
        break;
      case 30:
        pushWord(data, next);
        next += (opcode << 20) >> 20;
        taken = 3;
        break;
      case 31:
        next = program[next & mask]!;
        taken = 3;
        break;
      case 32:
        pushWord(data, pc + 2);
        next = program[next & mask]!;
        taken = 4;
        break;
      case 33: {
        const sp = word(data, 93) + 2;
        setWord(data, 93, sp);
        next = (data[sp - 1]! << 8) | data[sp]!;
        taken = 4;
        break;
      }
      case 34:
        access = LOAD;
        at = port(opcode);
        break;
      case 35:
        access = STORE;
        at = port(opcode);
        break;
      case 36:
        access = LOAD;
        at = program[next & mask]!;
        next++;
        taken = 2;
        break;
      case 37:
        access = STORE;
        at = program[next & mask]!;
        next++;
        taken = 2;
        break;
      case 38:
        access = LOAD;
        at = word(data, Y) + displacement(opcode);
        taken = 2;
        break;
      case 39:
        access = LOAD;
        at = word(data, Z) + displacement(opcode);
        taken = 2;
        break;
      case 40:
        access = STORE;
        at = word(data, Y) + displacement(opcode);
        taken = 2;
        break;
      case 41:
        access = STORE;
        at = word(data, Z) + displacement(opcode);
        taken = 2;
        break;
      case 42:
        access = LOAD;
        at = word(data, X);
        taken = 2;
        break;
      case 43:
        access = LOAD;
        at = word(data, X);
        grows = X;
        taken = 2;
        break;
      case 44:
        access = LOAD;
        at = word(data, Z);
        grows = Z;
        taken = 2;
        break;
      case 45:
        access = STORE;
        at = word(data, X);
        taken = 2;
        break;
      case 46:
        access = STORE;
        at = word(data, X);
        grows = X;
        taken = 2;
        break;
      case 47:
        access = STORE;
        at = word(data, Z);
        grows = Z;
        taken = 2;
        break;
      case 48: {
        const sp = word(data, 93);
        data[sp] = data[d]!;
        setWord(data, 93, sp - 1);
        taken = 2;
        break;
      }
      case 49: {
        const sp = word(data, 93) + 1;
        setWord(data, 93, sp);
        data[d] = data[sp]!;
        taken = 2;
        break;
      }
      case 50:
        if (((data[d]! >> (opcode & 7)) & 1) === 0) taken = 1 + skipped(program[next & mask]!);
        next += taken - 1;
        break;
      case 51:
        if ((data[d]! >> (opcode & 7)) & 1) taken = 1 + skipped(program[next & mask]!);
        next += taken - 1;
        break;
      case 52:
        if (data[d] === data[second(opcode)]) taken = 1 + skipped(program[next & mask]!);
        next += taken - 1;
        break;
      case 53: {
        const product = data[d]! * data[second(opcode)]!;
        setWord(data, 0, product);
        const flags = (product === 0 ? ZERO : 0) | (product >> 15);
        data[SREG] = (data[SREG]! & ~(ZERO | CARRY)) | flags;
        taken = 2;
        break;
      }
      default:
        cpu.pc = pc;
        cpu.cycles = cycles;
        return;
    }
    pc = next & mask;
    if (access !== 0) {
      const plain = at >= SRAM || (access === LOAD && readHooks[at] === undefined);
      if (!plain) {
        // avr8js reads in an instruction's last cycle and writes in its first.
        cpu.cycles = access === LOAD ? cycles + taken - 1 : cycles;
        if (access === LOAD) data[d] = cpu.readData(at);
        else cpu.writeData(at, data[d]!);
      } else if (access === LOAD) data[d] = data[at]!;
      else data[at] = data[d]!;
      if (grows !== 0) setWord(data, grows, at + 1);
      if (!plain) {
        cpu.pc = pc;
        cpu.cycles = cycles + taken;
        return;
      }
    }
    cycles += taken;
  }
  cpu.pc = pc;
  cpu.cycles = cycles;
}

/** Execute one instruction, whatever it is. */
export function execute(cpu: CPU): void {
  const opcode = cpu.progMem[cpu.pc]!;
  if (CASES[opcode] !== 0) {
    executeCommon(cpu, cpu.cycles + 1);
    return;
  }
  avrInstruction(cpu);
  if ((opcode & 0xff00) === CBI) cpu.cycles++; // item "cbi-time"
}

// Operands.
const second = (opcode: number) => (opcode & 0x0f) | ((opcode >> 5) & 0x10);
const upper = (opcode: number) => 16 + ((opcode >> 4) & 0x0f);
const constant = (opcode: number) => (opcode & 0x0f) | ((opcode >> 4) & 0xf0);
const wordConstant = (opcode: number) => (opcode & 0x0f) | ((opcode >> 2) & 0x30);
const branch = (opcode: number) => (opcode << 22) >> 25;
const port = (opcode: number) => 32 + ((opcode & 0x0f) | ((opcode >> 5) & 0x30));
const displacement = (opcode: number) =>
  (opcode & 7) | ((opcode >> 7) & 0x18) | ((opcode >> 8) & 0x20);

// Memory.
const word = (data: Uint8Array, at: number) => data[at]! | (data[at + 1]! << 8);
function setWord(data: Uint8Array, at: number, value: number): void {
  data[at] = value;
  data[at + 1] = value >> 8;
}
function pushWord(data: Uint8Array, value: number): void {
  const sp = word(data, 93);
  data[sp] = value;
  data[sp - 1] = value >> 8;
  setWord(data, 93, sp - 2);
}
/** Words of the instruction that a skip leaves out (LDS, STS, JMP and CALL have two). */
const skipped = (opcode: number) =>
  (opcode & 0xfc0f) === 0x9000 || (opcode & 0xfe0c) === 0x940c ? 2 : 1;
