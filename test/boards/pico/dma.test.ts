// The emulated Pico's DMA (lab/boards/core/pico/dma.ts): one test per correction, registers written as a
// program would write them while the processor stands in a loop.
import { describe, expect, test } from 'vitest';
import { DATA, DMA, HANDLER, LOOP, NVIC_ISER, PWM, rig, UART0, WFI } from './rig.ts';

const CHANNEL = 0x40;
const CTRL = 0x0c;
const TRIGGER_COUNT = 0x1c;
const INTR = 0x400;
const INTE0 = 0x404;
const INTS0 = 0x40c;
const MULTI_TRIGGER = 0x430;
const ABORT = 0x444;
const CREDITS = 0x800;
const BUSY = 1 << 24;
const EN = 1;
const WORDS = 2 << 2;
const INCREMENT_READ = 1 << 4;
const INCREMENT_WRITE = 1 << 5;
const QUIET = 1 << 21;
const UNPACED = 63;
const UART_RX = 21;
const CTR = 0x08;
const paced = (request: number) => request << 15;
const chain = (channel: number) => channel << 11;
const ring = (bits: number, write: boolean) => (bits << 6) | (write ? 1 << 10 : 0);

function dma(main = [LOOP], handler = [LOOP]) {
  const all = rig(main, handler);
  const start = (channel: number, from: number, to: number, count: number, control: number) => {
    const base = DMA + channel * CHANNEL;
    all.write(base, from);
    all.write(base + 4, to);
    all.write(base + 8, count);
    all.write(base + CTRL, control);
  };
  const busy = (channel: number) => (all.read(DMA + channel * CHANNEL + CTRL) & BUSY) !== 0;
  return { ...all, start, busy };
}

/** UART0 at 208 cycles to a bit, with its pins and its request for DMA. */
function serial(main = [LOOP], handler = [LOOP]) {
  const all = dma(main, handler);
  for (const pin of [0, 1]) all.write(0x4001_4004 + 8 * pin, 2);
  all.write(UART0 + 0x24, 13);
  all.write(UART0 + 0x2c, 0x70);
  all.write(UART0 + 0x30, 0x301);
  all.write(UART0 + 0x48, 3);
  const arrivals: number[] = [];
  all.chip.uart.onReceived = (_, cycle) => arrivals.push(cycle);
  return { ...all, arrivals };
}

