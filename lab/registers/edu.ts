// edu, QEMU's teaching device: it computes factorials while the program waits, inverts a word, raises
// interrupts and moves blocks by DMA. Its registers as QEMU describes them, and nothing of QEMU's code:
// https://www.qemu.org/docs/master/specs/edu.html
import { DeviceGone } from '../errors.ts';
import type { Registers } from './access.ts';
import { ALL, GONE, NOTHING, type RegisterProgram } from './program.ts';

export const EDU_VENDOR = 0x1234;
export const EDU_DEVICE = 0x11e8;

/** Where the registers stand, in bytes. Below 0x80 only whole words are answered. */
export const EDU = {
  /** 0xRRrr00ed: its version and its name. */
  IDENTITY: 0x00,
  /** Reads as the complement of what was written. */
  LIVENESS: 0x04,
  /** Written: a number. Read, when the device is not computing: its factorial, modulo 2^32. */
  FACTORIAL: 0x08,
  /** Bit 0: computing. Bit 7: interrupt at the end of a computation. */
  STATUS: 0x20,
  /** Why it interrupts: the bits that were raised and are not acknowledged. */
  INTERRUPT_STATUS: 0x24,
  /** Written: raise an interrupt with these bits. */
  INTERRUPT_RAISE: 0x60,
  /** Written: take these bits back. */
  INTERRUPT_ACKNOWLEDGE: 0x64,
  DMA_SOURCE: 0x80,
  DMA_DESTINATION: 0x88,
  DMA_COUNT: 0x90,
  /** Bit 0: run, and still running. Bit 1: towards memory. Bit 2: interrupt at the end. */
  DMA_COMMAND: 0x98,
} as const;

export const COMPUTING = 0x01;
export const INTERRUPT_WHEN_COMPUTED = 0x80;

export const DMA_RUN = 0x1;
export const DMA_TO_MEMORY = 0x2;
export const DMA_INTERRUPT = 0x4;
/** The device's own buffer, as DMA addresses it. */
export const DMA_BUFFER = 0x40000;
export const DMA_BUFFER_BYTES = 4096;
/** It drives 28 lines of the address: memory beyond is out of its reach. */
export const DMA_REACH_BYTES = 2 ** 28;
/** The bit of INTERRUPT_STATUS that a finished transfer raises; a computation raises bit 0. */
export const DMA_FINISHED = 0x100;

const NAME_MASK = 0xffff;
const NAME = 0x00ed;
const PROBE_WORD = 0x5a3c_96e1;
const ALL_BITS = -1;

/** n! modulo 2^32, as a signed word: 0 from 34 on. */
export function factorial(n: number): number {
  let product = 1;
  for (let factor = 2; factor <= n && product !== 0; factor++) product = Math.imul(product, factor);
  return product;
}

export function readWord(bytes: Uint8Array): number {
  return bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24);
}

export function writeWord(bytes: Uint8Array, word: number): void {
  bytes[0] = word;
  bytes[1] = word >> 8;
  bytes[2] = word >> 16;
  bytes[3] = word >> 24;
}

/** One exchange: a number of four bytes goes there, its factorial comes back. */
export class Edu implements RegisterProgram {
  readonly id = 'edu';
  readonly most_bytes = 4;
  readonly #registers: Registers;

  constructor(registers: Registers) {
    this.#registers = registers;
  }

  begin(): void {
    const registers = this.#registers;
    if (!this.present()) throw new DeviceGone('edu does not say its name: is it plugged in?');
    registers.store32(EDU.LIVENESS, PROBE_WORD);
    if (registers.load32(EDU.LIVENESS) !== ~PROBE_WORD) {
      throw new DeviceGone('edu does not answer with the complement of what it was given');
    }
    this.interrupts(false);
    registers.store32(EDU.INTERRUPT_ACKNOWLEDGE, ALL_BITS);
  }

  interrupts(on: boolean): void {
    this.#registers.store32(EDU.STATUS, on ? INTERRUPT_WHEN_COMPUTED : 0);
  }

  start(bytes: Uint8Array): void {
    this.#registers.store32(EDU.FACTORIAL, readWord(bytes));
  }

  /** Of a device that is gone all bits are 1 or 0: `take` finds that out. */
  look(): number {
    const status = this.#registers.load32(EDU.STATUS);
    return (status & COMPUTING) === 0 || status === ALL_BITS ? ALL : NOTHING;
  }

  take(bytes: Uint8Array): number {
    const answer = this.#registers.load32(EDU.FACTORIAL);
    // The two values that a device would read as which is not there; of a real answer both are rare.
    if ((answer === 0 || answer === ALL_BITS) && !this.present()) return GONE;
    writeWord(bytes, answer);
    return 4;
  }

  called(): boolean {
    return this.#registers.load32(EDU.INTERRUPT_STATUS) !== 0;
  }

  acknowledge(): void {
    const registers = this.#registers;
    registers.store32(EDU.INTERRUPT_ACKNOWLEDGE, registers.load32(EDU.INTERRUPT_STATUS));
  }

  /**
   * Let the device move `bytes` by itself: with DMA_TO_MEMORY out of its buffer, else into it. Addresses
   * are as the device sees them, below DMA_REACH_BYTES.
   */
  startTransfer(from: number, to: number, bytes: number, flags: number): void {
    const registers = this.#registers;
    registers.store32(EDU.DMA_SOURCE, from);
    registers.store32(EDU.DMA_DESTINATION, to);
    registers.store32(EDU.DMA_COUNT, bytes);
    registers.store32(EDU.DMA_COMMAND, DMA_RUN | flags);
  }

  /** One question. Of a device that is gone it may say so for ever. */
  transferring(): boolean {
    return (this.#registers.load32(EDU.DMA_COMMAND) & DMA_RUN) !== 0;
  }

  end(): void {
    this.interrupts(false);
    this.#registers.store32(EDU.INTERRUPT_ACKNOWLEDGE, ALL_BITS);
  }

  present(): boolean {
    return (this.#registers.load32(EDU.IDENTITY) & NAME_MASK) === NAME;
  }
}
