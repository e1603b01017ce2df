// A ledger of overlapped operations on one port: which structure is in flight for what, so that every
// packet can be compared with what was started. By the calls themselves, without a driver between.
import { loadPlatform } from '../../../../lab/ffi/load.ts';
import { ERROR_IO_PENDING, INVALID_HANDLE_VALUE } from '../../../../lab/ffi/windows/constants.ts';
import {
  ENTRY_KEY,
  ENTRY_OVERLAPPED,
  ENTRY_TRANSFERRED,
  OVERLAPPED_BYTES,
  OVERLAPPED_ENTRY_BYTES,
  OVERLAPPED_OFFSET,
} from '../../../../lab/ffi/windows/structs.ts';

export const platform = await loadPlatform();
export const windows = platform.windows!;

/** Starts the operation of a structure; what a call returned says whether it did. */
export type Start = (buffer: number, structure: number) => boolean;

export interface Packet {
  readonly key: number;
  readonly structure: number;
  readonly bytes: number;
}

const LIMIT_MS = 10_000;

/** Operations of one kind on one handle, each with a structure and a buffer of its own. */
export class Flow {
  readonly depth: number;
  readonly key: number;
  readonly #structures;
  readonly #buffers;
  readonly #length: number;
  readonly #inFlight = new Map<number, number>();
  #fields: DataView;

  constructor(depth: number, key: number, length: number) {
    this.depth = depth;
    this.key = key;
    this.#length = length;
    this.#structures = platform.memory(depth * OVERLAPPED_BYTES);
    this.#buffers = platform.memory(depth * length);
    this.#fields = new DataView(this.#structures.bytes.buffer);
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** The structure's place, or −1 where it is none of these. */
  placeOf(structure: number): number {
    const place = (structure - this.#structures.address) / OVERLAPPED_BYTES;
    return Number.isInteger(place) && place >= 0 && place < this.depth ? place : -1;
  }

  bytes(place: number): Uint8Array {
    return this.#buffers.bytes.subarray(place * this.#length, (place + 1) * this.#length);
  }

  words(place: number): Float64Array {
    const { buffer } = this.#buffers.bytes;
    return new Float64Array(buffer, place * this.#length, this.#length / 8);
  }

  begin(place: number, number: number, offset: number, start: Start): void {
    if (this.#inFlight.has(place)) throw new Error(`structure ${place} is still in flight`);
    const at = place * OVERLAPPED_BYTES;
    for (let i = 0; i < OVERLAPPED_BYTES; i += 4) this.#fields.setUint32(at + i, 0, true);
    this.#fields.setUint32(at + OVERLAPPED_OFFSET, offset >>> 0, true);
    this.#inFlight.set(place, number);
    const { address } = this.#structures;
    if (start(this.#buffers.address + place * this.#length, address + at)) return;
    const code = windows.GetLastError();
    if (code !== ERROR_IO_PENDING) throw new Error(`it did not start: ${platform.errnoName(code)}`);
  }

  /** The packet is for an operation in flight: which number it was started with. */
  end({ key, structure, bytes }: Packet): { readonly place: number; readonly number: number } {
    const place = this.placeOf(structure);
    const number = this.#inFlight.get(place);
    if (number === undefined) throw new Error(`a packet for structure ${place}, not in flight`);
    if (key !== this.key) throw new Error(`key ${key}, not ${this.key}`);
    if (bytes !== this.#length) throw new Error(`${bytes} bytes, not ${this.#length}`);
    this.#inFlight.delete(place);
    return { place, number };
  }

  free(): void {
    if (this.#inFlight.size > 0) throw new Error(`${this.#inFlight.size} are in flight`);
    this.#structures.free();
    this.#buffers.free();
  }
}

export class Port {
  readonly handle = windows.CreateIoCompletionPort(INVALID_HANDLE_VALUE, 0, 0, 1);
  readonly #entries;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
    this.#entries = platform.memory(most * OVERLAPPED_ENTRY_BYTES + 8);
  }

  add(handle: number, key: number): void {
    if (windows.CreateIoCompletionPort(handle, this.handle, key, 0) === this.handle) return;
    throw new Error(`not associated: ${platform.errnoName(windows.GetLastError())}`);
  }

  /** What is there, after waiting for the first. Throws where nothing comes. */
  take(): Packet[] {
    const { address, bytes } = this.#entries;
    const removed = this.#most * OVERLAPPED_ENTRY_BYTES;
    const { GetQueuedCompletionStatusEx: dequeue } = windows;
    if (!dequeue(this.handle, address, this.#most, address + removed, LIMIT_MS, 0)) {
      throw new Error(`no packet: ${platform.errnoName(windows.GetLastError())}`);
    }
    const fields = new DataView(bytes.buffer);
    return Array.from({ length: fields.getUint32(removed, true) }, (_, i) => {
      const at = i * OVERLAPPED_ENTRY_BYTES;
      return {
        key: Number(fields.getBigUint64(at + ENTRY_KEY, true)),
        structure: Number(fields.getBigUint64(at + ENTRY_OVERLAPPED, true)),
        bytes: fields.getUint32(at + ENTRY_TRANSFERRED, true),
      };
    });
  }

  close(): void {
    windows.CloseHandle(this.handle);
    this.#entries.free();
  }
}
