// Pins, wires and the analog converter of the emulated Uno: registers are written as a program would
// write them. Titles that begin with an item's name are listed in lab/boards/core/fidelity.ts.
import { adcConfig, CPU, portBConfig, portDConfig } from 'avr8js';
import { describe, expect, test } from 'vitest';
import { Adc } from '../../lab/boards/core/adc.ts';
import { Pins } from '../../lab/boards/core/pins.ts';
import { Processor } from '../../lab/boards/core/processor.ts';

const NOP = 0;
const SEI = 0x9478;
const PCICR = 0x68;
const PCIFR = 0x3b;
const PCMSK2 = 0x6d;
const PCINT2_VECTOR = 0x0a;
const { ADMUX, ADCSRA, ADCL, ADCH } = adcConfig;
const ADEN = 0x80;
const ADSC = 0x40;
const ADIF = 0x10;
const CLK_128 = 7;
const AVCC = 0x40;
const PRESCALER = 128;

function chip() {
  const flash = new Uint16Array(0x4000).fill(NOP);
  flash[0x100] = SEI;
  const cpu = new CPU(flash, 2048);
  cpu.pc = 0x100;
  const pins = new Pins();
  pins.attach(cpu);
  const processor = new Processor(cpu);
  const advance = (cycles: number) => processor.run(cpu.cycles + cycles);
  const output = (pin: number, level: boolean) => {
    const { DDR, PORT } = pin < 8 ? portDConfig : portBConfig;
    const mask = 1 << (pin & 7);
    cpu.writeData(PORT, level ? cpu.data[PORT]! | mask : cpu.data[PORT]! & ~mask);
    cpu.writeData(DDR, cpu.data[DDR]! | mask);
  };
  const pullUp = (pin: number) => cpu.writeData(portDConfig.PORT, 1 << pin);
  const reads = (pin: number) => {
    const { PIN } = pin < 8 ? portDConfig : portBConfig;
    return (cpu.readData(PIN) >> (pin & 7)) & 1;
  };
  return { cpu, pins, advance, output, pullUp, reads };
}

describe('wires', () => {
  test('an input reads what its jumper brings, and what it is held at', () => {
    const { pins, output, reads } = chip();
    pins.connect(12, 2);
    output(12, true);
    expect([reads(2), pins.level(2), reads(12)]).toEqual([1, true, 1]);
    output(12, false);
    expect([reads(2), reads(12)]).toEqual([0, 0]);
    pins.apply(3, 5);
    expect(reads(3)).toBe(1);
    pins.apply(3, undefined);
    expect(reads(3)).toBe(0);
  });

  test('a chain of wires is one wire, also within a port', () => {
    const { pins, output, reads } = chip();
    pins.connect(4, 5);
    pins.connect(6, 5);
    pins.connect(6, 12);
    output(12, true);
    expect([4, 5, 6].map(reads)).toEqual([1, 1, 1]);
    expect(reads(7)).toBe(0);
  });

  test('two outputs against each other read low', () => {
    const { pins, output } = chip();
    pins.connect(4, 12);
    output(4, true);
    output(12, false);
    expect(pins.voltage(4)).toBe(0);
  });

  test('a change is told once, with its level', () => {
    const { pins, output } = chip();
    const told: [number, boolean][] = [];
    pins.onChange = (pin, level) => told.push([pin, level]);
    pins.connect(12, 2);
    output(12, true);
    output(12, true);
    output(12, false);
    expect(told.filter(([pin]) => pin === 2)).toEqual([
      [2, true],
      [2, false],
    ]);
  });

  test.each([0, 1, 20, -1, 2.5])('there is no free pin %d', pin => {
    const { pins } = chip();
    expect(() => pins.connect(12, pin)).toThrow(/no free pin/);
    expect(() => pins.apply(pin, 5)).toThrow(RangeError);
  });

  test('pull-up: an open input reads high, a wire to a low output reads low', () => {
    const { pins, output, pullUp, reads } = chip();
    pullUp(2);
    expect([reads(2), pins.voltage(2)]).toEqual([1, 5]);
    pins.connect(12, 2);
    output(12, false);
    expect(reads(2)).toBe(0);
  });

  test('pin-change: a flag outlives a change of the mask and waits to be let in', () => {
    const { cpu, pins, advance } = chip();
    advance(2); // SEI
    cpu.writeData(PCMSK2, 1 << 2);
    pins.apply(2, 5);
    expect(cpu.readData(PCIFR)).toBe(4);
    advance(10);
    cpu.writeData(PCMSK2, 0);
    cpu.writeData(PCICR, 4);
    const limit = cpu.cycles + 20;
    let entered = false;
    while (cpu.cycles < limit && !entered) {
      advance(1);
      entered = cpu.pc === PCINT2_VECTOR;
    }
    expect(entered, 'the vector of port D is entered').toBe(true);
    expect(cpu.readData(PCIFR)).toBe(0);
    pins.apply(2, 0);
    expect(cpu.readData(PCIFR), 'a masked pin raises nothing').toBe(0);
  });
});