describe('DMA', () => {
  test('dma-bus-time: a word a cycle from memory to memory, and the bridge slows it down', () => {
    const { start, busy, advance, write, read } = dma();
    for (let i = 0; i < 100; i++) write(DATA + 4 * i, i * 7);
    const both = EN | WORDS | INCREMENT_READ | INCREMENT_WRITE | chain(0) | paced(UNPACED);
    start(0, DATA, DATA + 0x800, 100, both);
    advance(90);
    expect(busy(0)).toBe(true);
    advance(14);
    expect(busy(0)).toBe(false);
    expect(read(DATA + 0x800 + 4 * 99)).toBe(99 * 7);
    start(0, PWM + CTR, DATA, 100, EN | WORDS | chain(0) | paced(UNPACED));
    advance(290);
    expect(busy(0)).toBe(true);
    advance(16);
    expect(busy(0)).toBe(false);
  });

  test('dma-request: a byte moves when it arrives, and takes the cycle counter along', () => {
    const { chip, clock, start, advance, read, write, arrivals } = serial();
    write(PWM, 1); // slice 0, clk / 1
    const zero = clock.cycles;
    start(0, UART0, DATA, 100, EN | INCREMENT_WRITE | chain(0) | paced(UART_RX));
    start(
      1,
      PWM + CTR,
      DATA + 0x100,
      100,
      EN | WORDS | INCREMENT_WRITE | chain(1) | paced(UART_RX),
    );
    for (const byte of [0x11, 0x22, 0x33]) chip.uart.receive(byte);
    advance(3 * 2080 + 100);
    expect(read(DATA)).toBe(0x332211);
    const stamps = [0, 1, 2].map(i => read(DATA + 0x100 + 4 * i));
    // Two channels on one request take turns: the other's reading of the bridge may go first.
    stamps.forEach((stamp, i) => {
      const late = stamp - (arrivals[i]! - zero);
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThanOrEqual(3);
    });
    expect(read(DMA + 8)).toBe(97);
  });

  test('dma-request: alone on its request, a channel stamps the very cycle of arrival', () => {
    const { chip, clock, start, advance, read, write, arrivals } = serial();
    write(PWM, 1);
    const zero = clock.cycles;
    start(1, PWM + CTR, DATA, 1, EN | WORDS | chain(1) | paced(UART_RX));
    advance(777);
    chip.uart.receive(0x7e);
    advance(4000);
    expect(read(DATA)).toBe(arrivals[0]! - zero);
  });

  test('requests count: credits wait for a channel that is held, and starting takes the level', () => {
    const { chip, start, advance, read, write } = serial();
    const control = INCREMENT_WRITE | chain(0) | paced(UART_RX);
    chip.uart.receive(1);
    chip.uart.receive(2);
    advance(5000);
    start(0, UART0, DATA, 8, control | EN);
    advance(10);
    expect(read(DMA + 8)).toBe(6); // both bytes that were there already
    write(DMA + 0x10, control); // held: not enabled, still busy
    chip.uart.receive(3);
    chip.uart.receive(4);
    advance(5000);
    expect(read(DMA + CREDITS)).toBe(2);
    write(DMA + 0x10, control | EN);
    advance(10);
    expect([read(DMA + 8), read(DMA + CREDITS), read(DATA)]).toEqual([4, 0, 0x04030201]);
    write(DMA + 0x10, control);
    chip.uart.receive(5);
    advance(5000);
    read(UART0); // the program takes the byte itself
    write(DMA + CREDITS, 1);
    expect(read(DMA + CREDITS)).toBe(0); // the handshake begins anew: nothing is there
  });

  test('a transmit channel fills the FIFO and follows it', () => {
    const { chip, start, advance, busy, write } = serial();
    const sent: number[] = [];
    chip.uart.onTransmit = byte => sent.push(byte);
    const bytes = Array.from({ length: 60 }, (_, i) => i);
    for (const i of bytes) write(DATA + 4 * i, i);
    start(0, DATA, UART0, 60, EN | WORDS | INCREMENT_READ | chain(0) | paced(20));
    advance(1000);
    expect(busy(0)).toBe(true); // 33 are away or wait
    advance(60 * 2080);
    expect(sent).toEqual(bytes);
    expect(busy(0)).toBe(false);
  });

  test('chain, ring and quiet: two channels keep each other going within a ring', () => {
    const { chip, start, advance, read, write } = serial();
    // As a firmware does: channel 0 takes blocks of 4 into 8 places; channel 1 writes the count again.
    write(DATA + 0x40, 4);
    write(DMA + CHANNEL, DATA + 0x40);
    write(DMA + CHANNEL + 4, DMA + TRIGGER_COUNT);
    write(DMA + CHANNEL + 8, 1);
    write(DMA + CHANNEL + 0x10, EN | WORDS | chain(1) | paced(UNPACED) | QUIET);
    write(DMA + INTE0, 1);
    start(0, UART0, DATA, 4, EN | INCREMENT_WRITE | ring(3, true) | chain(1) | paced(UART_RX));
    for (let i = 1; i <= 10; i++) chip.uart.receive(i);
    advance(4 * 2080 + 100);
    expect(read(DMA + INTS0)).toBe(1);
    write(DMA + INTS0, 1);
    expect(read(DMA + INTR)).toBe(0);
    advance(6 * 2080 + 100);
    expect(read(DMA + INTS0)).toBe(1);
    expect([read(DATA), read(DATA + 4), read(DATA + 8)]).toEqual([0x04030a09, 0x08070605, 0]);
    expect(read(DMA + 4)).toBe(DATA + 2);
    expect(read(DMA + 8)).toBe(2);
  });

  test('an interrupt at the end of a transfer reaches the processor', () => {
    const { start, write, to, core } = dma([WFI, LOOP], [LOOP]);
    write(NVIC_ISER, 1 << 11);
    write(DMA + INTE0, 1 << 3);
    start(3, DATA, DATA + 4, 10, EN | WORDS | chain(3) | paced(UNPACED));
    to(HANDLER);
    expect(core.IPSR).toBe(16 + 11);
  });

  test('many start at once, and a zero as trigger starts nothing', () => {
    const { write, read, advance } = dma();
    for (const channel of [4, 5]) {
      write(DMA + channel * CHANNEL, DATA);
      write(DMA + channel * CHANNEL + 4, DATA + 0x10 * channel);
      write(DMA + channel * CHANNEL + 8, 1);
      write(DMA + channel * CHANNEL + 0x10, EN | WORDS | chain(channel) | paced(UNPACED) | QUIET);
    }
    write(DATA, 0x1234);
    write(DMA + 4 * CHANNEL + TRIGGER_COUNT, 0);
    expect(read(DMA + INTR)).toBe(1 << 4);
    write(DMA + 4 * CHANNEL + 8, 1);
    write(DMA + MULTI_TRIGGER, (1 << 4) | (1 << 5));
    advance(20);
    expect([read(DATA + 0x40), read(DATA + 0x50)]).toEqual([0x1234, 0x1234]);
  });

  test('dma-abort: it stops the channel, and reads as 0 then', () => {
    const { start, busy, write, read, advance, chip } = serial();
    start(0, UART0, DATA, 8, EN | INCREMENT_WRITE | chain(0) | paced(UART_RX));
    write(DMA + ABORT, 1);
    expect(read(DMA + ABORT)).toBe(0);
    expect(busy(0)).toBe(false);
    chip.uart.receive(1);
    advance(5000);
    expect(read(DATA)).toBe(0);
  });

  test('a transfer to nowhere stops the channel with an error, not the processor', () => {
    const { start, read, advance, core } = dma();
    start(0, DATA, 0xd000_0010, 4, EN | WORDS | chain(0) | paced(UNPACED));
    advance(20);
    expect(read(DMA + CTRL) >>> 29).toBe(7);
    expect(core.IPSR).toBe(0);
  });
});
