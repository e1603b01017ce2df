// What the asynchronous drivers of Windows share: a handle with the overlapped flag, and an OVERLAPPED
// structure for every slot in memory that stays, because the system writes to it until the operation has
// ended ("Synchronous and asynchronous I/O", learn.microsoft.com/windows/win32/fileio). How the end is
// heard of is each driver's own.

import type { Memory, Platform } from '../../ffi/platform.ts';
import type { SocketCalls, WindowsCalls } from '../../ffi/windows/calls.ts';
import {
  ERROR_BROKEN_PIPE,
  ERROR_HANDLE_EOF,
  ERROR_IO_PENDING,
  STATUS_PENDING,
} from '../../ffi/windows/constants.ts';
import {
  OVERLAPPED_BYTES,
  OVERLAPPED_EVENT,
  OVERLAPPED_INTERNAL_HIGH,
  OVERLAPPED_OFFSET,
  WSABUF_BUFFER,
  WSABUF_BYTES,
} from '../../ffi/windows/structs.ts';
import { type OpenContext, READ } from '../driver.ts';
import { closeHandle, type Handle, openHandle } from './handle.ts';
import type { Slots } from './slots.ts';

/** Places of the fields in 32-bit words. */
const WORDS = OVERLAPPED_BYTES / 4;
const TRANSFERRED = OVERLAPPED_INTERNAL_HIGH / 4;
const OFFSET = OVERLAPPED_OFFSET / 4;
const EVENT = OVERLAPPED_EVENT / 4;
const BUFFER_WORDS = WSABUF_BYTES / 4;
/** A message pipe gave part of a message: the bytes are good, more follow (ntstatus.h). */
const STATUS_BUFFER_OVERFLOW = 0x80000005 | 0;

/** The operation has not ended yet. */
export const PENDING = 1;

export class Overlapped {
  readonly handle: Handle;
  /** On a stream bytes come in the order of the completions. */
  readonly ordered: boolean;
  readonly #platform: Platform;
  readonly #windows: WindowsCalls;
  readonly #slots: Slots;
  readonly #sockets: SocketCalls | undefined;
  readonly #line: boolean;
  readonly #memory: Memory;
  readonly #base_low: number;
  readonly #words: Int32Array;
  /** With a null at the end, so that the engine keeps boxed numbers and boxes none per call. */
  readonly #structures: (number | null)[];
  /** For sockets: a WSABUF for each slot, and behind them a word for flags. */
  readonly #buffers: (number | null)[];
  readonly #lengths: Uint32Array;
  readonly #flags: Uint32Array;

  /** Throws what opening throws. */
  constructor(context: OpenContext, slots: Slots) {
    const { platform, depth, target } = context;
    this.#platform = platform;
    this.#windows = platform.windows!;
    this.#slots = slots;
    this.#line = target.tty;
    this.ordered = target.kind !== 'block';
    this.handle = openHandle(context, true);
    this.#sockets = this.handle.socket ? this.#windows.sockets() : undefined;
    const buffers_at = depth * OVERLAPPED_BYTES;
    const flags_at = buffers_at + depth * WSABUF_BYTES;
    this.#memory = platform.memory(flags_at + 8);
    const { address, bytes } = this.#memory;
    this.#base_low = address >>> 0;
    this.#words = new Int32Array(bytes.buffer, 0, depth * WORDS);
    const each = (size: number, at: number) =>
      Array.from({ length: depth }, (_, slot) => address + at + slot * size);
    this.#structures = [...each(OVERLAPPED_BYTES, 0), null];
    this.#buffers = [...each(WSABUF_BYTES, buffers_at), address + flags_at, null];
    this.#lengths = new Uint32Array(bytes.buffer, buffers_at, depth * BUFFER_WORDS);
    this.#flags = new Uint32Array(bytes.buffer, flags_at, 1);
    for (let slot = 0; slot < depth; slot++) {
      const at = slot * BUFFER_WORDS + WSABUF_BUFFER / 4;
      this.#lengths[at] = slots.addresses_low[slot]!;
      this.#lengths[at + 1] = slots.addresses_high[slot]!;
    }
  }

  address(slot: number): number {
    return this.#structures[slot]!;
  }

