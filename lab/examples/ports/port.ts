// A completion port in its six calls, and the structures that its operations live in. A packet says how
// many bytes were moved, on which handle (the key that the handle was associated with) and which operation
// ended (the address of its OVERLAPPED). Source: "I/O Completion Ports" (learn.microsoft.com/windows/win32).
import { SystemCallError, Unsupported } from '../../errors.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import { INFINITE, INVALID_HANDLE_VALUE } from '../../ffi/windows/constants.ts';
import {
  ENTRY_INTERNAL,
  ENTRY_KEY,
  ENTRY_OVERLAPPED,
  ENTRY_TRANSFERRED,
  OVERLAPPED_ENTRY_BYTES,
  OVERLAPPED_EVENT,
  OVERLAPPED_INTERNAL,
  OVERLAPPED_INTERNAL_HIGH,
  OVERLAPPED_OFFSET,
} from '../../ffi/windows/structs.ts';
import { Ledger } from './ledger.ts';

/** The calls of this system. Throws Unsupported elsewhere, with the way to go on. */
export function windowsOf(
  platform: Platform,
  what = 'completion ports',
): NonNullable<Platform['windows']> {
  if (platform.windows) return platform.windows;
  throw new Unsupported(`${what} exist on Windows only`, 'run it there, or add --in wine');
}

export function failed(platform: Platform, call: string): SystemCallError {
  const code = windowsOf(platform).GetLastError();
  return new SystemCallError(call, platform.errnoName(code), `Windows error ${code}`);
}

/** Packets that one call takes at most. */
export const MOST_AT_ONCE = 128;
const WORDS = OVERLAPPED_ENTRY_BYTES / 4;
const HIGH = 2 ** 32;

export class Port {
  readonly handle: number;
  /** The packet that was taken last: bytes moved, the handle's key, the OVERLAPPED's address. */
  bytes = 0;
  key = 0;
  pointer = 0;
  /** The Windows error that its operation ended with, 0 where it did well. */
  error = 0;
  /** Calls that took packets, or found none. */
  calls = 0;
  readonly #platform: Platform;
  readonly #windows: NonNullable<Platform['windows']>;
  readonly #memory: Memory;
  readonly #words: Uint32Array;
  readonly #owned: boolean;
  #open = true;

  /**
   * `limit`: threads that may run at once; 0 stands for the number of processors. With `handle` it is a
   * port that another thread has made, and closes.
   */
  constructor(platform: Platform, limit = 0, handle = 0) {
    this.#platform = platform;
    this.#windows = windowsOf(platform);
    this.#owned = handle === 0;
    this.handle = handle || this.#windows.CreateIoCompletionPort(INVALID_HANDLE_VALUE, 0, 0, limit);
    if (this.handle === 0) throw failed(platform, 'CreateIoCompletionPort');
    this.#memory = platform.memory(OVERLAPPED_ENTRY_BYTES * (MOST_AT_ONCE + 1));
    this.#words = new Uint32Array(this.#memory.bytes.buffer, this.#memory.bytes.byteOffset);
  }

  /** From now on the operations of `handle` end here. For ever: a handle cannot be taken away again. */
  associate(handle: number, key: number): void {
    const port = this.#windows.CreateIoCompletionPort(handle, this.handle, key, 0);
    if (port !== this.handle) throw failed(this.#platform, 'CreateIoCompletionPort');
  }

  /** Take the next packet; false where none came within the time. Throws where the port is none. */
  take(limit_ms: number): boolean {
    const { address } = this.#memory;
    const words = this.#words;
    // In their order of an OVERLAPPED_ENTRY: key, pointer, (status), bytes.
    words.fill(0, 0, WORDS);
    this.calls++;
    const good = this.#windows.GetQueuedCompletionStatus(
      this.handle,
      address + ENTRY_TRANSFERRED,
      address + ENTRY_KEY,
      address + ENTRY_OVERLAPPED,
      limit_ms,
    );
    const error = good ? 0 : this.#windows.GetLastError();
    this.#read(0);
    this.error = error;
    return good !== 0 || this.pointer !== 0;
  }

