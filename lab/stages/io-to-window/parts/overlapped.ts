// Overlapped reads of the streams: one in flight for each, into memory that stays where it is until the read
// has ended. Source: WSARecv, https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsarecv
import { SystemCallError } from '../../../errors.ts';
import type { Memory } from '../../../ffi/platform.ts';
import { ERROR_IO_PENDING } from '../../../ffi/windows/constants.ts';
import {
  OVERLAPPED_BYTES,
  OVERLAPPED_EVENT,
  WSABUF_BUFFER,
  WSABUF_BYTES,
  WSABUF_LENGTH,
} from '../../../ffi/windows/structs.ts';
import { BUFFER_BYTES, type Exercise, type Stream } from './exercise.ts';

const FLAGS = OVERLAPPED_BYTES + WSABUF_BYTES;
const EACH_BYTES = FLAGS + 8;

export class OverlappedReads {
  readonly #exercise: Exercise;
  readonly #memory: Memory;
  readonly #fields: DataView;
  readonly #events: readonly number[];
  readonly #pending = new Set<number>();

  /** `events`: one for each stream, set when its read has ended; none where a port is told. */
  constructor(exercise: Exercise, events: readonly number[] = []) {
    this.#exercise = exercise;
    this.#events = events;
    this.#memory = exercise.desk.memory(exercise.streams.length * EACH_BYTES);
    this.#fields = new DataView(this.#memory.bytes.buffer);
  }

  /** The address of a stream's OVERLAPPED. */
  overlapped({ index }: Stream): number {
    return this.#memory.address + index * EACH_BYTES;
  }

  /** Starts the next read. Throws SystemCallError; the end of the stream comes as a read of nothing. */
  start(stream: Stream): void {
    const { sockets, desk } = this.#exercise;
    const at = stream.index * EACH_BYTES;
    this.#memory.bytes.fill(0, at, at + EACH_BYTES);
    this.#fields.setBigUint64(at + OVERLAPPED_EVENT, BigInt(this.#events[stream.index] ?? 0), true);
    const buffers = at + OVERLAPPED_BYTES;
    this.#fields.setUint32(buffers + WSABUF_LENGTH, BUFFER_BYTES, true);
    this.#fields.setBigUint64(buffers + WSABUF_BUFFER, BigInt(stream.buffer.address), true);
    const { address } = this.#memory;
    this.#pending.add(stream.index);
    const failed = sockets.WSARecv(
      stream.socket,
      address + buffers,
      1,
      0,
      address + at + FLAGS,
      address + at,
      0,
    );
    const error = failed === 0 ? 0 : sockets.WSAGetLastError();
    if (error === 0 || error === ERROR_IO_PENDING) return;
    this.#pending.delete(stream.index);
    throw new SystemCallError('WSARecv', desk.platform.errnoName(error));
  }

  /** The read has ended: its memory is the program's again. */
  ended(stream: Stream): void {
    this.#pending.delete(stream.index);
  }

  /** How many bytes a read brought that has ended. Throws SystemCallError where it failed. */
  collect(stream: Stream): number {
    const { windows } = this.#exercise.desk.platform;
    const transferred = stream.index * EACH_BYTES + FLAGS;
    const at = this.#memory.address + transferred;
    const ok = windows!.GetOverlappedResult(stream.socket, this.overlapped(stream), at, 0);
    this.ended(stream);
    if (ok === 0) throw this.#exercise.desk.failure('WSARecv');
    return this.#fields.getUint32(transferred, true);
  }

  /** Cancels what is in flight, waits until each has ended, and lets go of the memory. */
  close(): void {
    const { windows } = this.#exercise.desk.platform;
    for (const index of this.#pending) {
      const stream = this.#exercise.streams[index]!;
      windows!.CancelIoEx(stream.socket, this.overlapped(stream));
      windows!.GetOverlappedResult(
        stream.socket,
        this.overlapped(stream),
        this.#memory.address + index * EACH_BYTES + FLAGS,
        1,
      );
    }
    this.#memory.free();
  }
}
