// A rig for the tests of the emulated Pico: a chip with a program of a few half-words, and its
// registers at hand as a program would use them.
import { RAM_START } from '../../../lab/boards/core/pico/bus.ts';
import { Chip } from '../../../lab/boards/core/pico/chip.ts';
import { Clock } from '../../../lab/boards/core/pico/clock.ts';
import { Uart, type UartWires } from '../../../lab/boards/core/pico/uart.ts';

export { RAM_START };
/** Where programs, handlers and data of the tests lie. */
export const MAIN = RAM_START + 0x100;
export const HANDLER = RAM_START + 0x200;
export const DATA = RAM_START + 0x1000;
const STACK = RAM_START + 0x8000;
const VECTORS = 48;
export const NOP = 0xbf00;
export const LOOP = 0xe7fe; // b .
export const WFI = 0xbf30;
export const CPSID = 0xb672;
export const CPSIE = 0xb662;
export const BX_LR = 0x4770;
export const RESETS = 0x4000_c000;
export const UART0 = 0x4003_4000;
export const PWM = 0x4005_0000;
export const TIMER = 0x4005_4000;
export const WATCHDOG = 0x4005_8000;
export const DMA = 0x5000_0000;
export const NVIC_ISER = 0xe000_e100;
export const UART0_IRQ = 20;

/** An image for RAM: the vector table, `main`, and one handler for every exception. */
export function image(main: readonly number[], handler: readonly number[] = [BX_LR]): Uint8Array {
  const bytes = new Uint8Array(0x1000);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, STACK, true);
  view.setUint32(4, MAIN | 1, true);
  for (let vector = 2; vector < VECTORS; vector++) view.setUint32(4 * vector, HANDLER | 1, true);
  const put = (address: number, code: readonly number[]) => {
    code.forEach((word, index) => {
      view.setUint16(address - RAM_START + 2 * index, word, true);
    });
  };
  put(MAIN, main);
  put(HANDLER, handler);
  return bytes;
}

/** A chip whose peripherals are out of reset, and that runs `main` (or stands in a loop). */
export function rig(main: readonly number[] = [LOOP], handler: readonly number[] = [BX_LR]) {
  const chip = new Chip({ driven: new Map(), wires: [] });
  chip.load({ image: { address: RAM_START, bytes: image(main, handler) }, vectors: RAM_START });
  const { bus, clock, processor, rp2040 } = chip;
  const write = (address: number, value: number) => bus.write(address >>> 0, value, 4);
  const read = (address: number) => bus.read(address >>> 0) >>> 0;
  const advance = (cycles: number) => processor.run(clock.cycles + cycles);
  /** Run up to the instruction at `address`, instruction by instruction. */
  const to = (address: number) => {
    const limit = clock.cycles + 100_000;
    while (rp2040.core.PC !== address && clock.cycles < limit) processor.run(clock.cycles + 1);
    if (rp2040.core.PC !== address) throw new Error(`never reached 0x${address.toString(16)}`);
  };
  write(RESETS, 0);
  return { chip, bus, clock, processor, core: rp2040.core, write, read, advance, to };
}

export const DR = 0x00;
export const FR = 0x18;
export const LCR_H = 0x2c;
export const IMSC = 0x38;
export const RIS = 0x3c;
export const ICR = 0x44;
export const DMACR = 0x48;
export const EIGHT_BITS = 0x60;
export const FIFOS = 0x10;
export const DIVISOR = 13;
export const BIT = 16 * DIVISOR;
export const BYTE = 10 * BIT;

/** A UART by itself on a clock of its own: 8N1, 208 cycles to a bit. */
export function serial(line = EIGHT_BITS) {
  const clock = new Clock(24e6);
  const signals = { interrupt: false, receive: 0, transmit: 0, connected: true };
  const wires: UartWires = {
    peripheralCycles: () => 1,
    setInterrupt: high => {
      signals.interrupt = high;
    },
    requestReceive: () => signals.receive++,
    requestTransmit: () => signals.transmit++,
    transmitPin: () => signals.connected,
    receivePin: () => signals.connected,
  };
  const uart = new Uart(clock, wires);
  const sent: { byte: number; cycle: number }[] = [];
  const arrivals: number[] = [];
  uart.onTransmit = (byte, cycle) => sent.push({ byte, cycle });
  uart.onReceived = (_, cycle) => arrivals.push(cycle);
  const write = (offset: number, value: number) => uart.write(offset, value, value);
  const read = (offset: number) => uart.read(offset);
  const advance = (cycles: number) => {
    clock.cycles += cycles;
    clock.catchUp();
  };
  write(0x24, DIVISOR);
  write(0x28, 0);
  write(LCR_H, line);
  write(0x30, 0x301);
  return { uart, clock, signals, sent, arrivals, write, read, advance };
}
