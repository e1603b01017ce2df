// The emulated Pico's UART (lab/boards/core/pico/uart.ts): one test per correction, registers written
// as a program would write them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Clock } from '../../../lab/boards/core/pico/clock.ts';
import { Uart } from '../../../lab/boards/core/pico/uart.ts';
import {
  BIT,
  BYTE,
  DIVISOR,
  DMACR,
  DR,
  EIGHT_BITS,
  FIFOS,
  FR,
  ICR,
  IMSC,
  LCR_H,
  RIS,
  serial,
} from './rig.ts';

const RXIM = 0x10;
const TXIM = 0x20;
const RTIM = 0x40;
const OVERRUN = 0x400;
const BUSY = 0x08;
const RXFE = 0x10;
const TXFF = 0x20;
const RXFF = 0x40;
const TXFE = 0x80;

describe('timing', () => {
  test('stop-bit: a byte is complete in the middle of its stop bit', () => {
    const { uart, arrivals, advance } = serial();
    uart.receive(0x55);
    advance(BYTE);
    expect(arrivals).toEqual([9.5 * BIT]);
  });

  test('baud-timing: frames in a row keep the bit clock, fractions included, both ways', () => {
    const { uart, write, arrivals, sent, advance, clock } = serial();
    write(0x28, 1); // 13 + 1/64: 208.25 cycles to a bit
    write(LCR_H, EIGHT_BITS | FIFOS);
    const byte = 10 * 16 * (DIVISOR + 1 / 64);
    for (let i = 0; i < 8; i++) {
      uart.receive(i);
      write(DR, i);
    }
    while (clock.cycles < 9 * byte) advance(7); // looked at late, as by long instructions
    expect(sent.map(each => each.cycle)).toEqual(sent.map((_, i) => Math.ceil((i + 1) * byte)));
    expect(arrivals).toEqual(arrivals.map((_, i) => Math.ceil((i + 0.95) * byte)));
    expect(sent.map(each => each.byte)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(arrivals).toHaveLength(8);
  });

  test('baud-timing: bits last as long as clk_peri says', () => {
    const clock = new Clock(48e6);
    const none = () => {};
    const wires = { setInterrupt: none, requestReceive: none, requestTransmit: none };
    const pins = { transmitPin: () => true, receivePin: () => true };
    const uart = new Uart(clock, { ...wires, ...pins, peripheralCycles: () => 4 });
    uart.write(0x24, 2, 2);
    uart.write(LCR_H, EIGHT_BITS, EIGHT_BITS);
    expect(uart.byte_cycles).toBe(10 * 16 * 2 * 4);
  });

  test('divisor-latch: a divisor takes effect with the line control register', () => {
    const { uart, write } = serial();
    write(0x24, 2 * DIVISOR);
    expect(uart.byte_cycles).toBe(BYTE);
    write(LCR_H, EIGHT_BITS);
    expect(uart.byte_cycles).toBe(2 * BYTE);
  });

  test('the frame is as long as the line control register says', () => {
    const { uart, write } = serial();
    write(LCR_H, 0x20 | 0x08 | 0x02); // 6 data bits, parity, two stop bits
    expect(uart.byte_cycles).toBe((1 + 6 + 1 + 2) * BIT);
  });
});

describe('receiver', () => {
  test('fifo-depth: one byte waits without FIFOs, 32 with them', () => {
    for (const [line, places] of [
      [EIGHT_BITS, 1],
      [EIGHT_BITS | FIFOS, 32],
    ] as const) {
      const { uart, read, advance } = serial(line);
      for (let i = 0; i < places; i++) uart.receive(i);
      advance(places * BYTE - BIT / 2);
      expect(read(FR) & RXFF).toBe(RXFF);
      expect(uart.lost_bytes).toBe(0);
      expect(Array.from({ length: places }, () => read(DR))).toEqual(
        Array.from({ length: places }, (_, i) => i),
      );
      expect(read(FR) & RXFE).toBe(RXFE);
    }
  });

  test('overrun: the FIFO keeps what it has, and the byte after the gap carries the mark', () => {
    const { uart, write, read, advance } = serial();
    for (const byte of [1, 2, 3]) uart.receive(byte);
    advance(3 * BYTE);
    expect(uart.lost_bytes).toBe(2);
    expect(read(RIS) & OVERRUN).toBe(OVERRUN);
    expect(read(0x04) & 8).toBe(8);
    expect(read(DR)).toBe(1);
    uart.receive(4);
    uart.receive(5);
    advance(BYTE);
    expect(read(DR)).toBe(4 | 0x800);
    advance(BYTE);
    expect(read(DR)).toBe(5);
    write(ICR, OVERRUN);
    write(0x04, 0);
    expect(read(RIS) & OVERRUN).toBe(0);
    expect(read(0x04)).toBe(0);
  });

  test('receive-threshold: the interrupt waits for the level that IFLS sets', () => {
    const { uart, write, read, advance, signals } = serial(EIGHT_BITS | FIFOS);
    write(0x34, 0); // 1/8: four bytes
    write(IMSC, RXIM);
    for (let i = 0; i < 4; i++) uart.receive(i);
    advance(4 * BYTE - BIT / 2);
    expect(signals.interrupt).toBe(true);
    read(DR);
    expect(signals.interrupt).toBe(false);
    advance(BYTE);
    for (let i = 0; i < 3; i++) read(DR);
    uart.receive(9);
    advance(BYTE);
    expect(signals.interrupt).toBe(false);
    write(LCR_H, EIGHT_BITS); // without FIFOs: every byte
    uart.receive(9);
    advance(BYTE);
    expect(signals.interrupt).toBe(true);
  });

  test('receive-timeout: 32 bit times of silence raise the interrupt, and reading takes it back', () => {
    const { uart, write, read, advance, signals } = serial(EIGHT_BITS | FIFOS);
    write(IMSC, RTIM);
    uart.receive(1);
    uart.receive(2);
    advance(BYTE + 9.5 * BIT + 32 * BIT - 1);
    expect(signals.interrupt).toBe(false);
    advance(1);
    expect(signals.interrupt).toBe(true);
    write(ICR, RTIM);
    expect(signals.interrupt).toBe(false);
    advance(32 * BIT);
    expect(signals.interrupt).toBe(true); // bytes are still there
    read(DR);
    read(DR);
    expect(signals.interrupt).toBe(false);
    advance(100 * BIT);
    expect(signals.interrupt).toBe(false);
  });

  test('a receiver that is off hears nothing', () => {
    const { uart, write, read, advance } = serial();
    write(0x30, 0x101);
    uart.receive(1);
    advance(BYTE);
    expect(read(FR) & RXFE).toBe(RXFE);
    expect(uart.lost_bytes).toBe(1);
  });

  test('pin-function: nobody hears a UART whose pins are not its own', () => {
    const { uart, write, advance, signals, sent } = serial();
    signals.connected = false;
    uart.receive(1);
    write(DR, 2);
    advance(2 * BYTE);
    expect(sent).toEqual([]);
    expect(uart.lost_bytes).toBe(1);
  });
});

describe('transmitter', () => {
  test('transmit-fifo: one byte shifts, one or 32 wait, more are lost', () => {
    for (const [line, places] of [
      [EIGHT_BITS, 1],
      [EIGHT_BITS | FIFOS, 32],
    ] as const) {
      const { write, read, advance, sent } = serial(line);
      expect(read(FR) & (TXFE | TXFF | BUSY)).toBe(TXFE);
      write(DR, 0);
      expect(read(FR) & (TXFE | TXFF | BUSY)).toBe(TXFE | BUSY);
      for (let i = 1; i <= places + 2; i++) write(DR, i);
      expect(read(FR) & (TXFE | TXFF | BUSY)).toBe(TXFF | BUSY);
      advance((places + 1) * BYTE - 1);
      expect(read(FR) & (TXFE | BUSY)).toBe(TXFE | BUSY);
      advance(1);
      expect(read(FR) & (TXFE | BUSY)).toBe(TXFE);
      expect(sent.map(each => each.byte)).toEqual(Array.from({ length: places + 1 }, (_, i) => i));
    }
  });

  test('transmit-interrupt: raised when the level passes the threshold, not while it is below', () => {
    const { write, read, advance, signals } = serial(EIGHT_BITS | FIFOS);
    write(0x34, 0); // 1/8: four bytes
    write(IMSC, TXIM);
    expect(signals.interrupt).toBe(false); // an empty transmitter is no transition
    for (let i = 0; i < 6; i++) write(DR, i); // one shifts, five wait
    advance(BYTE - 1);
    expect(signals.interrupt).toBe(false);
    advance(1);
    expect(signals.interrupt).toBe(true);
    write(ICR, TXIM);
    advance(10 * BYTE);
    expect(read(RIS) & TXIM).toBe(0);
  });

  test('without FIFOs each byte that moves on raises the interrupt', () => {
    const { write, signals } = serial();
    write(IMSC, TXIM);
    write(DR, 1);
    expect(signals.interrupt).toBe(true);
    write(DR, 2);
    expect(signals.interrupt).toBe(false); // the place is taken again
  });

  test('loopback: what is sent comes back and stays inside', () => {
    const { write, read, advance, sent } = serial();
    write(0x30, 0x381);
    write(DR, 0x5a);
    advance(BYTE);
    expect(read(DR)).toBe(0x5a);
    expect(sent).toEqual([]);
  });
});

test('dma-request: a request per byte and per free place, only when asked for', () => {
  const { uart, write, advance, signals } = serial(EIGHT_BITS | FIFOS);
  uart.receive(1);
  advance(BYTE);
  expect(signals.receive).toBe(0);
  write(DMACR, 3);
  expect([signals.receive, signals.transmit]).toEqual([1, 32]);
  uart.receive(2);
  write(DR, 1);
  advance(BYTE);
  expect([signals.receive, signals.transmit]).toEqual([2, 33]);
});

test('no sequence of accesses hangs it, and no byte comes from nowhere', () => {
  const offsets = [DR, 0x04, FR, 0x24, 0x28, LCR_H, 0x30, 0x34, IMSC, ICR, DMACR];
  const step = fc.record({
    act: fc.constantFrom('read', 'write', 'receive', 'wait'),
    offset: fc.constantFrom(...offsets),
    value: fc.nat(0xffff),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const { uart, read, write, advance, arrivals } = serial();
      let given = 0;
      for (const { act, offset, value } of steps) {
        if (act === 'read') read(offset);
        else if (act === 'write') write(offset, value);
        else if (act === 'wait') advance(value);
        else {
          uart.receive(value);
          given++;
        }
      }
      write(0x30, 0x301);
      advance(1e9);
      expect(uart.pending_bytes).toBe(0);
      expect(arrivals.length).toBeLessThanOrEqual(given + steps.length);
      expect(arrivals.length + uart.lost_bytes).toBeGreaterThanOrEqual(given);
    }),
  );
});
