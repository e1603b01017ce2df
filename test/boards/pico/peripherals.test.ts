// The emulated Pico's PWM, timer, resets and pins (lab/boards/core/pico): one test per correction,
// registers written as a program would write them while the processor stands in a loop.
import { describe, expect, test } from 'vitest';
import { Chip } from '../../../lab/boards/core/pico/chip.ts';
import { HANDLER, LOOP, NVIC_ISER, PWM, RESETS, rig, TIMER, UART0, WATCHDOG, WFI } from './rig.ts';

const CTR = 0x08;

describe('PWM', () => {
  test('pwm-count: a slice at clk / 1 counts every cycle, and wraps at its top', () => {
    const { write, read, clock, advance } = rig();
    write(PWM + 0x10, 999);
    write(PWM, 1);
    const zero = clock.cycles;
    for (const step of [1, 2, 500, 497, 3, 12_345]) {
      advance(step);
      expect(read(PWM + CTR)).toBe((clock.cycles - zero) % 1000);
    }
    expect(read(PWM + 0xa4)).toBe(1);
    write(PWM + 0xa4, 1);
    expect(read(PWM + 0xa4)).toBe(0);
  });

  test('pwm-count: a divider of 2 1/2 makes two counts in five cycles', () => {
    const { write, read, clock } = rig([...new Array<number>(40).fill(0xbf00), LOOP]);
    write(PWM + 0x04, (2 << 4) | 8);
    write(PWM, 1);
    const zero = clock.cycles;
    for (let i = 0; i < 30; i++) {
      expect(read(PWM + CTR)).toBe(Math.floor((clock.cycles - zero) / 2.5));
      clock.cycles++;
    }
  });

  test('pwm-events: a wrap interrupts at its cycle, and nobody is woken for others', () => {
    const { write, clock, advance, core } = rig([WFI, LOOP], [LOOP]);
    write(PWM, 1);
    const zero = clock.cycles;
    expect(clock.next_cycle).toBe(Number.POSITIVE_INFINITY);
    write(PWM + 0xa8, 1);
    write(NVIC_ISER, 1 << 4);
    expect(clock.next_cycle).toBe(zero + 0x1_0000);
    advance(0x1_0000 - 1);
    expect(core.IPSR).toBe(0);
    advance(1);
    expect(core.IPSR).toBe(16 + 4);
    expect(clock.cycles).toBe(zero + 0x1_0000 + 15);
  });

  test('a new top holds from the next wrap on', () => {
    const { write, read, advance } = rig([...new Array<number>(80).fill(0xbf00), LOOP]);
    write(PWM + 0x10, 9);
    write(PWM, 1);
    advance(5);
    write(PWM + 0x10, 3);
    advance(4);
    expect(read(PWM + CTR)).toBe(9);
    advance(1);
    expect(read(PWM + CTR)).toBe(0);
    advance(4);
    expect(read(PWM + CTR)).toBe(0);
  });

  test('phase-correct it counts up and down, and its outputs follow the compare level', () => {
    const { write, read, advance, chip } = rig([...new Array<number>(80).fill(0xbf00), LOOP]);
    write(PWM + 0x10, 3);
    write(PWM + 0x0c, 2);
    write(0x4001_4004, 4); // pin 0: PWM
    write(PWM, 3);
    const seen: [number, boolean][] = [];
    for (let i = 0; i < 7; i++) {
      seen.push([read(PWM + CTR), chip.pins.level(0)]);
      advance(1);
    }
    expect(seen.map(([count]) => count)).toEqual([0, 1, 2, 3, 2, 1, 0]);
    expect(seen.map(([, level]) => level)).toEqual([true, true, false, false, false, true, true]);
  });
});

