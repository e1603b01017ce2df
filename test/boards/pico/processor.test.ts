// The emulated Pico's processor (lab/boards/core/pico/{thumb,processor,ppb}.ts): cycles, exceptions,
// interrupts, sleep, SysTick; and its instructions against rp2040js's own, which serve as a second
// opinion.
import fc from 'fast-check';
import { RP2040 } from 'rp2040js';
import { describe, expect, test } from 'vitest';
import {
  BX_LR,
  CPSID,
  CPSIE,
  DATA,
  HANDLER,
  LOOP,
  MAIN,
  NOP,
  NVIC_ISER,
  RAM_START,
  rig,
  UART0_IRQ,
  WFI,
} from './rig.ts';

const NVIC_ISPR = 0xe000_e200;
const NVIC_ICPR = 0xe000_e280;
const NVIC_IPR5 = 0xe000_e414;
const SYST_CSR = 0xe000_e010;
const SYST_RVR = 0xe000_e014;
const SYST_CVR = 0xe000_e018;
const SCR = 0xe000_ed10;
const BIT_20 = 1 << UART0_IRQ;

describe('instructions', () => {
  /** Cycles of one instruction. */
  function cyclesOf(...code: number[]): number {
    const { clock, processor, core } = rig([...code, LOOP]);
    core.registers[0] = DATA;
    core.registers[1] = 0x4005_8000; // WATCHDOG, on the APB
    core.registers[2] = 0xd000_0000; // SIO
    core.registers[14] = HANDLER | 1;
    processor.run(1);
    return clock.cycles;
  }

  test('push-pop-cycles: a word each, the link register among them', () => {
    expect(cyclesOf(0xb410)).toBe(2); // push {r4}
    expect(cyclesOf(0xb510)).toBe(3); // push {r4, lr}
    expect(cyclesOf(0xbc30)).toBe(3); // pop {r4, r5}
    expect(cyclesOf(0xbd30)).toBe(6); // pop {r4, r5, pc}
    expect(cyclesOf(0xbd00)).toBe(4); // pop {pc}
  });

  test('the table of the technical reference manual', () => {
    expect(cyclesOf(0x2001)).toBe(1); // movs r0, #1
    expect(cyclesOf(0x4348)).toBe(1); // muls r0, r1, r0
    expect(cyclesOf(0x6800)).toBe(2); // ldr r0, [r0]
    expect(cyclesOf(0x6000)).toBe(2); // str r0, [r0]
    expect(cyclesOf(0xc838)).toBe(4); // ldm r0!, {r3, r4, r5}
    expect(cyclesOf(0xc038)).toBe(4); // stm r0!, {r3, r4, r5}
    expect(cyclesOf(LOOP)).toBe(2);
    expect(cyclesOf(0xd0fe)).toBe(1); // beq ., not taken
    expect(cyclesOf(0xd1fe)).toBe(2); // bne ., taken
    expect(cyclesOf(0xf000, 0xf800)).toBe(3); // bl
    expect(cyclesOf(BX_LR)).toBe(2);
    expect(cyclesOf(0xf3ef, 0x8010)).toBe(3); // mrs r0, primask
    expect(cyclesOf(0xf3bf, 0x8f4f)).toBe(3); // dsb
  });

  test('the bus adds its waits: four cycles for a peripheral read, five to write, one for SIO', () => {
    expect(cyclesOf(0x6808)).toBe(4); // ldr r0, [r1]
    expect(cyclesOf(0x6008)).toBe(5); // str r0, [r1]
    expect(cyclesOf(0x6810)).toBe(1); // ldr r0, [r2]
    expect(cyclesOf(0x6010)).toBe(1); // str r0, [r2]
  });

  test('shift-carry: shifts by a register leave the carry at 0, and lose all beyond 32', () => {
    // kind: lsls, lsrs, asrs, rors r0, r1
    const shift = (code: number, value: number, by: number) => {
      const { processor, core, clock } = rig([0xf3ef, 0x8200, code, 0xf3ef, 0x8300, LOOP]);
      core.C = true;
      core.registers[0] = value;
      core.registers[1] = by;
      processor.run(clock.cycles + 7); // mrs r2, apsr; the shift; mrs r3, apsr
      const carry = (core.registers[3]! >>> 29) & 1;
      return [core.registers[0]! >>> 0, carry];
    };
    for (const code of [0x4088, 0x40c8, 0x4108, 0x41c8]) {
      expect(shift(code, 0x8000_0001, 0)).toEqual([0x8000_0001, 0]);
    }
    expect(shift(0x4088, 1, 32)).toEqual([0, 1]);
    expect(shift(0x4088, 3, 33)).toEqual([0, 0]);
    expect(shift(0x40c8, 0x8000_0000, 32)).toEqual([0, 1]);
    expect(shift(0x40c8, 0x8000_0000, 33)).toEqual([0, 0]);
    expect(shift(0x4108, 0x8000_0000, 200)).toEqual([0xffff_ffff, 1]);
    expect(shift(0x41c8, 0x8000_0000, 32)).toEqual([0x8000_0000, 1]);
  });

  test('carry-overflow: an addition with carry takes its flags from all three numbers', () => {
    // adcs r0, r1 with the carry set: 0x7fffffff + 0 + 1 overflows
    const { processor, core, clock } = rig([0x2201, 0x0852, 0x4148, 0xf3ef, 0x8300, LOOP]);
    core.registers[0] = 0;
    core.registers[1] = 0x7fff_ffff;
    processor.run(clock.cycles + 6); // movs r2, #1; lsrs r2, r2, #1 (carry 1); adcs; mrs
    expect(core.registers[0]! >>> 0).toBe(0x8000_0000);
    expect(core.registers[3]! >>> 28).toBe(0b1001);
  });

  test('equal to rp2040js on random instructions', () => {
    const word = fc.oneof(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.constantFrom(0, 1, 31, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
    );
    // Data processing; loads and stores relative to the stack pointer; single registers pushed, popped.
    const code = fc.oneof(
      fc.integer({ min: 0, max: 0x3fff }),
      fc.integer({ min: 0x4000, max: 0x43ff }).filter(each => !shiftsByRegister(each)),
      fc.integer({ min: 0x9000, max: 0xafff }),
      fc.integer({ min: 0xb200, max: 0xb2ff }),
      fc.integer({ min: 0xb400, max: 0xb4ff }),
      fc.constantFrom(0xba08, 0xba53, 0xbad1, 0xbf00),
      fc.integer({ min: 0xd000, max: 0xddff }),
    );
    const ours = rig();
    const theirs = new RP2040();
    const stack = ours.core.SP;
    fc.assert(
      fc.property(
        code,
        fc.array(word, { minLength: 8, maxLength: 8 }),
        fc.nat(15),
        (instruction, values, flags) => {
          const { core, processor, clock } = ours;
          ours.bus.write(MAIN, instruction, 2);
          theirs.sram.set(ours.chip.rp2040.sram.subarray(0, USED_BYTES));
          for (const each of [core, theirs.core]) {
            each.registers.set(values);
            each.SP = stack;
            each.PC = MAIN;
          }
          const start = clock.cycles;
          theirs.core.APSR = flags << 28;
          processor.setFlags(flags << 28);
          const cycles = theirs.core.executeInstruction();
          processor.run(start + 1);
          // A carry into an addition at the edge of the sign is a fault of theirs (carry-overflow).
          if (!carries(instruction)) expect(processor.flags >>> 28).toBe(theirs.core.APSR >>> 28);
          expect([...core.registers]).toEqual([...theirs.core.registers]);
          expect(clock.cycles - start).toBe(cycles);
          const [mine, other] = [ours.chip.rp2040.sram, theirs.sram];
          expect(Buffer.compare(mine.subarray(0, USED_BYTES), other.subarray(0, USED_BYTES))).toBe(
            0,
          );
        },
      ),
      { numRuns: 1500 },
    );
  });
});

/** What programs of these tests can reach of the memory. */
const USED_BYTES = 0x9000;
const shiftsByRegister = (code: number) => [2, 3, 4, 7].includes((code >> 6) & 15);
const carries = (code: number) => code >> 10 === 16 && [5, 6].includes((code >> 6) & 15);

describe('interrupts', () => {
  test('interrupt-entry: fifteen cycles from the signal to the handler', () => {
    const { chip, clock, write, to, core } = rig([NOP, LOOP], [NOP, BX_LR]);
    write(NVIC_ISER, BIT_20);
    chip.processor.run(4);
    const at = clock.cycles;
    chip.processor.setLine(UART0_IRQ, true);
    to(HANDLER);
    expect(clock.cycles - at).toBe(15);
    expect(core.IPSR).toBe(16 + UART0_IRQ);
  });

  test('interrupt-exit: eight words come back, in ten cycles and the return itself', () => {
    const { chip, clock, write, to, core } = rig([LOOP], [0x2000, 0x2100, BX_LR]);
    write(NVIC_ISER, BIT_20);
    core.registers.set([7, 8, 9]);
    const stack = core.SP;
    chip.processor.setLine(UART0_IRQ, true);
    to(HANDLER + 4);
    chip.processor.setLine(UART0_IRQ, false);
    expect(core.SP).toBe(stack - 0x20);
    const at = clock.cycles;
    to(MAIN);
    expect(clock.cycles - at).toBe(12);
    expect([...core.registers.slice(0, 3)]).toEqual([7, 8, 9]);
    expect(core.SP).toBe(stack);
    expect(core.IPSR).toBe(0);
  });

  test('interrupt-latch: a signal that has gone again still interrupts, once', () => {
    const { chip, write, read, advance, core } = rig([LOOP], [0x3001, BX_LR]); // adds r0, #1
    core.PM = true;
    write(NVIC_ISER, BIT_20);
    chip.processor.setLine(UART0_IRQ, true);
    chip.processor.setLine(UART0_IRQ, false);
    expect(read(NVIC_ISPR)).toBe(BIT_20);
    core.registers[0] = 0;
    let entries = 0;
    const enter = core.switchStack.bind(core);
    core.switchStack = stack => {
      if (core.currentMode === 1) entries++;
      enter(stack);
    };
    core.PM = false;
    advance(200);
    expect(entries).toBe(2); // in and out of one handler
    chip.processor.setLine(UART0_IRQ, true);
    chip.processor.setLine(UART0_IRQ, false);
    write(NVIC_ICPR, BIT_20);
    advance(200);
    expect(entries).toBe(2);
  });

  test('a signal that stays interrupts again after the handler', () => {
    const { chip, write, advance, to, clock } = rig([LOOP], [BX_LR]);
    write(NVIC_ISER, BIT_20);
    chip.processor.setLine(UART0_IRQ, true);
    to(HANDLER);
    advance(1);
    const back = clock.cycles;
    to(HANDLER);
    expect(clock.cycles - back).toBeLessThan(40);
  });

  test('a more urgent interrupt enters a handler, an equal one waits', () => {
    const { chip, write, to, core, advance } = rig([LOOP], [LOOP]);
    write(NVIC_ISER, BIT_20 | (1 << 21));
    write(NVIC_IPR5, 0x0000_0080); // 20: priority 2, 21: priority 0
    chip.processor.setLine(UART0_IRQ, true);
    to(HANDLER);
    chip.processor.setLine(21, true);
    advance(30);
    expect(core.IPSR).toBe(16 + 21);
    expect(core.SP % 8).toBe(0);
    chip.processor.setLine(19, true);
    write(NVIC_ISER, 1 << 19);
    advance(30);
    expect(core.IPSR).toBe(16 + 21);
  });

  test('hard-fault: an access to nowhere ends in the fault handler, a second one in lockup', () => {
    const nowhere = [0x2003, 0x0700, 0x6800, LOOP]; // movs r0, #3; lsls r0, #28; ldr r0, [r0]
    const { to, core, advance, processor, clock } = rig(nowhere, [
      0x6800 | 0,
      0x2103,
      0x6808,
      LOOP,
    ]);
    core.registers[0] = 0;
    to(HANDLER);
    expect(core.IPSR).toBe(3);
    advance(100); // movs r1, #3; ldr r0, [r1]: not aligned
    expect(processor.locked_up).toBe(true);
    const cycles = clock.cycles;
    advance(1e6);
    expect(clock.cycles - cycles).toBe(1e6);
  });

  test('an undefined instruction and code outside memory end in the fault handler', () => {
    for (const code of [[0xde00], [0xbe00], [0xe800], [0x2000, 0x3801, 0x4700]]) {
      const { to, core } = rig(code, [LOOP]);
      to(HANDLER);
      expect(core.IPSR).toBe(3);
    }
  });
});

describe('sleep', () => {
  test('sleep: the clock goes to the next plan at once, and the cycles are counted', () => {
    const { write, advance, core, clock, processor } = rig([WFI, LOOP], [LOOP]);
    write(SYST_RVR, 1_000_000 - 1);
    write(SYST_CVR, 0);
    write(SYST_CSR, 7);
    advance(1_000_000);
    expect(core.PC).toBe(HANDLER);
    expect(clock.cycles).toBe(1_000_000 + 15);
    expect(processor.asleep_cycles).toBe(1_000_000 - 2); // but for WFI itself
    expect(processor.asleep).toBe(false);
  });

  test('sleep-masked: with PRIMASK set WFI ends, and the handler runs only when it is cleared', () => {
    const { chip, write, to, core, advance } = rig([CPSID, WFI, NOP, NOP, CPSIE, LOOP], [LOOP]);
    write(NVIC_ISER, BIT_20);
    advance(100);
    expect(chip.processor.asleep).toBe(true);
    chip.processor.setLine(UART0_IRQ, true);
    to(MAIN + 8);
    expect(core.IPSR).toBe(0);
    to(HANDLER);
    expect(core.IPSR).toBe(16 + UART0_IRQ);
  });

  test('sleep-masked: an interrupt that waits already lets no WFI sleep', () => {
    const { chip, write, advance } = rig([CPSID, WFI, LOOP]);
    write(NVIC_ISER, BIT_20);
    chip.processor.setLine(UART0_IRQ, true);
    advance(100);
    expect(chip.processor.asleep).toBe(false);
    expect(chip.processor.asleep_cycles).toBe(0);
  });

  test('send-event: SEV lets the next WFE pass, and the one after it sleep', () => {
    const { chip, advance, core } = rig([0xbf40, 0xbf20, 0x2005, 0xbf20, 0x2006, LOOP]);
    advance(100);
    expect(core.registers[0]).toBe(5);
    expect(chip.processor.asleep).toBe(true);
  });

  test('sleep on exit: the end of a handler is the next sleep', () => {
    const { chip, write, advance, core } = rig([WFI, LOOP], [BX_LR]);
    write(SCR, 2);
    write(NVIC_ISER, BIT_20);
    advance(10);
    chip.processor.setLine(UART0_IRQ, true);
    chip.processor.setLine(UART0_IRQ, false);
    advance(100);
    expect(chip.processor.asleep).toBe(true);
    expect(core.PC).toBe(MAIN + 2);
  });
});

describe('SysTick', () => {
  test('systick: it counts down cycle by cycle, reloads after 0 and flags it once', () => {
    const { write, read, advance } = rig([
      NOP,
      NOP,
      NOP,
      NOP,
      NOP,
      NOP,
      NOP,
      NOP,
      NOP,
      NOP,
      NOP,
      NOP,
    ]);
    write(SYST_RVR, 3);
    write(SYST_CVR, 99);
    write(SYST_CSR, 5);
    const seen: number[] = [];
    for (let i = 0; i < 10; i++) {
      seen.push(read(SYST_CVR));
      advance(1);
    }
    expect(seen).toEqual([0, 3, 2, 1, 0, 3, 2, 1, 0, 3]);
    expect(read(SYST_CSR)).toBe(0x1_0005);
    expect(read(SYST_CSR)).toBe(5);
  });

  test('its interrupt comes every reload + 1 cycles', () => {
    const { write, to, core, clock } = rig([LOOP], [BX_LR]);
    write(SYST_RVR, 999);
    write(SYST_CVR, 0);
    write(SYST_CSR, 7);
    const entries: number[] = [];
    for (let i = 0; i < 3; i++) {
      to(HANDLER);
      expect(core.IPSR).toBe(15);
      entries.push(clock.cycles);
      to(MAIN);
    }
    expect(entries[2]! - entries[0]!).toBe(2000);
    expect(entries[0]! - 15).toBeGreaterThanOrEqual(1000);
    expect(entries[0]! - 15).toBeLessThanOrEqual(1001);
  });

  test('stopped, it keeps its value', () => {
    const { write, read, advance } = rig();
    write(SYST_RVR, 1000);
    write(SYST_CVR, 0);
    write(SYST_CSR, 5);
    advance(100);
    write(SYST_CSR, 4);
    const value = read(SYST_CVR);
    advance(100);
    expect(read(SYST_CVR)).toBe(value);
    expect(value).toBe(1001 - 100);
  });
});

test('the vector table is where VTOR says', () => {
  const { write, to, chip, bus } = rig([LOOP], [LOOP]);
  const vectors = RAM_START + 0x2000;
  bus.write(vectors + 4 * (16 + UART0_IRQ), (HANDLER + 2) | 1, 4);
  write(0xe000_ed08, vectors);
  write(NVIC_ISER, BIT_20);
  chip.processor.setLine(UART0_IRQ, true);
  to(HANDLER + 2);
});
