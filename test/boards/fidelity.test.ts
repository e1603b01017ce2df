// One test per correction of the emulated Uno (lab/boards/core/fidelity.ts): registers are written as
// a program would write them, on a processor that runs NOPs or a program of a few words.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AVRTimerConfig,
  CPU,
  timer0Config,
  timer1Config,
  timer2Config,
  usart0Config,
} from 'avr8js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fidelity } from '../../lab/boards/core/fidelity.ts';
import { Processor } from '../../lab/boards/core/processor.ts';
import { Timer } from '../../lab/boards/core/timer.ts';
import { Usart } from '../../lab/boards/core/usart.ts';

const { UCSRA, UCSRB, UBRRL, UDR } = usart0Config;
/** Where the programs of these tests begin: past the vectors. */
const MAIN = 0x100;
const NOP = 0;
const SEI = 0x9478;
const RETI = 0x9518;
const SLEEP = 0x9588;
const SMCR = 0x53;
const RXC_VECTOR = 0x24;
const UDRE_VECTOR = 0x26;
const RXC = 0x80;
const TXC = 0x40;
const UDRE = 0x20;
const DOR = 0x08;
const RXCIE = 0x80;
const UDRIE = 0x20;
const ON = 0x18; // RXEN and TXEN
const U2X = 2;
const GTCCR = 0x43;
const UBRR = 16;
const BIT = 8 * (UBRR + 1);
const BYTE = 10 * BIT;

function chip(program: Readonly<Record<number, number>> = {}) {
  const flash = new Uint16Array(0x4000).fill(NOP);
  flash[0x3ffe] = 0x940c; // jmp MAIN: run the NOPs again
  flash[0x3fff] = MAIN;
  for (const [address, word] of Object.entries(program)) flash[Number(address)] = word;
  const cpu = new CPU(flash, 2048);
  cpu.pc = MAIN;
  const usart = new Usart(cpu, 16e6);
  const processor = new Processor(cpu);
  cpu.writeData(UCSRA, U2X);
  cpu.writeData(UBRRL, UBRR);
  cpu.writeData(UCSRB, ON);
  const bytes: { byte: number; cycle: number }[] = [];
  usart.onTransmit = (byte, cycle) => bytes.push({ byte, cycle });
  const arrivals: number[] = [];
  usart.onReceived = (_, cycle) => arrivals.push(cycle);
  const advance = (cycles: number) => processor.run(cpu.cycles + cycles);
  const toVector = (vector: number) => {
    const limit = cpu.cycles + 100_000;
    while (cpu.pc !== vector && cpu.cycles < limit) processor.run(cpu.cycles + 1);
    expect(cpu.pc).toBe(vector);
  };
  return { cpu, usart, processor, bytes, arrivals, advance, toVector };
}

test('every correction names a test that is here', () => {
  const here = ['fidelity', 'uno', 'calibration/instructions', 'calibration/datasheet', 'pins']
    .map(name => readFileSync(join(import.meta.dirname, `${name}.test.ts`), 'utf8'))
    .join('\n');
  for (const item of fidelity) expect(here).toContain(`'${item.tested_by}`);
});