describe('analog converter', () => {
  function converter() {
    const one = chip();
    new Adc(one.cpu, channel => one.pins.voltage(14 + channel));
    const start = (channel: number) => {
      one.cpu.writeData(ADMUX, AVCC | channel);
      one.cpu.writeData(ADCSRA, ADEN | ADSC | CLK_128);
    };
    const busy = () => (one.cpu.readData(ADCSRA) & ADSC) !== 0;
    const value = () => one.cpu.readData(ADCL) | (one.cpu.readData(ADCH) << 8);
    const convert = (channel: number) => {
      start(channel);
      one.advance(25 * PRESCALER + 2);
      expect(busy()).toBe(false);
      return value();
    };
    return { ...one, start, busy, value, convert };
  }

  test.each([
    [0, 0],
    [2.5, 512],
    [3.3, 675],
    [5, 1023],
  ])('%d V reads as %d', (volts, expected) => {
    const { pins, convert } = converter();
    pins.apply(14, volts);
    expect(convert(0)).toBe(expected);
  });

  test('each channel has its own pin, and a jumper brings 0 or 5 V', () => {
    const { pins, output, convert } = converter();
    pins.apply(15, 1);
    pins.connect(12, 16);
    output(12, true);
    expect([convert(0), convert(1), convert(2)]).toEqual([0, 204, 1023]);
    output(12, false);
    expect(convert(2)).toBe(0);
  });

  test('the first conversion takes 25 of its clocks, the next 13', () => {
    const { start, busy, advance } = converter();
    const lengths = [25, 13].map(clocks => {
      start(0);
      advance(clocks * PRESCALER - 4);
      const before = busy();
      advance(8);
      return before && !busy();
    });
    expect(lengths).toEqual([true, true]);
  });

  test('analog-sample: the voltage counts when the converter holds it', () => {
    const { pins, convert, start, value, advance } = converter();
    convert(0);
    start(0);
    advance(PRESCALER);
    pins.apply(14, 2.5);
    advance(PRESCALER);
    pins.apply(14, 5);
    advance(13 * PRESCALER);
    expect(value()).toBe(512);
  });

  test('analog-control: a written one clears the flag, a zero does not stop a conversion', () => {
    const { cpu, start, busy, advance } = converter();
    start(0);
    cpu.writeData(ADCSRA, ADEN | CLK_128);
    expect(busy()).toBe(true);
    advance(26 * PRESCALER);
    expect(busy()).toBe(false);
    cpu.writeData(ADCSRA, ADEN | CLK_128);
    expect(cpu.readData(ADCSRA) & ADIF, 'a zero leaves the flag').toBe(ADIF);
    cpu.writeData(ADCSRA, ADEN | ADIF | CLK_128);
    expect(cpu.readData(ADCSRA) & ADIF).toBe(0);
    start(0);
    cpu.writeData(ADCSRA, 0); // switching off ends the conversion (section 24.9.2, ADEN)
    advance(26 * PRESCALER);
    expect(cpu.readData(ADCSRA) & (ADIF | ADSC)).toBe(0);
  });
});
