// The event loop on a completion port, twin of the one on io_uring: an operation is started with the handler
// that is called when it has ended. Starting is a call for each here, and one call takes many packets. A book
// of operations goes with it: no structure is given back, reused or freed while the system may still write to
// it, and whatever wrote to a free one is found. Source: "I/O Completion Ports"
// (learn.microsoft.com/windows/win32/fileio).
import { timeoutMilliseconds } from '../../drivers/parts/slots.ts';
import { SystemCallError } from '../../errors.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import { ERROR_IO_PENDING, INFINITE } from '../../ffi/windows/constants.ts';
import { WSABUF_BYTES } from '../../ffi/windows/structs.ts';
import { ACCEPT_ADDRESS_BYTES, WSAID_ACCEPTEX } from '../../ffi/windows/winsock.ts';
import type { Book } from '../ports/ledger.ts';
import { Operations, Port, windowsOf } from '../ports/port.ts';
import type { CompletionLoop } from './completion-connection.ts';
import { Loop } from './loop.ts';

/** Gets the bytes that were moved, or a negated Windows error. */
export type DoneHandler = (result: number) => void;

/** In flight at once: two for each connection, and one that accepts. */
const MOST_OPERATIONS = 8192;
/** Packets taken in one turn; the rest come in the next one. */
const MOST_PACKETS = 128;
const DRAIN_LIMIT_NS = 5e9;
const CONCURRENCY = 1;

export class PortLoop extends Loop implements CompletionLoop {
  protected pending = 0;
  readonly #windows: NonNullable<Platform['windows']>;
  readonly #port: Port;
  readonly #operations: Operations;
  /** By the number of the operation's structure: its handler, and the handle that it was started on. */
  readonly #handlers: (DoneHandler | undefined)[] = [];
  readonly #handles = new Float64Array(MOST_OPERATIONS);
  /** One WSABUF and a word for flags. The system has read both when a call returns. */
  readonly #list: Memory;
  readonly #words: Uint32Array;
  /** Packets that were taken together, and those of them whose handlers were called or are running. */
  #packets = 0;
  #delivered = 0;
  #accept_ex = 0;
  #open = true;

  /** Throws Unsupported on other systems. */
  constructor(platform: Platform) {
    super(platform);
    this.#windows = windowsOf(platform);
    this.#port = new Port(platform, CONCURRENCY);
    this.#operations = new Operations(platform, MOST_OPERATIONS);
    this.#list = platform.memory(WSABUF_BYTES + 4);
    this.#words = new Uint32Array(this.#list.bytes.buffer, this.#list.bytes.byteOffset, 5);
  }

  /** The operations of this socket end here. Once for every socket, before its first operation. */
  attach(socket: number): void {
    this.#port.associate(socket, socket);
  }

  /** `accepted` becomes the connection. `addresses` takes twice `ACCEPT_ADDRESS_BYTES`. */
  accept(listener: number, accepted: number, addresses: number, done: DoneHandler): number {
    const sockets = this.#windows.sockets();
    this.#accept_ex ||= sockets.extension(listener, WSAID_ACCEPTEX);
    const index = this.#begin(listener, done);
    const overlapped = this.#operations.address(index);
    const good = sockets.acceptEx(
      this.#accept_ex,
      listener,
      accepted,
      addresses,
      ACCEPT_ADDRESS_BYTES,
      overlapped,
    );
    return this.#started(index, good ? 0 : sockets.WSAGetLastError());
  }

  /** The memory is the system's until `done` is called. */
  receive(socket: number, low: number, high: number, length: number, done: DoneHandler): number {
    const sockets = this.#windows.sockets();
    const index = this.#begin(socket, done);
    this.#fillList(low, high, length);
    const { address } = this.#list;
    const overlapped = this.#operations.address(index);
    const no = sockets.WSARecv(socket, address, 1, 0, address + WSABUF_BYTES, overlapped, 0);
    return this.#started(index, no ? sockets.WSAGetLastError() : 0);
  }