  /** The slot of a structure, by the lower half of its address: all lie within one allocation. */
  slotOf(low: number): number {
    return ((low - this.#base_low) >>> 0) / OVERLAPPED_BYTES;
  }

  /** What the system raises at the end of the slot's operation. */
  setEvent(slot: number, event: number): void {
    this.#words[slot * WORDS + EVENT] = event;
  }

  /** Fill in the slot's structure: ready for a call that starts its operation. */
  prepare(slot: number): void {
    const words = this.#words;
    const at = slot * WORDS;
    const offset = this.ordered ? 0 : this.#slots.operations.offset_bytes[slot]!;
    words[at] = 0;
    words[at + TRANSFERRED] = 0;
    words[at + OFFSET] = offset;
    words[at + OFFSET + 1] = offset / 2 ** 32;
  }

  /**
   * Start the slot's operation. Returns PENDING, 0 where it has ended at once and well, or a negated
   * error where it was refused: then nothing will be told of it.
   */
  start(slot: number): number {
    this.prepare(slot);
    this.#slots.counters.syscalls++;
    const read = this.#slots.operations.opcode[slot] === READ;
    if (this.#sockets ? this.#transfer(slot, read) : this.#call(slot, read)) return 0;
    // Winsock keeps its last error where GetLastError finds it.
    const error = this.#windows.GetLastError();
    return error === ERROR_IO_PENDING ? PENDING : -error;
  }

  #call(slot: number, read: boolean): boolean {
    const { value } = this.handle;
    const length = this.#slots.operations.length_bytes[slot]!;
    const address = this.#slots.address(slot);
    const at = this.#structures[slot]!;
    if (read) return this.#windows.ReadFile(value, address, length, 0, at) !== 0;
    return this.#windows.WriteFile(value, address, length, 0, at) !== 0;
  }

  #transfer(slot: number, read: boolean): boolean {
    const { value } = this.handle;
    this.#lengths[slot * BUFFER_WORDS] = this.#slots.operations.length_bytes[slot]!;
    const buffer = this.#buffers[slot]!;
    const at = this.#structures[slot]!;
    if (!read) return this.#sockets!.WSASend(value, buffer, 1, 0, 0, at, 0) === 0;
    const flags = this.#buffers[this.#slots.depth]!;
    // In and out: what the last receive left there is not meant for this one.
    this.#flags[0] = 0;
    return this.#sockets!.WSARecv(value, buffer, 1, 0, flags, at, 0) === 0;
  }

  /** HasOverlappedIoCompleted (winbase.h): a look into memory, no call. */
  hasEnded(slot: number): boolean {
    return Atomics.load(this.#words, slot * WORDS) !== STATUS_PENDING;
  }

  /** What the structure of an operation that has ended says: bytes, or a negated error. */
  outcome(slot: number): number {
    const status = Atomics.load(this.#words, slot * WORDS);
    if (status === 0 || status === STATUS_BUFFER_OVERFLOW) {
      return this.#words[slot * WORDS + TRANSFERRED]!;
    }
    return this.refused(slot, this.#windows.RtlNtStatusToDosError(status >>> 0));
  }

  /** The end of a file or of a pipe is a read of nothing, as everywhere; other errors are negated. */
  refused(slot: number, error: number): number {
    const end = error === ERROR_HANDLE_EOF || error === ERROR_BROKEN_PIPE;
    return end && this.#slots.operations.opcode[slot] === READ ? 0 : -error;
  }

  /**
   * A serial port's read ends with nothing when its time is over, however long that is: such a read is to
   * be started again.
   */
  ranOut(slot: number, result: number): boolean {
    const { opcode, length_bytes } = this.#slots.operations;
    return this.#line && result === 0 && opcode[slot] === READ && length_bytes[slot] !== 0;
  }

  /** Ask for the end of every operation of this handle. They still have to be waited for. */
  cancel(): void {
    this.#windows.CancelIoEx(this.handle.value, 0);
  }

  /** What is not `drained` keeps its memory: the system may still write to it. */
  close(drained: boolean): void {
    closeHandle(this.#platform, this.handle);
    if (drained) this.#memory.free();
  }
}
