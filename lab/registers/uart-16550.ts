// The 16550, the serial port of every PC: eight registers of a byte, a queue of sixteen bytes each way,
// and a loop inside the chip that leads what is sent back to the receiver, so that it can be tried
// without a wire. Names and bits from National Semiconductor's PC16550D data sheet of 1995:
// https://www.ti.com/lit/ds/symlink/pc16550d.pdf
import { DeviceGone } from '../errors.ts';
import type { Registers } from './access.ts';
import { ALL, FAULT, GONE, NOTHING, type RegisterProgram, SOME } from './program.ts';

/** QEMU's pci-serial. A card of the class "16550-compatible serial controller" is the same to us. */
export const PCI_SERIAL_VENDOR = 0x1b36;
export const PCI_SERIAL_DEVICE = 0x0002;
export const SERIAL_16550_CLASS = 0x070002;

/** Where the registers stand. Some have two names: one is read, the other written. */
export const UART = {
  /** Read: the oldest byte received. */
  RECEIVE: 0,
  /** Written: the next byte to send. */
  TRANSMIT: 0,
  INTERRUPT_ENABLE: 1,
  /** Read: why it interrupts. */
  INTERRUPT_IDENTITY: 2,
  /** Written: the queues. */
  FIFO_CONTROL: 2,
  LINE_CONTROL: 3,
  MODEM_CONTROL: 4,
  LINE_STATUS: 5,
  /** Keeps any byte, and does nothing with it. */
  SCRATCH: 7,
  /** In place of the first two while DIVISOR_ACCESS is set. */
  DIVISOR_LOW: 0,
  DIVISOR_HIGH: 1,
} as const;

export const WHEN_RECEIVED = 0x01;
/** Bit 0 of the identity is 0 while an interrupt is wanted. */
export const NO_INTERRUPT = 0x01;
const EIGHT_BITS = 0x03;
const DIVISOR_ACCESS = 0x80;
const QUEUES_ON = 0x01;
const CLEAR_RECEIVER = 0x02;
const CLEAR_TRANSMITTER = 0x04;
const QUEUES_WORK = 0xc0;
export const LOOP = 0x10;
/** On the PC's cards the second output lets the interrupt through to the bus. */
const OUTPUT_2 = 0x08;
const READY_LINES = 0x03;
export const DATA_READY = 0x01;
/** Overrun, parity, framing: a byte was lost or is not what was sent. */
export const FAULTS = 0x0e;

export const QUEUE_BYTES = 16;
/** Bytes in the receiver's queue that make it interrupt, and the code of each (FIFO_CONTROL, bits 6, 7). */
export const TRIGGERS: Readonly<Record<number, number>> = { 1: 0x00, 4: 0x40, 8: 0x80, 14: 0xc0 };
/** 115 200 bits a second from the usual crystal: the chip's fastest. */
const DIVISOR = 1;
/** What a device reads as that is not there. */
const ABSENT = 0xff;
/** Two patterns that differ in every bit: what is not there gives neither back. */
const MARKS = [0xa5, 0x5a] as const;

function codeOf(trigger: number): number {
  const code = TRIGGERS[trigger];
  if (code !== undefined) return code;
  throw new RangeError(`a 16550 interrupts after 1, 4, 8 or 14 bytes, not after ${trigger}`);
}

/** One exchange: up to sixteen bytes are sent, go round inside the chip, and come back. */
export class Uart16550 implements RegisterProgram {
  readonly id = 'uart-16550';
  readonly most_bytes = QUEUE_BYTES;
  readonly #registers: Registers;
  readonly #loop: boolean;
  readonly #received = new Uint8Array(QUEUE_BYTES);
  #trigger: number;
  #length = 0;
  #count = 0;
  #faults = 0;

  /**
   * `trigger`: bytes that must have come before it interrupts. `loop`: what is sent goes round inside
   * the chip, else it leaves by the wire. Throws RangeError.
   */
  constructor(registers: Registers, { trigger = 1, loop = true } = {}) {
    this.#registers = registers;
    this.#trigger = codeOf(trigger);
    this.#loop = loop;
  }

  begin(): void {
    const registers = this.#registers;
    for (const mark of MARKS) {
      registers.store8(UART.SCRATCH, mark);
      if (registers.load8(UART.SCRATCH) === mark) continue;
      throw new DeviceGone('the UART does not keep a byte in its scratch register: is it there?');
    }
    this.interrupts(false);
    registers.store8(UART.LINE_CONTROL, DIVISOR_ACCESS | EIGHT_BITS);
    registers.store8(UART.DIVISOR_LOW, DIVISOR);
    registers.store8(UART.DIVISOR_HIGH, 0);
    registers.store8(UART.LINE_CONTROL, EIGHT_BITS);
    const loop = this.#loop ? LOOP : 0;
    registers.store8(UART.MODEM_CONTROL, loop | OUTPUT_2 | READY_LINES);
    const clear = QUEUES_ON | CLEAR_RECEIVER | CLEAR_TRANSMITTER;
    registers.store8(UART.FIFO_CONTROL, clear | this.#trigger);
    if ((registers.load8(UART.INTERRUPT_IDENTITY) & QUEUES_WORK) !== QUEUES_WORK) {
      throw new DeviceGone('the UART has no queues: it is older than a 16550A');
    }
    // Reading the status forgets old faults (data sheet, section 8.4).
    registers.load8(UART.LINE_STATUS);
  }

  interrupts(on: boolean): void {
    this.#registers.store8(UART.INTERRUPT_ENABLE, on ? WHEN_RECEIVED : 0);
  }

  /** From now on it interrupts after so many bytes. What is in the queues stays. Throws RangeError. */
  trigger(bytes: number): void {
    this.#trigger = codeOf(bytes);
    this.#registers.store8(UART.FIFO_CONTROL, QUEUES_ON | this.#trigger);
  }

  start(bytes: Uint8Array, length: number): void {
    const registers = this.#registers;
    this.#length = length;
    this.#count = 0;
    this.#faults = 0;
    // The transmitter is empty, so sixteen bytes fit without asking after each.
    for (let i = 0; i < length; i++) registers.store8(UART.TRANSMIT, bytes[i]!);
  }

  /** Read the status, and the byte that it promises. */
  look(): number {
    const registers = this.#registers;
    const status = registers.load8(UART.LINE_STATUS);
    this.#faults |= status & FAULTS;
    if ((status & DATA_READY) === 0) return NOTHING;
    this.#received[this.#count++] = registers.load8(UART.RECEIVE);
    return this.#count === this.#length ? ALL : SOME;
  }

  take(bytes: Uint8Array): number {
    let doubtful = this.#faults !== 0;
    for (let i = 0; i < this.#length; i++) {
      bytes[i] = this.#received[i]!;
      if (bytes[i] === ABSENT) doubtful = true;
    }
    if (doubtful && !this.present()) return GONE;
    return this.#faults !== 0 ? FAULT : this.#length;
  }

  called(): boolean {
    return (this.#registers.load8(UART.INTERRUPT_IDENTITY) & NO_INTERRUPT) === 0;
  }

  /** Nothing to be said: it takes its interrupt back when the bytes are read. */
  acknowledge(): void {}

  end(): void {
    this.interrupts(false);
    this.#registers.store8(UART.MODEM_CONTROL, 0);
    this.#registers.store8(UART.FIFO_CONTROL, 0);
  }

  present(): boolean {
    return this.#registers.load8(UART.SCRATCH) === MARKS[1];
  }
}