describe('serial port', () => {
  test('data-register-empty: the flag outlives its handler', () => {
    const { cpu, toVector } = chip({ [MAIN]: SEI });
    cpu.writeData(UCSRB, ON | UDRIE);
    toVector(UDRE_VECTOR);
    expect(cpu.readData(UCSRA) & UDRE).toBe(UDRE);
    cpu.writeData(UCSRB, ON);
    expect(cpu.readData(UCSRA) & UDRE).toBe(UDRE);
  });

  test('status-bits: writing the control registers leaves read-only flags alone', () => {
    const { cpu, usart, advance } = chip();
    usart.receive(0x41);
    advance(BYTE);
    cpu.writeData(UCSRA, U2X);
    cpu.writeData(UCSRB, ON | RXCIE);
    expect(cpu.readData(UCSRA) & (RXC | UDRE)).toBe(RXC | UDRE);
    expect(cpu.readData(UDR)).toBe(0x41);
    expect(cpu.readData(UCSRA) & RXC).toBe(0);
    cpu.writeData(UDR, 1);
    advance(BYTE + 10);
    expect(cpu.readData(UCSRA) & TXC).toBe(TXC);
    cpu.writeData(UCSRA, U2X | TXC); // the one flag that a written one clears
    expect(cpu.readData(UCSRA) & TXC).toBe(0);
  });

  test('receive-buffer: three bytes wait, the fourth is lost and reported', () => {
    const { cpu, usart, advance } = chip();
    for (const byte of [1, 2, 3, 4]) usart.receive(byte);
    advance(3 * BYTE - 1);
    expect(cpu.readData(UCSRA) & DOR).toBe(0);
    advance(2); // the fourth start bit
    expect(cpu.readData(UCSRA) & DOR).toBe(DOR);
    advance(BYTE);
    expect(usart.lost_bytes).toBe(1);
    expect([cpu.readData(UDR), cpu.readData(UDR), cpu.readData(UDR)]).toEqual([1, 2, 3]);
    expect(cpu.readData(UCSRA) & (RXC | DOR)).toBe(0);
    usart.receive(5);
    advance(BYTE);
    expect(cpu.readData(UDR)).toBe(5);
    expect(usart.lost_bytes).toBe(1);
  });

  test('a receiver that is off hears nothing, and switching it off empties it', () => {
    const { cpu, usart, advance } = chip();
    usart.receive(1);
    advance(BYTE);
    cpu.writeData(UCSRB, 0);
    expect(cpu.readData(UCSRA) & RXC).toBe(0);
    usart.receive(2);
    advance(BYTE);
    cpu.writeData(UCSRB, ON);
    expect(cpu.readData(UCSRA) & RXC).toBe(0);
    expect(usart.lost_bytes).toBe(1);
  });

  test('stop-bit-vote: a byte is complete within its stop bit', () => {
    const { cpu, usart, arrivals, advance } = chip();
    const start = cpu.cycles;
    usart.receive(0x55);
    advance(BYTE);
    expect(arrivals).toEqual([start + 9 * BIT + 6 * (UBRR + 1)]);
    cpu.writeData(UCSRA, 0); // normal speed: 16 samples to a bit
    const second = cpu.cycles;
    usart.receive(0x55);
    advance(2 * BYTE);
    expect(arrivals[1]).toBe(second + 9 * 2 * BIT + 10 * (UBRR + 1));
  });

  test('baud-timing: frames in a row keep the bit clock, both ways', () => {
    // rjmp . takes two cycles, so events are noticed late half of the time.
    const { cpu, usart, arrivals, bytes, processor } = chip({ [MAIN]: 0xcfff });
    for (let i = 0; i < 50; i++) usart.receive(i);
    let sent = 0;
    const end = cpu.cycles + 60 * BYTE;
    while (cpu.cycles < end) {
      cpu.readData(UDR);
      if (cpu.readData(UCSRA) & UDRE && sent < 50) cpu.writeData(UDR, sent++);
      processor.run(cpu.cycles + 100);
    }
    const steps = (cycles: number[]) => cycles.slice(1).map((cycle, i) => cycle - cycles[i]!);
    expect(new Set(steps(arrivals))).toEqual(new Set([BYTE]));
    expect(bytes.map(each => each.byte)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(new Set(steps(bytes.map(each => each.cycle)))).toEqual(new Set([BYTE]));
  });

  test('transmit-buffer: one byte shifts, one waits, a third is ignored', () => {
    const { cpu, bytes, advance } = chip();
    const start = cpu.cycles;
    cpu.writeData(UDR, 1);
    expect(cpu.readData(UCSRA) & UDRE).toBe(UDRE);
    cpu.writeData(UDR, 2);
    expect(cpu.readData(UCSRA) & UDRE).toBe(0);
    cpu.writeData(UDR, 3);
    advance(BYTE + 1);
    expect(bytes).toEqual([{ byte: 1, cycle: start + BYTE }]);
    expect(cpu.readData(UCSRA) & (UDRE | TXC)).toBe(UDRE);
    advance(3 * BYTE);
    expect(bytes.slice(1)).toEqual([{ byte: 2, cycle: start + 2 * BYTE }]);
    expect(cpu.readData(UCSRA) & TXC).toBe(TXC);
  });
});

describe('processor', () => {
  test('interrupt-entry: four cycles from flag to vector', () => {
    const { cpu, usart, arrivals, toVector } = chip({ [MAIN]: SEI });
    cpu.writeData(UCSRB, ON | RXCIE);
    usart.receive(1);
    toVector(RXC_VECTOR);
    expect(cpu.cycles - arrivals[0]!).toBe(4);
  });

  test('interrupt-delay: one instruction runs after RETI and after SEI', () => {
    const { cpu, usart, toVector, advance } = chip({ [MAIN]: SEI, [RXC_VECTOR]: RETI });
    cpu.writeData(UCSRB, ON | RXCIE);
    usart.receive(1);
    toVector(RXC_VECTOR); // nobody reads the byte: the interrupt keeps waiting
    const first = cpu.cycles;
    advance(1);
    toVector(RXC_VECTOR);
    expect(cpu.cycles - first).toBe(4 + 1 + 4); // RETI, one NOP, entry

    const other = chip({ 2000: SEI, 2001: SLEEP, 2002: NOP });
    other.cpu.writeData(SMCR, 1);
    other.cpu.writeData(UCSRB, ON | RXCIE);
    other.usart.receive(1); // complete before SEI comes
    other.toVector(RXC_VECTOR);
    const { cpu: slept } = other;
    const return_address = (slept.data[slept.SP + 1]! << 8) | slept.data[slept.SP + 2]!;
    expect(return_address).toBe(2002); // it did sleep, and woke at once
  });

  test('sleep: a sleeping processor skips to the next event', () => {
    const { cpu, usart, processor, toVector } = chip({ [MAIN]: SEI, [MAIN + 1]: SLEEP });
    cpu.writeData(SMCR, 1);
    cpu.writeData(UCSRB, ON | RXCIE);
    processor.run(16e10); // hours of simulated time: without skipping this never ends
    expect(cpu.cycles).toBe(16e10);
    expect(processor.asleep).toBe(true);
    expect(processor.asleep_cycles).toBe(16e10 - 2);
    usart.receive(1);
    toVector(RXC_VECTOR);
    expect(processor.asleep).toBe(false);
  });

  test('SLEEP without the sleep enable bit does nothing', () => {
    const { processor, advance } = chip({ [MAIN]: SLEEP });
    advance(10);
    expect(processor.asleep).toBe(false);
  });

  test('wake-up: eight cycles from flag to vector out of sleep', () => {
    const { cpu, usart, arrivals, toVector } = chip({ [MAIN]: SEI, [MAIN + 1]: SLEEP });
    cpu.writeData(SMCR, 1);
    cpu.writeData(UCSRB, ON | RXCIE);
    usart.receive(1);
    toVector(RXC_VECTOR);
    expect(cpu.cycles - arrivals[0]!).toBe(8);
  });
});

describe('timers', () => {
  function timed(make: (cpu: CPU, config: AVRTimerConfig) => unknown, config: AVRTimerConfig) {
    const cpu = new CPU(new Uint16Array(0x40000), 2048); // NOPs only
    make(cpu, config);
    const processor = new Processor(cpu);
    return { cpu, advance: (cycles: number) => processor.run(cpu.cycles + cycles) };
  }
  const write = (cpu: CPU, config: AVRTimerConfig, register: number, value: number) => {
    if (config.bits === 16) cpu.writeData(register + 1, value >> 8);
    cpu.writeData(register, value & 0xff);
  };
  const read = (cpu: CPU, config: AVRTimerConfig) => {
    const low = cpu.readData(config.TCNT);
    return config.bits === 16 ? low | (cpu.readData(config.TCNT + 1) << 8) : low;
  };

  const step = fc.oneof(
    fc.record({ cycles: fc.integer({ min: 1, max: 3000 }) }),
    fc.record({ set: fc.constantFrom('OCRA' as const, 'OCRB' as const), to: fc.nat(0xffff) }),
    fc.record({ small: fc.constantFrom('OCRA' as const, 'OCRB' as const), to: fc.nat(300) }),
  );

  /** The timer as sections 15.7 and 16.9 describe it, tick by tick. Modes: normal, CTC, fast PWM. */
  class Described {
    counter = 0;
    flags = 0;
    readonly #config: AVRTimerConfig;
    readonly #end: number;
    readonly #mode: number;
    readonly #divider: number;
    readonly #now = { OCRA: 0, OCRB: 0 };
    readonly #next = { OCRA: 0, OCRB: 0 };
    #cycles = 0;

    constructor(config: AVRTimerConfig, mode: number, divider: number) {
      this.#config = config;
      this.#end = config.bits === 16 ? 0xffff : 0xff;
      this.#mode = mode;
      this.#divider = divider;
    }

    set(register: 'OCRA' | 'OCRB', value: number): void {
      this.#next[register] = value & this.#end;
      if (this.#mode !== FAST_PWM) this.#now[register] = this.#next[register];
    }

    advance(cycles: number): void {
      const ticks =
        Math.floor((this.#cycles + cycles) / this.#divider) -
        Math.floor(this.#cycles / this.#divider);
      this.#cycles += cycles;
      for (let i = 0; i < ticks; i++) this.#tick();
    }

    #tick(): void {
      const { OCFA, OCFB, TOV } = this.#config;
      if (this.counter === this.#now.OCRA) this.flags |= OCFA;
      if (this.counter === this.#now.OCRB) this.flags |= OCFB;
      if (this.counter === this.#end) this.flags |= TOV;
      const top = this.#mode === CTC ? this.#now.OCRA : this.#end;
      const turns = this.counter === top || this.counter === this.#end;
      this.counter = turns ? 0 : this.counter + 1;
      if (turns) Object.assign(this.#now, this.#next);
    }
  }
  const [CTC, FAST_PWM] = [2, 3];

  test('timer-events: counts and flags equal those of the timer as described', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(timer0Config, timer1Config, timer2Config),
        fc.constantFrom(0, CTC, FAST_PWM),
        fc.integer({ min: 1, max: 3 }),
        fc.array(step, { maxLength: 30 }),
        (config, wanted, clock, steps) => {
          // WGM 1:0 in TCCRA; 16 bits: CTC is WGM12 in TCCRB, and its fast PWM is left out here
          const mode = config.bits === 16 && wanted === FAST_PWM ? CTC : wanted;
          const ctc = config.bits === 16 && mode === CTC ? 0x08 : 0;
          const { cpu, advance } = timed((each, it) => new Timer(each, it), config);
          const described = new Described(config, mode, config.dividers[clock as 1 | 2 | 3]);
          cpu.writeData(config.TCCRA, config.bits === 16 ? 0 : mode);
          write(cpu, config, config.OCRA, 200);
          cpu.writeData(config.TCCRB, ctc | clock);
          cpu.writeData(GTCCR, 3); // both prescalers begin with the next instruction
          advance(1);
          described.set('OCRA', 200);
          for (const each of steps) {
            if ('cycles' in each) {
              advance(each.cycles);
              described.advance(each.cycles);
            } else {
              const register = 'set' in each ? each.set : each.small;
              write(cpu, config, config[register], each.to);
              described.set(register, each.to);
            }
            expect([cpu.data[config.TIFR]! & 7, read(cpu, config)]).toEqual([
              described.flags,
              described.counter,
            ]);
          }
        },
      ),
      { numRuns: 500, seed: 7 },
    );
  });

  test('missed-top: a counter beyond TOP runs on to its end', () => {
    const { cpu, advance } = timed((each, config) => new Timer(each, config), timer1Config);
    write(cpu, timer1Config, timer1Config.OCRA, 1000);
    cpu.writeData(timer1Config.TCCRB, 0x09); // CTC, clk/1
    advance(500);
    write(cpu, timer1Config, timer1Config.OCRA, 100);
    advance(65_000);
    expect(read(cpu, timer1Config)).toBeGreaterThan(65_400);
    advance(300); // over its end, and now TOP holds
    expect(read(cpu, timer1Config)).toBeLessThanOrEqual(100);
  });

  test('timer-flags: clearing one flag leaves the others', () => {
    const { cpu, advance } = timed((each, config) => new Timer(each, config), timer1Config);
    cpu.writeData(timer1Config.TCCRB, 1);
    advance(70_000);
    expect(cpu.readData(timer1Config.TIFR) & 7).toBe(7); // overflow and both compares at 0
    cpu.writeData(timer1Config.TIFR, 1);
    expect(cpu.readData(timer1Config.TIFR) & 7).toBe(6);
  });

  test('input-capture: the last falling edge of a byte is stamped', () => {
    const { cpu, usart, advance } = chip();
    const timer = new Timer(cpu, timer1Config);
    usart.onFallingEdge = cycle => timer.edge(false, cycle);
    cpu.writeData(timer1Config.TCCRB, 1);
    advance(100);
    const now = cpu.readData(timer1Config.TCNT) | (cpu.readData(timer1Config.TCNT + 1) << 8);
    for (const [byte, bits] of [
      [0x7e, 8], // 0 01111110: falls into the start bit and into data bit 7
      [0xff, 0], // only the start bit falls
      [0x01, 2],
    ] as const) {
      const start = cpu.cycles - 100;
      usart.receive(byte);
      advance(BYTE);
      const stamp = cpu.readData(timer1Config.ICR) | (cpu.readData(timer1Config.ICR + 1) << 8);
      expect(cpu.readData(timer1Config.TIFR) & 0x20).toBe(0x20);
      expect((stamp - now) & 0xffff).toBe(start + bits * BIT);
      cpu.writeData(timer1Config.TIFR, 0x20);
      expect(cpu.readData(timer1Config.TIFR) & 0x20).toBe(0);
    }
  });
});
