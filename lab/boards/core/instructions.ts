// Executes the instructions that programs run most, by one jump table, where avr8js asks up to a
// hundred questions per instruction; all others are left to avr8js. Same results, but for the named
// mends (fidelity.ts). Source: AVR Instruction Set Manual (Microchip DS40002198).
import { avrInstruction, type CPU } from 'avr8js';
import { add, logic, shift, step, subtract, subtractWithCarry, wordFlags } from './flags.ts';

const SREG = 95;
const CARRY = 0x01;
const ZERO = 0x02;
/** Below are registers and I/O with hooks, from here on only memory (section 8.3). */
const SRAM = 0x100;

/** Row: pattern, where "1" and "0" must match; its number is the case in `execute`. 0: avr8js. */
const PATTERNS: readonly string[] = [
  '0000000000000000', // 1 NOP
  '000011..........', // 2 ADD
  '000111..........', // 3 ADC
  '000110..........', // 4 SUB
  '000010..........', // 5 SBC
  '001000..........', // 6 AND
  '001010..........', // 7 OR
  '001001..........', // 8 EOR
  '000101..........', // 9 CP
  '000001..........', // 10 CPC
  '001011..........', // 11 MOV
  '0011............', // 12 CPI
  '0101............', // 13 SUBI
  '0100............', // 14 SBCI
  '0110............', // 15 ORI
  '0111............', // 16 ANDI
  '1110............', // 17 LDI
  '1001010.....0001', // 18 NEG
  '1001010.....0011', // 19 INC
  '1001010.....1010', // 20 DEC
  '1001010.....0110', // 21 LSR
  '1001010.....0111', // 22 ROR
  '1001010.....0010', // 23 SWAP
  '00000001........', // 24 MOVW
  '10010110........', // 25 ADIW
  '10010111........', // 26 SBIW
  '111100..........', // 27 BRBS
  '111101..........', // 28 BRBC
  '1100............', // 29 RJMP
  '1101............', // 30 RCALL
  '1001010.....110.', // 31 JMP
  '1001010.....111.', // 32 CALL
  '1001010100001000', // 33 RET
  '10110...........', // 34 IN
  '10111...........', // 35 OUT
  '1001000.....0000', // 36 LDS
  '1001001.....0000', // 37 STS
  '10.0..0.....1...', // 38 LDD Y+q
  '10.0..0.....0...', // 39 LDD Z+q
  '10.0..1.....1...', // 40 STD Y+q
  '10.0..1.....0...', // 41 STD Z+q
  '1001000.....1100', // 42 LD X
  '1001000.....1101', // 43 LD X+
  '1001000.....0001', // 44 LD Z+
  '1001001.....1100', // 45 ST X
  '1001001.....1101', // 46 ST X+
  '1001001.....0001', // 47 ST Z+
  '1001001.....1111', // 48 PUSH
  '1001000.....1111', // 49 POP
  '1111110.....0...', // 50 SBRC
  '1111111.....0...', // 51 SBRS
  '000100..........', // 52 CPSE
  '10011000........', // 53 CBI
  '100111..........', // 54 MUL
];

/** Which case executes an opcode. */
const CASES = new Uint8Array(0x10000);
PATTERNS.forEach((pattern, i) => {
  const bits = (what: string) =>
    Number.parseInt(
      pattern.replace(/[01.]/g, bit => (what.includes(bit) ? '1' : '0')),
      2,
    );
  const [fixed, ones] = [bits('01'), bits('1')];
  for (let opcode = 0; opcode < CASES.length; opcode++) {
    if ((opcode & fixed) === ones) CASES[opcode] = i + 1;
  }
});

/**
 * Execute one instruction: registers, memory, program counter and cycles. No interrupts. For chips with
 * a program counter of 16 bits and flash of a power of two.
 */