  send(socket: number, low: number, high: number, length: number, done: DoneHandler): number {
    const sockets = this.#windows.sockets();
    const index = this.#begin(socket, done);
    this.#fillList(low, high, length);
    const overlapped = this.#operations.address(index);
    const no = sockets.WSASend(socket, this.#list.address, 1, 0, 0, overlapped, 0);
    return this.#started(index, no ? sockets.WSAGetLastError() : 0);
  }

  /** A port knows no readiness; but receiving no bytes at all ends when there are some. */
  whenReadable(socket: number, callback: () => void): void {
    this.receive(socket, 0, 0, 0, () => callback());
  }

  /** Ask for an early end. The operation's handler is called all the same (ERROR_OPERATION_ABORTED). */
  abort(operation: number): void {
    this.#windows.CancelIoEx(this.#handles[operation]!, this.#operations.address(operation));
  }

  /** The same for all operations of a socket. */
  abortAll(socket: number): void {
    this.#windows.CancelIoEx(socket, 0);
  }

  /** What the book of operations holds now, with a look at every structure that is free. */
  audit(): Book {
    return this.#operations.ledger.audit();
  }

  /** Cancel what is in flight and wait for its end: until then the system may write to memory. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const silent = () => {};
    for (const [index, handler] of this.#handlers.entries()) {
      if (handler === undefined) continue;
      this.#handlers[index] = silent;
      this.abort(index);
    }
    const deadline_ns = this.platform.now() + DRAIN_LIMIT_NS;
    while (this.pending > 0 && this.platform.now() < deadline_ns) this.wait(deadline_ns);
    this.#port.close();
    // Rather lost than written to: the book refuses to free what is in flight.
    if (this.#operations.ledger.in_flight === 0) this.#operations.free();
    this.#list.free();
  }

  protected wait(deadline_ns: number): void {
    // Where a handler has thrown, the packets behind its own still lie there: the system tells them once.
    if (this.#delivered === this.#packets) this.#take(deadline_ns);
    this.now_ns = this.platform.now();
    while (this.#delivered < this.#packets) {
      this.#port.at(this.#delivered++);
      const { pointer, key, error, bytes } = this.#port;
      const index = this.#operations.end(pointer, key);
      if (index >= 0) this.#ended(index, error === 0 ? bytes : -error);
    }
  }

  #take(deadline_ns: number): void {
    const limit_ms = timeoutMilliseconds(this.platform, deadline_ns);
    this.calls++;
    this.#packets = this.#port.takeMany(MOST_PACKETS, limit_ms < 0 ? INFINITE : limit_ms);
    this.#delivered = 0;
  }

  #begin(handle: number, done: DoneHandler): number {
    const index = this.#operations.begin(handle);
    this.#handlers[index] = done;
    this.#handles[index] = handle;
    this.pending++;
    this.calls++;
    return index;
  }

  /** A call that failed at once sends no packet: its handler is called in the next turn. */
  #started(index: number, error: number): number {
    if (error === 0 || error === ERROR_IO_PENDING) return index;
    this.#operations.ledger.endAtOnce(index);
    this.later(() => this.#ended(index, -error));
    return index;
  }

  #ended(index: number, result: number): void {
    const handler = this.#handlers[index]!;
    this.#handlers[index] = undefined;
    this.#operations.release(index);
    this.pending--;
    handler(result);
  }

  #fillList(low: number, high: number, length: number): void {
    const words = this.#words;
    words[0] = length;
    words[2] = low;
    words[3] = high;
    words[4] = 0;
  }
}

/** Throws where a call that has just failed says so. */
export function must(platform: Platform, result: number, call: string): void {
  if (result === 0) return;
  const code = windowsOf(platform).sockets().WSAGetLastError();
  throw new SystemCallError(call, platform.errnoName(code), `Windows error ${code}`);
}
