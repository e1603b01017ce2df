// THE way to touch a device's registers from JavaScript: a load is Atomics.load, a store is a plain
// store, both on an Int32Array or Uint8Array over the mapped registers. Nothing else is right:
//
//  - The optimiser may keep a plain load's value, take it out of a loop, or answer it with what was
//    stored before, because it believes that memory changes only by the program. A register changes by
//    itself. "Atomics are carved in stone" (ECMA-262, Shared Memory Guidelines): they stay, in order.
//  - DataView promises bytes and not one access of four: edu answers nothing else (QEMU, specs/edu).
//  - Atomics.store is an exchange on x86, which reads the register as well. Reading may be an act of its
//    own (the receiver of a UART gives its byte away), so a store is a plain one. A plain store cannot
//    be left out, because the next atomic load must see it.
//
// lab/stages/register-access counts what goes wrong otherwise.
import type { Memory, Platform } from '../ffi/platform.ts';

/** A device's registers, by their byte offset. Results are signed: −1 is all ones in 32 bits. */
export interface Registers {
  readonly length: number;
  load32(at: number): number;
  store32(at: number, value: number): void;
  load8(at: number): number;
  store8(at: number, value: number): void;
  /** Not to be touched afterwards. Idempotent. */
  free(): void;
}

/** Registers that lie in the address space: each access is one instruction and no call. */
export class MappedRegisters implements Registers {
  readonly length: number;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #memory: Pick<Memory, 'bytes' | 'free'>;

  constructor(memory: Pick<Memory, 'bytes' | 'free'>) {
    const { buffer, byteOffset, length } = memory.bytes;
    this.#memory = memory;
    this.length = length;
    // Signed, because an unsigned word above 2^31 would be returned as a boxed double.
    this.#words = new Int32Array(buffer, byteOffset, length >> 2);
    this.#bytes = memory.bytes;
  }

  load32(at: number): number {
    return Atomics.load(this.#words, at >> 2);
  }

  store32(at: number, value: number): void {
    this.#words[at >> 2] = value;
  }

  load8(at: number): number {
    return Atomics.load(this.#bytes, at);
  }

  store8(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  free(): void {
    this.#memory.free();
  }
}

/** What a device that is not there any more reads as on most buses: all lines high. */
const ABSENT_BYTE = 0xff;
const ABSENT_WORD = -1;

/**
 * Registers behind a descriptor: the x86 port space, which no memory instruction reaches. Each access is
 * a system call, and the kernel makes the `in` or `out` (sysfs `resourceN`, or a region of VFIO).
 */
export class PortRegisters implements Registers {
  readonly length: number;
  readonly #platform: Platform;
  readonly #memory: Memory;
  /** With a null, so that the engine keeps one boxed number and boxes none per call. */
  readonly #address: readonly [number, null];
  readonly #words: Int32Array;
  readonly #fd: number;
  readonly #base: number;
  readonly #counters: { syscalls: number };
  readonly #close: () => void;
  #open = true;

  /** `base` is where they begin in the file. `counters` counts the calls; `close` closes the file. */
  constructor(
    platform: Platform,
    port: { readonly fd: number; readonly base: number; readonly length: number },
    counters: { syscalls: number },
    close: () => void,
  ) {
    this.#platform = platform;
    this.#memory = platform.memory(8);
    this.#address = [this.#memory.address, null];
    this.#words = new Int32Array(this.#memory.bytes.buffer, this.#memory.bytes.byteOffset, 2);
    this.#fd = port.fd;
    this.#base = port.base;
    this.length = port.length;
    this.#counters = counters;
    this.#close = close;
  }

  load32(at: number): number {
    this.#counters.syscalls++;
    const { posix } = this.#platform;
    const got = posix.pread(this.#fd, this.#address[0], 4, this.#base + at);
    return got === 4 ? Atomics.load(this.#words, 0) : ABSENT_WORD;
  }

  store32(at: number, value: number): void {
    this.#counters.syscalls++;
    Atomics.store(this.#words, 0, value);
    this.#platform.posix.pwrite(this.#fd, this.#address[0], 4, this.#base + at);
  }

  load8(at: number): number {
    this.#counters.syscalls++;
    const { posix } = this.#platform;
    const got = posix.pread(this.#fd, this.#address[0], 1, this.#base + at);
    return got === 1 ? Atomics.load(this.#words, 0) & 0xff : ABSENT_BYTE;
  }

  store8(at: number, value: number): void {
    this.#counters.syscalls++;
    Atomics.store(this.#words, 0, value);
    this.#platform.posix.pwrite(this.#fd, this.#address[0], 1, this.#base + at);
  }

  free(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#memory.free();
    this.#close();
  }
}
