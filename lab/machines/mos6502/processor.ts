// A 6502 as far as a per-byte loop needs one: a few instructions, every bus cycle one call, so that
// cycles are counted by what the bus does. Two pins matter here: a falling edge on SO sets the
// overflow flag, and a low RDY repeats a read cycle (MCS6500 Microcomputer Family Hardware Manual, MOS
// Technology, January 1976: the pins S.O. and RDY).

/** What the processor is wired to; each call is one cycle of the clock. */
export interface Bus {
  read(address: number): number;
  write(address: number, byte: number): void;
  /** Called at the end of every cycle; true where a falling edge has come to the SO pin. */
  overflowEdge(): boolean;
  /** Is the RDY pin high, for a read of this address? A read is repeated until it is. */
  ready(address: number): boolean;
}

export type Mode =
  | 'implied'
  | 'immediate'
  | 'zeropage'
  | 'absolute'
  | 'absolute,y'
  | '(zeropage),y'
  | 'relative';

export interface Instruction {
  readonly name: string;
  readonly mode: Mode;
}

/** By operation code (MCS6500 Programming Manual, appendix B). */
export const opcodes: ReadonlyMap<number, Instruction> = new Map(
  Object.entries({
    0: ['brk', 'implied'],
    16: ['bpl', 'relative'],
    36: ['bit', 'zeropage'],
    44: ['bit', 'absolute'],
    48: ['bmi', 'relative'],
    76: ['jmp', 'absolute'],
    80: ['bvc', 'relative'],
    112: ['bvs', 'relative'],
    132: ['sty', 'zeropage'],
    133: ['sta', 'zeropage'],
    136: ['dey', 'implied'],
    141: ['sta', 'absolute'],
    145: ['sta', '(zeropage),y'],
    153: ['sta', 'absolute,y'],
    160: ['ldy', 'immediate'],
    162: ['ldx', 'immediate'],
    165: ['lda', 'zeropage'],
    169: ['lda', 'immediate'],
    173: ['lda', 'absolute'],
    177: ['lda', '(zeropage),y'],
    184: ['clv', 'implied'],
    185: ['lda', 'absolute,y'],
    200: ['iny', 'implied'],
    202: ['dex', 'implied'],
    208: ['bne', 'relative'],
    230: ['inc', 'zeropage'],
    232: ['inx', 'implied'],
    234: ['nop', 'implied'],
    240: ['beq', 'relative'],
  }).map(([code, [name, mode]]) => [Number(code), { name: name!, mode: mode as Mode }]),
);

export class Processor {
  a = 0;
  x = 0;
  y = 0;
  pc = 0;
  negative = false;
  overflow = false;
  zero = false;
  cycles = 0;
  /** A BRK was executed: the program is over. */
  stopped = false;
  readonly #bus: Bus;
  /** The overflow flag as the instruction's first cycle saw it. */
  #overflow = false;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** One cycle that reads, and as many more as RDY is low. */
  #read(address: number): number {
    for (;;) {
      const ready = this.#bus.ready(address);
      const byte = ready ? this.#bus.read(address) : 0;
      this.#endCycle();
      if (ready) return byte;
    }
  }

  #write(address: number, byte: number): void {
    this.#bus.write(address, byte);
    this.#endCycle();
  }

  #endCycle(): void {
    this.cycles++;
    if (this.#bus.overflowEdge()) this.overflow = true;
  }

  /** A cycle in which the bus repeats something that nobody wants. */
  #idle(): void {
    this.#endCycle();
  }

  #next(): number {
    const byte = this.#read(this.pc);
    this.pc = (this.pc + 1) & 0xffff;
    return byte;
  }

  /** Execute one instruction. Throws Error for an operation code that is not in the table. */
  step(): void {
    // A branch tests the flags that were there before its own first cycle ended.
    this.#overflow = this.overflow;
    const at = this.pc;
    const code = this.#next();
    const instruction = opcodes.get(code);
    if (!instruction)
      throw new Error(`no instruction $${code.toString(16)} at $${at.toString(16)}`);
    const { name, mode } = instruction;
    if (mode === 'relative') this.#branch(name);
    else if (mode === 'implied') this.#implied(name);
    else if (name === 'jmp') this.pc = this.#absolute();
    else if (name.startsWith('st'))
      this.#write(this.#address(mode, true), name === 'sty' ? this.y : this.a);
    else if (name === 'inc') this.#increment(this.#next());
    else
      this.#load(
        name,
        mode === 'immediate' ? this.#next() : this.#read(this.#address(mode, false)),
      );
  }

  #implied(name: string): void {
    this.#idle();
    if (name === 'brk') this.stopped = true;
    else if (name === 'clv') this.overflow = false;
    else if (name === 'iny') this.y = this.#flags(this.y + 1);
    else if (name === 'dey') this.y = this.#flags(this.y - 1);
    else if (name === 'inx') this.x = this.#flags(this.x + 1);
    else if (name === 'dex') this.x = this.#flags(this.x - 1);
  }

  #load(name: string, byte: number): void {
    if (name === 'lda') this.a = this.#flags(byte);
    else if (name === 'ldy') this.y = this.#flags(byte);
    else if (name === 'ldx') this.x = this.#flags(byte);
    else {
      this.zero = (this.a & byte) === 0;
      this.negative = (byte & 0x80) !== 0;
      this.overflow = (byte & 0x40) !== 0;
    }
  }

  #increment(address: number): void {
    const byte = this.#read(address);
    this.#write(address, byte);
    this.#write(address, this.#flags(byte + 1));
  }

  #absolute(): number {
    const low = this.#next();
    return low | (this.#next() << 8);
  }

  /** Crossing a page costs a read a cycle more; a write always takes it. */
  #address(mode: Mode, writes: boolean): number {
    if (mode === 'zeropage') return this.#next();
    if (mode === 'absolute') return this.#absolute();
    let base: number;
    if (mode === 'absolute,y') base = this.#absolute();
    else {
      const pointer = this.#next();
      const low = this.#read(pointer);
      base = low | (this.#read((pointer + 1) & 0xff) << 8);
    }
    const address = (base + this.y) & 0xffff;
    if (writes || (address & 0xff00) !== (base & 0xff00)) this.#idle();
    return address;
  }

  #branch(name: string): void {
    const offset = this.#next();
    const taken = {
      bpl: !this.negative,
      bmi: this.negative,
      bvc: !this.#overflow,
      bvs: this.#overflow,
      bne: !this.zero,
      beq: this.zero,
    }[name];
    if (!taken) return;
    this.#idle();
    const target = (this.pc + (offset < 0x80 ? offset : offset - 0x100)) & 0xffff;
    if ((target & 0xff00) !== (this.pc & 0xff00)) this.#idle();
    this.pc = target;
  }

  #flags(value: number): number {
    const byte = value & 0xff;
    this.zero = byte === 0;
    this.negative = (byte & 0x80) !== 0;
    return byte;
  }
}
