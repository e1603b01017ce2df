// The small 6502 core against the published cycle counts, and its two pins against the hardware manual.
import { describe, expect, it } from 'vitest';
import { assemble6502 } from '../../../lab/machines/mos6502/assembler.ts';
import { type Bus, opcodes, Processor } from '../../../lab/machines/mos6502/processor.ts';
import { AssemblyError } from '../../../lab/machines/program.ts';

class Memory implements Bus {
  readonly bytes = new Uint8Array(0x10000);
  readonly accesses: string[] = [];
  /** Cycle at whose end an edge comes to SO. */
  edge_at = -1;
  /** Reads of this address are held until that cycle. */
  held: { address: number; until: number } | undefined;
  cycle = 0;

  read(address: number): number {
    this.accesses.push(`r${address.toString(16)}`);
    return this.bytes[address]!;
  }
  write(address: number, byte: number): void {
    this.accesses.push(`w${address.toString(16)}=${byte}`);
    this.bytes[address] = byte;
  }
  overflowEdge(): boolean {
    return ++this.cycle === this.edge_at;
  }
  ready(address: number): boolean {
    return this.held?.address !== address || this.cycle >= this.held.until;
  }
}

function load(source: string, symbols = {}) {
  const bus = new Memory();
  for (const [at, byte] of assemble6502(`.org $1000\n${source}`, symbols).bytes)
    bus.bytes[at] = byte;
  const processor = new Processor(bus);
  processor.pc = 0x1000;
  return { bus, processor };
}

/** MCS6500 Programming Manual (MOS Technology, 1976), appendix B: cycles of each instruction here. */
const PUBLISHED: readonly (readonly [string, number])[] = [
  ['lda #1', 2],
  ['lda $30', 3],
  ['lda $2000', 4],
  ['lda $2000,y', 4],
  ['lda ($30),y', 5],
  ['ldy #1', 2],
  ['ldx #1', 2],
  ['sta $30', 3],
  ['sta $2000', 4],
  ['sta $2000,y', 5],
  ['sta ($30),y', 6],
  ['sty $30', 3],
  ['bit $30', 3],
  ['bit $2000', 4],
  ['inc $30', 5],
  ['jmp $2000', 3],
  ['clv', 2],
  ['iny', 2],
  ['dey', 2],
  ['inx', 2],
  ['dex', 2],
  ['nop', 2],
];

describe('cycles as published', () => {
  it.each(PUBLISHED)('%s takes %i', (source, cycles) => {
    const { processor } = load(source);
    processor.step();
    expect(processor.cycles).toBe(cycles);
  });

  it('covers every instruction of the core but branches and BRK', () => {
    const others = [...opcodes.values()].filter(
      ({ mode, name }) => mode !== 'relative' && name !== 'brk',
    );
    expect(PUBLISHED.length).toBe(others.length);
  });

  it.each(['lda $20f0,y', 'lda ($30),y'])('%s takes one more across a page', source => {
    const { bus, processor } = load(source);
    bus.bytes.set([0xf0, 0x20], 0x30);
    processor.y = 0x10;
    const within = load(source);
    within.bus.bytes.set([0xf0, 0x20], 0x30);
    processor.step();
    within.processor.step();
    expect(processor.cycles).toBe(within.processor.cycles + 1);
    expect(bus.accesses.at(-1)).toBe('r2100');
  });

  it('a store across a page takes no more, because it always has that cycle', () => {
    const { processor } = load('sta $20f0,y');
    processor.y = 0x10;
    processor.step();
    expect(processor.cycles).toBe(5);
  });

  it('a branch takes 2, taken 3, to another page 4', () => {
    const { processor } = load('ldy #0\nbne next\nbeq next\nnop\nnext: nop');
    for (const cycles of [2, 4, 7]) {
      processor.step();
      expect(processor.cycles).toBe(cycles);
    }
    const far = load('ldy #0\nbeq *-100');
    far.processor.step();
    far.processor.step();
    expect(far.processor.cycles, '2, and 4 for the branch').toBe(6);
    expect(far.processor.pc).toBe(0x1002 - 100);
  });
});

describe('what instructions do', () => {
  it('BIT takes its flags from memory, LDA and INC from the result', () => {
    const { bus, processor } = load('bit $2000\ninc $30\nlda $30');
    bus.bytes[0x2000] = 0xc0;
    bus.bytes[0x30] = 0xff;
    processor.step();
    expect([processor.negative, processor.overflow, processor.zero]).toEqual([true, true, true]);
    processor.step();
    expect([processor.zero, bus.bytes[0x30]]).toEqual([true, 0]);
    expect(bus.accesses.slice(-3), 'the old value is written first').toEqual([
      'r30',
      'w30=255',
      'w30=0',
    ]);
    processor.step();
    expect([processor.a, processor.zero]).toEqual([0, true]);
  });

  it('stops at an operation code that it does not have', () => {
    const { bus, processor } = load('nop');
    bus.bytes[0x1000] = 0x02;
    expect(() => processor.step()).toThrow('no instruction $2 at $1000');
  });
});

describe('the pins', () => {
  it('an edge on SO ends a BVC that jumps to itself, at most a turn later', () => {
    for (const edge_at of [6, 7, 8]) {
      const { bus, processor } = load('clv\nhere: bvc here\nnop');
      bus.edge_at = edge_at;
      let turns = 0;
      do {
        processor.step();
        turns++;
      } while (processor.pc !== 0x1003);
      expect(processor.overflow).toBe(true);
      expect(processor.cycles - edge_at, `edge at ${edge_at}`).toBeGreaterThanOrEqual(2);
      expect(processor.cycles - edge_at).toBeLessThanOrEqual(4);
      expect(turns).toBeGreaterThan(2);
    }
  });

  it('CLV clears what the pin has set, and the level alone does not set it again', () => {
    const { bus, processor } = load('nop\nclv\nnop');
    bus.edge_at = 1;
    processor.step();
    expect(processor.overflow).toBe(true);
    processor.step();
    processor.step();
    expect(processor.overflow).toBe(false);
  });

  it('a low RDY repeats the read and nothing else', () => {
    const { bus, processor } = load('lda $8001\nnop');
    bus.held = { address: 0x8001, until: 40 };
    processor.step();
    expect(processor.cycles).toBe(41);
    expect(bus.accesses.filter(one => one === 'r8001')).toHaveLength(1);
    processor.step();
    expect(processor.cycles).toBe(43);
  });
});

describe('a wrong program is refused', () => {
  it.each([
    ['unknown instruction', 'nop\nadc #1', 3, /adc is no instruction that this core knows/],
    ['no such operand', 'inc $2000,y', 2, /inc has no such operand; it has zeropage/],
    ['value too large', 'lda #256', 2, /256 does not fit/],
    ['page zero too far', 'lda ($100),y', 2, /256 does not fit: 0 to 255/],
    ['undefined name', 'lda nowhere', 2, /nowhere is not defined/],
    ['doubled label', 'a: nop\na: nop', 3, /a is defined twice/],
    ['branch too far', 'bne *+200', 2, /too far: 198 bytes/],
    ['branch without a label', 'bne', 2, /needs a label/],
    ['hexadecimal without its sign', 'lda 8F', 2, /hexadecimal is \$8F/],
    ['no expression', 'lda #', 2, /missing/],
    ['written twice', '.org $1000\nnop\n.org $1000\nnop', 5, /written twice/],
  ])('%s', (_, source, line, reason) => {
    let error: unknown;
    try {
      load(source);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(AssemblyError);
    expect(error).toMatchObject({ line, message: expect.stringMatching(reason) });
  });
});