  /** Take up to `most` packets by one call; `at` then names each. Returns how many. */
  takeMany(most: number, limit_ms: number): number {
    const { address } = this.#memory;
    const count = address + OVERLAPPED_ENTRY_BYTES * MOST_AT_ONCE;
    this.calls++;
    const good = this.#windows.GetQueuedCompletionStatusEx(
      this.handle,
      address,
      Math.min(most, MOST_AT_ONCE),
      count,
      limit_ms,
      0,
    );
    this.error = good ? 0 : this.#windows.GetLastError();
    return good ? this.#words[WORDS * MOST_AT_ONCE]! : 0;
  }

  /** Read the packet of this number into the fields. */
  at(index: number): void {
    this.#read(index * WORDS);
    const status = this.#words[index * WORDS + ENTRY_INTERNAL / 4]!;
    this.error = status === 0 ? 0 : this.#windows.RtlNtStatusToDosError(status);
  }

  /** A packet that no device sent. The system looks at none of its three values. */
  post(bytes: number, key: number, pointer: number): void {
    if (this.#windows.PostQueuedCompletionStatus(this.handle, bytes, key, pointer)) return;
    throw failed(this.#platform, 'PostQueuedCompletionStatus');
  }

  /**
   * Threads that still wait here are woken on Windows (ERROR_ABANDONED_WAIT_0); Wine lets them sleep. So
   * each of them gets a packet that tells it to end, before.
   */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#owned) this.#windows.CloseHandle(this.handle);
    this.#memory.free();
  }

  #read(at: number): void {
    const words = this.#words;
    const key = at + ENTRY_KEY / 4;
    const pointer = at + ENTRY_OVERLAPPED / 4;
    this.key = words[key]! + words[key + 1]! * HIGH;
    this.pointer = words[pointer]! + words[pointer + 1]! * HIGH;
    this.bytes = words[at + ENTRY_TRANSFERRED / 4]!;
  }
}

/** Behind every OVERLAPPED there is as much room again, for what a program wants to keep beside it. */
export const OPERATION_BYTES = 64;
export const OPERATION_NOTE = 32;

/** OVERLAPPED structures in memory that stays where it is, with a book of who has which. */
export class Operations {
  readonly ledger: Ledger;
  readonly #memory: Memory;
  readonly #view: DataView;
  readonly #count: number;

  constructor(platform: Platform, count: number) {
    this.#count = count;
    this.#memory = platform.memory(OPERATION_BYTES * count);
    const { bytes } = this.#memory;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.ledger = new Ledger(bytes, OPERATION_BYTES, count);
  }

  /**
   * A structure for an operation that is about to be started on the handle with this key. Throws where
   * all of them are in use.
   */
  begin(key: number, offset = 0, event = 0): number {
    const index = this.ledger.take();
    if (index < 0) throw new RangeError(`all ${this.#count} operations are in flight`);
    const at = index * OPERATION_BYTES;
    this.#view.setUint32(at + OVERLAPPED_OFFSET, offset % HIGH, true);
    this.#view.setUint32(at + OVERLAPPED_OFFSET + 4, Math.floor(offset / HIGH), true);
    if (event !== 0) this.#view.setUint32(at + OVERLAPPED_EVENT, event, true);
    this.ledger.begin(index, key);
    return index;
  }

  address(index: number): number {
    return this.#memory.address + index * OPERATION_BYTES;
  }

  /** The operation that ended, given back to the program; −1 where the pointer is none of ours. */
  end(pointer: number, key: number): number {
    const index = (pointer - this.#memory.address) / OPERATION_BYTES;
    if (Number.isInteger(index) && index >= 0 && index < this.#count) {
      return this.ledger.end(index, key) ? index : -1;
    }
    this.ledger.strangers++;
    return -1;
  }

  release(index: number): void {
    this.ledger.release(index);
  }

  /** The status that the system has written: STATUS_PENDING until the end. */
  status(index: number): number {
    return this.#view.getUint32(index * OPERATION_BYTES + OVERLAPPED_INTERNAL, true);
  }

  moved(index: number): number {
    return this.#view.getUint32(index * OPERATION_BYTES + OVERLAPPED_INTERNAL_HIGH, true);
  }

  /** The word behind the structure: see `OPERATION_NOTE`. */
  note(index: number): number {
    return this.#view.getUint32(index * OPERATION_BYTES + OPERATION_NOTE, true);
  }

  /** Only where nothing is in flight: otherwise the system would write into memory that is no more. */
  free(): void {
    const { in_flight } = this.ledger;
    if (in_flight > 0) throw new Error(`${in_flight} operations are in flight: drain them first`);
    this.#memory.free();
  }
}

export const FOR_EVER_MS = INFINITE;