describe('timer', () => {
  const LOW = 0x28;

  test('timer-tick: no tick, no time; then a microsecond per twelve cycles of the reference', () => {
    const { write, read, advance, chip, clock } = rig();
    chip.rp2040.clocks.writeUint32(0x30, 2); // clk_ref: the crystal
    advance(1000);
    expect(read(TIMER + LOW)).toBe(0);
    write(WATCHDOG + 0x2c, (1 << 9) | 12);
    const zero = clock.cycles;
    const per_us = clock.hz / 1e6;
    advance(10_000);
    expect(read(TIMER + LOW)).toBe(Math.floor((clock.cycles - zero) / per_us));
    write(TIMER + 0x30, 1);
    const paused = read(TIMER + LOW);
    advance(10_000);
    expect(read(TIMER + LOW)).toBe(paused);
  });

  test('an alarm rings at its microsecond, over the wrap of the low word too', () => {
    const { write, read, to, clock, core, chip } = rig([WFI, LOOP], [LOOP]);
    chip.rp2040.clocks.writeUint32(0x30, 2);
    write(WATCHDOG + 0x2c, (1 << 9) | 12);
    write(TIMER + 4, 0xffff_fff0);
    write(TIMER, 5);
    const zero = clock.cycles;
    write(NVIC_ISER, 1 << 2);
    write(TIMER + 0x38, 1 << 2);
    write(TIMER + 0x18, 0x10);
    expect(read(TIMER + 0x20)).toBe(1 << 2);
    to(HANDLER);
    expect(core.IPSR).toBe(16 + 2);
    expect(clock.cycles - 15).toBe(zero + Math.ceil((0x20 * clock.hz) / 1e6));
    expect(read(TIMER + 0x0c)).toBeGreaterThanOrEqual(0x10);
    expect(read(TIMER + 0x08)).toBe(6);
    write(TIMER + 0x34, 1 << 2);
    expect(read(TIMER + 0x40)).toBe(0);
  });

  test('an alarm that is disarmed does not ring', () => {
    const { write, read, advance, chip } = rig();
    chip.rp2040.clocks.writeUint32(0x30, 2);
    write(WATCHDOG + 0x2c, (1 << 9) | 12);
    write(TIMER + 0x10, 10);
    write(TIMER + 0x20, 1);
    advance(1000);
    expect(read(TIMER + 0x34)).toBe(0);
  });
});

describe('clocks and resets', () => {
  test('clock-at-reset: the ring oscillator, until the firmware takes crystal and PLL', () => {
    const { chip, clock, write, read } = rig();
    expect(clock.hz).toBe(6.5e6);
    write(0x4002_8000, 1); // the sequence of the datasheet, "PLL", for 12 MHz x 70 / 7 / 5
    write(0x4002_8008, 70);
    write(0x4002_800c, (7 << 16) | (5 << 12));
    expect(read(0x4002_8000) >>> 31).toBe(1);
    write(0x4000_803c, 0);
    write(0x4000_a03c, 1); // alias that sets bits
    expect(clock.hz).toBe(24e6);
    expect(chip.uart.bit_cycles).toBeGreaterThan(0);
  });

  test('resets: what is held hears nothing, and what is put back forgets', () => {
    const { write, read } = rig();
    write(PWM + 0x10, 77);
    expect(read(PWM + 0x10)).toBe(77);
    write(RESETS + 0x2000, 1 << 14);
    expect(read(RESETS + 8) & (1 << 14)).toBe(0);
    write(PWM + 0x10, 78);
    expect(read(PWM + 0x10)).toBe(0);
    write(RESETS + 0x3000, 1 << 14);
    expect(read(RESETS + 8) & (1 << 14)).toBe(1 << 14);
    expect(read(PWM + 0x10)).toBe(0xffff);
    const { bus } = new Chip({ driven: new Map(), wires: [] });
    bus.write(UART0 + 0x24, 13, 4);
    expect(bus.read(UART0 + 0x24)).toBe(0); // nobody has released it
  });
});

describe('pins', () => {
  const OUT_SET = 0xd000_0014;
  const OE_SET = 0xd000_0024;
  const IN = 0xd000_0004;

  test('pad-reset: an input sees its pin without any setting, and is pulled down', () => {
    const driven = new Map<number, boolean>();
    const chip = new Chip({ driven, wires: [] });
    expect(chip.bus.read(IN) & (1 << 7)).toBe(0);
    driven.set(7, true);
    chip.pins.update();
    expect(chip.bus.read(IN) & (1 << 7)).toBe(1 << 7);
    driven.delete(7);
    chip.pins.update();
    expect(chip.bus.read(IN) & (1 << 7)).toBe(0);
  });

  test('pad-readback: a program reads back what it drives, and a wire carries it on', () => {
    const chip = new Chip({ driven: new Map(), wires: [[2, 3]] });
    const write = (address: number, value: number) => chip.bus.write(address, value, 4);
    write(RESETS, 0);
    write(0x4001_4004 + 8 * 2, 5); // SIO
    write(OE_SET, 1 << 2);
    expect(chip.bus.read(IN) & 0b1100).toBe(0);
    write(OUT_SET, 1 << 2);
    expect(chip.bus.read(IN) & 0b1100).toBe(0b1100);
    expect([chip.pins.level(2), chip.pins.level(3)]).toEqual([true, true]);
    expect(() => chip.pins.level(30)).toThrow(RangeError);
  });
});