export function execute(cpu: CPU, opcode: number): void {
  const { data, pc } = cpu;
  const d = (opcode >> 4) & 0x1f; // where most instructions name their first register
  let next = pc + 1;
  let cycles = 1;
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
      const [to, from] = [(opcode >> 3) & 0x1e, (opcode << 1) & 0x1e];
      data[to] = data[from]!;
      data[to + 1] = data[from + 1]!;
      break;
    }
    case 25: {
      const at = 24 + ((opcode >> 3) & 6);
      const before = word(data, at);
      const after = (before + wordConstant(opcode)) & 0xffff;
      setWord(data, at, after);
      wordFlags(data, after, ~before & after, ~after & before);
      cycles = 2;
      break;
    }
    case 26: {
      const at = 24 + ((opcode >> 3) & 6);
      const before = word(data, at);
      const after = (before - wordConstant(opcode)) & 0xffff;
      setWord(data, at, after);
      wordFlags(data, after, before & ~after, after & ~before);
      cycles = 2;
      break;
    }
    case 27:
      if ((data[SREG]! >> (opcode & 7)) & 1) {
        next += branch(opcode);
        cycles = 2;
      }
      break;
    case 28:
      if (((data[SREG]! >> (opcode & 7)) & 1) === 0) {
        next += branch(opcode);
        cycles = 2;
      }
      break;
    case 29:
      next += (opcode << 20) >> 20;
      cycles = 2;
      break;
    case 30:
      pushWord(data, next);
      next += (opcode << 20) >> 20;
      cycles = 3;
      break;
    case 31:
      next = cpu.progMem[next & (cpu.progMem.length - 1)]!;
      cycles = 3;
      break;
    case 32:
      pushWord(data, pc + 2);
      next = cpu.progMem[next & (cpu.progMem.length - 1)]!;
      cycles = 4;
      break;
    case 33: {
      const sp = word(data, 93) + 2;
      setWord(data, 93, sp);
      next = (data[sp - 1]! << 8) | data[sp]!;
      cycles = 4;
      break;
    }
    case 34:
      data[d] = cpu.readData(port(opcode));
      break;
    case 35:
      cpu.writeData(port(opcode), data[d]!);
      break;
    case 36:
      cpu.cycles++; // avr8js reads in the second cycle
      data[d] = read(cpu, cpu.progMem[next & (cpu.progMem.length - 1)]!);
      next++;
      break;
    case 37:
      write(cpu, cpu.progMem[next & (cpu.progMem.length - 1)]!, data[d]!);
      next++;
      cycles = 2;
      break;
    case 38:
      cpu.cycles++;
      data[d] = read(cpu, word(data, 28) + displacement(opcode));
      break;
    case 39:
      cpu.cycles++;
      data[d] = read(cpu, word(data, 30) + displacement(opcode));
      break;
    case 40:
      write(cpu, word(data, 28) + displacement(opcode), data[d]!);
      cycles = 2;
      break;
    case 41:
      write(cpu, word(data, 30) + displacement(opcode), data[d]!);
      cycles = 2;
      break;
    case 42:
      cpu.cycles++;
      data[d] = read(cpu, word(data, 26));
      break;
    case 43:
      cpu.cycles++;
      readOn(cpu, d, 26);
      break;
    case 44:
      cpu.cycles++;
      readOn(cpu, d, 30);
      break;
    case 45:
      write(cpu, word(data, 26), data[d]!);
      cycles = 2;
      break;
    case 46:
      writeOn(cpu, d, 26);
      cycles = 2;
      break;
    case 47:
      writeOn(cpu, d, 30);
      cycles = 2;
      break;
    case 48: {
      const sp = word(data, 93);
      data[sp] = data[d]!;
      setWord(data, 93, sp - 1);
      cycles = 2;
      break;
    }
    case 49: {
      const sp = word(data, 93) + 1;
      setWord(data, 93, sp);
      data[d] = data[sp]!;
      cycles = 2;
      break;
    }
    case 50:
      if (((data[d]! >> (opcode & 7)) & 1) === 0) cycles = 1 + skipped(cpu, next);
      next += cycles - 1;
      break;
    case 51:
      if ((data[d]! >> (opcode & 7)) & 1) cycles = 1 + skipped(cpu, next);
      next += cycles - 1;
      break;
    case 52:
      if (data[d] === data[second(opcode)]) cycles = 1 + skipped(cpu, next);
      next += cycles - 1;
      break;
    case 53: {
      const mask = 1 << (opcode & 7);
      const address = 32 + ((opcode >> 3) & 0x1f);
      cpu.writeData(address, cpu.readData(address) & ~mask, mask);
      cycles = 2; // item "cbi-time"
      break;
    }
    case 54: {
      const product = data[d]! * data[second(opcode)]!;
      setWord(data, 0, product);
      const flags = (product === 0 ? ZERO : 0) | (product >> 15);
      data[SREG] = (data[SREG]! & ~(ZERO | CARRY)) | flags;
      cycles = 2;
      break;
    }
    default:
      avrInstruction(cpu);
      return;
  }
  cpu.pc = next & (cpu.progMem.length - 1);
  cpu.cycles += cycles;
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
const read = (cpu: CPU, address: number) =>
  address >= SRAM ? cpu.data[address]! : cpu.readData(address);
function write(cpu: CPU, address: number, value: number): void {
  if (address >= SRAM) cpu.data[address] = value;
  else cpu.writeData(address, value);
}
function readOn(cpu: CPU, register: number, pointer: number): void {
  const address = word(cpu.data, pointer);
  cpu.data[register] = read(cpu, address);
  setWord(cpu.data, pointer, address + 1);
}
function writeOn(cpu: CPU, register: number, pointer: number): void {
  const address = word(cpu.data, pointer);
  write(cpu, address, cpu.data[register]!);
  setWord(cpu.data, pointer, address + 1);
}
function pushWord(data: Uint8Array, value: number): void {
  const sp = word(data, 93);
  data[sp] = value;
  data[sp - 1] = value >> 8;
  setWord(data, 93, sp - 2);
}
/** Words of the instruction that a skip leaves out (LDS, STS, JMP and CALL have two). */
function skipped(cpu: CPU, at: number): number {
  const opcode = cpu.progMem[at & (cpu.progMem.length - 1)]!;
  return (opcode & 0xfc0f) === 0x9000 || (opcode & 0xfe0c) === 0x940c ? 2 : 1;
}
