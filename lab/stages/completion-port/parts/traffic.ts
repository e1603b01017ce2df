// Operations on handles of one port, `depth` of them in flight in each direction, and every packet held
// against what was asked: the key of its handle, the address of its operation, its bytes, its order.
import { SystemCallError, TimedOut } from '../../../errors.ts';
import { MOST_AT_ONCE, Operations, Port, windowsOf } from '../../../examples/ports/port.ts';
import type { Memory, Platform } from '../../../ffi/platform.ts';
import { ERROR_IO_PENDING } from '../../../ffi/windows/constants.ts';
import { WSABUF_BUFFER, WSABUF_BYTES, WSABUF_LENGTH } from '../../../ffi/windows/structs.ts';
import type { StageResult } from '../../stage.ts';
import { giveBack } from './give-back.ts';

export const READING = 0;
export const WRITING = 1;

/** One operation as it was asked for, by the number of its structure. */
export interface Asked {
  readonly key: number;
  readonly direction: number;
  /** Its place among the operations of this handle and direction. */
  readonly sequence: number;
  /** Number of the buffer that it reads into or writes from. */
  readonly buffer: number;
  readonly bytes: number;
  /** The first byte's place in the file or the stream; of reads of a stream it is not known before. */
  readonly position: number;
}

const LIMIT_MS = 10_000;

export class Traffic {
  readonly port: Port;
  readonly operations: Operations;
  /** Calls that said "pending", and those that had ended when they returned. */
  pending = 0;
  immediate = 0;
  packets = 0;
  out_of_order = 0;
  /** Packets whose bytes, key, pointer or content were not what was asked for. */
  wrong = 0;
  readonly #platform: Platform;
  readonly #windows: NonNullable<Platform['windows']>;
  readonly #buffers: Memory;
  readonly #buffer_bytes: number;
  /** One WSABUF, and a word for flags. */
  readonly #list: Memory;
  readonly #free: number[];
  readonly #asked: (Asked | undefined)[];
  /** Of each handle and direction: the last one whose packet came. */
  readonly #last = new Map<number, number>();

  constructor(platform: Platform, most: number, buffer_bytes: number) {
    this.#platform = platform;
    this.#windows = windowsOf(platform);
    this.port = new Port(platform, 1);
    this.operations = new Operations(platform, most);
    this.#buffers = platform.memory(most * buffer_bytes);
    this.#buffer_bytes = buffer_bytes;
    this.#list = platform.memory(WSABUF_BYTES + 4);
    this.#free = Array.from({ length: most }, (_, i) => most - 1 - i);
    this.#asked = new Array(most);
  }

  get in_flight(): number {
    return this.operations.ledger.in_flight;
  }

  bytes(buffer: number): Uint8Array {
    return this.#buffers.bytes.subarray(
      buffer * this.#buffer_bytes,
      (buffer + 1) * this.#buffer_bytes,
    );
  }

  /** A buffer that no operation has. */
  takeBuffer(): number {
    return this.#free.pop()!;
  }

  /** A socket's own calls where `socket` is set; a file's serve everything else, and would serve it too. */
  start(handle: number, asked: Asked, { offset = 0, socket = false } = {}): void {
    const index = this.operations.begin(asked.key, offset);
    this.#asked[index] = asked;
    const error = socket
      ? this.#startSocket(handle, asked, index)
      : this.#startFile(handle, asked, index);
    if (error === 0) this.immediate++;
    else if (error === ERROR_IO_PENDING) this.pending++;
    else {
      this.operations.ledger.endAtOnce(index);
      this.operations.release(index);
      const call = asked.direction === READING ? 'read' : 'write';
      throw new SystemCallError(call, this.#platform.errnoName(error), `Windows error ${error}`);
    }
  }

  /** Returns 0 or the error. */
  #startFile(handle: number, { direction, buffer, bytes }: Asked, index: number): number {
    const call = direction === READING ? this.#windows.ReadFile : this.#windows.WriteFile;
    const address = this.#buffers.address + buffer * this.#buffer_bytes;
    const good = call(handle, address, bytes, 0, this.operations.address(index));
    return good ? 0 : this.#windows.GetLastError();
  }

  /** The list of buffers is the program's again when the call returns; the buffers are not (WSARecv). */
  #startSocket(socket: number, { direction, buffer, bytes }: Asked, index: number): number {
    const sockets = this.#windows.sockets();
    const overlapped = this.operations.address(index);
    const { address: list, bytes: memory } = this.#list;
    const view = new DataView(memory.buffer, memory.byteOffset);
    const address = this.#buffers.address + buffer * this.#buffer_bytes;
    view.setUint32(WSABUF_LENGTH, bytes, true);
    view.setBigUint64(WSABUF_BUFFER, BigInt(address), true);
    view.setUint32(WSABUF_BYTES, 0, true);
    const no =
      direction === READING
        ? sockets.WSARecv(socket, list, 1, 0, list + WSABUF_BYTES, overlapped, 0)
        : sockets.WSASend(socket, list, 1, 0, 0, overlapped, 0);
    return no ? sockets.WSAGetLastError() : 0;
  }

  /**
   * Take what has ended, at least one packet, and hand each to `ended`, which says whether the content is
   * right. Throws TimedOut where nothing ends.
   */
  collect(most: number, ended: (asked: Asked, bytes: number) => boolean): void {
    if (this.#take(most, ended)) return;
    throw new TimedOut(`no packet came: ${this.in_flight} operations in flight`);
  }

  /** False where no packet came. */
  #take(most: number, ended: (asked: Asked, bytes: number) => boolean): boolean {
    const { port, operations } = this;
    const count = port.takeMany(most, LIMIT_MS);
    for (let i = 0; i < count; i++) {
      port.at(i);
      this.packets++;
      const wrong_keys = operations.ledger.wrong_keys;
      const index = operations.end(port.pointer, port.key);
      if (index < 0) {
        this.wrong++;
        continue;
      }
      const asked = this.#asked[index]!;
      operations.release(index);
      this.#free.push(asked.buffer);
      this.#order(asked);
      const right = ended(asked, port.bytes);
      const failed = port.error !== 0 || operations.ledger.wrong_keys > wrong_keys;
      if (!right || failed) this.wrong++;
    }
    return count > 0;
  }

  #order({ key, direction, sequence }: Asked): void {
    const line = key * 2 + direction;
    const last = this.#last.get(line) ?? -1;
    if (sequence < last) this.out_of_order++;
    else this.#last.set(line, sequence);
  }

  /** What came out, once nothing is in flight. */
  result(n: number, notes: readonly string[] = []): StageResult {
    const { begun, ended, most_in_flight, strangers, wrong_keys, late_bytes } =
      this.operations.ledger.audit();
    const { pending, immediate, packets, out_of_order, wrong, port } = this;
    return {
      n,
      totals: {
        operations: begun,
        ended,
        pending,
        immediate,
        packets,
        packets_per_call: packets / port.calls,
        out_of_order,
        wrong,
        strangers,
        wrong_keys,
        late_bytes,
        most_in_flight,
      },
      notes,
    };
  }

  /**
   * The handles must be closed before: a failure may have left operations behind, which end by that, and
   * their packets come.
   */
  close(): void {
    while (this.in_flight > 0 && this.#take(MOST_AT_ONCE, () => true));
    this.port.close();
    giveBack(this.operations, this.#buffers, this.#list);
  }
}

/** The byte at a place of a stream, so that what is lost, doubled or shifted shows. */
export const byteAt = (position: number): number => (position * 31 + (position >>> 8)) & 0xff;
