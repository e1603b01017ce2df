// A listening socket of Winsock on this machine only, and the reader that connected last and is still
// there: the Windows side of the device `socket`.
import { TimedOut } from '../../errors.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import type { SocketCalls } from '../../ffi/windows/calls.ts';
import { windowsError } from '../../ffi/windows/errors.ts';
import { SOCKADDR_IN_BYTES } from '../../ffi/windows/structs.ts';

const AF_INET = 2;
const SOCK_STREAM = 1;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const WSA_FLAG_OVERLAPPED = 1;
/** Not to block (ioctlsocket). */
const FIONBIO = 0x8004667e | 0;
const NONE = -1;
const BACKLOG = 64;
const EVENTS_AT = 8;
const REVENTS_AT = 10;
const POLLRDNORM = 0x100;
const POLLHUP = 2;
const POLLERR = 1;
const CONNECT_LIMIT_MS = 2000;

export class WindowsListener {
  /** `127.0.0.1:PORT` */
  readonly path: string;
  readonly #sockets: SocketCalls;
  readonly #memory: Memory;
  readonly #socket: number;
  #reader = NONE;

  /** Throws SystemCallError. */
  constructor(platform: Platform) {
    const sockets = platform.windows!.sockets();
    this.#sockets = sockets;
    this.#memory = platform.memory(64);
    const { address, bytes } = this.#memory;
    const fail = (call: string) => windowsError(call, sockets.WSAGetLastError());
    this.#socket = sockets.WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, 0, 0, WSA_FLAG_OVERLAPPED);
    if (this.#socket === NONE) throw fail('WSASocketW');
    bytes.set([AF_INET, 0, 0, 0, 127, 0, 0, 1]);
    if (sockets.bind(this.#socket, address, SOCKADDR_IN_BYTES)) throw fail('bind');
    if (sockets.listen(this.#socket, BACKLOG)) throw fail('listen');
    new Int32Array(bytes.buffer, 32, 1)[0] = SOCKADDR_IN_BYTES;
    if (sockets.getsockname(this.#socket, address, address + 32)) throw fail('getsockname');
    this.path = `127.0.0.1:${bytes[2]! * 256 + bytes[3]!}`;
    this.#setNonBlocking(this.#socket);
  }

  #setNonBlocking(socket: number): void {
    const word = new Uint32Array(this.#memory.bytes.buffer, 32, 1);
    word[0] = 1;
    this.#sockets.ioctlsocket(socket, FIONBIO, this.#memory.address + 32);
    this.#sockets.setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, this.#memory.address + 32, 4);
  }

  /** The connection of whoever connected last and is still there, not blocking; undefined for nobody. */
  newest(): number | undefined {
    for (;;) {
      const next = this.#sockets.accept(this.#socket, 0, 0);
      if (next === NONE) break;
      this.#setNonBlocking(next);
      this.#take(next);
    }
    const gone = POLLHUP | POLLERR;
    if (this.#reader !== NONE && this.#events(this.#reader, 0) & gone) this.#take(NONE);
    return this.#reader === NONE ? undefined : this.#reader;
  }

  /** The same; blocks until there is one. Throws TimedOut. */
  reader(): number {
    for (let tries = 0; tries < 2; tries++) {
      const one = this.newest();
      if (one !== undefined) return one;
      this.#events(this.#socket, CONNECT_LIMIT_MS);
    }
    throw new TimedOut(`nobody connected to the socket for ${CONNECT_LIMIT_MS} ms`);
  }

  #events(socket: number, limit_ms: number): number {
    const fields = new DataView(this.#memory.bytes.buffer);
    fields.setBigInt64(0, BigInt(socket), true);
    fields.setInt16(EVENTS_AT, POLLRDNORM, true);
    fields.setInt16(REVENTS_AT, 0, true);
    this.#sockets.WSAPoll(this.#memory.address, 1, limit_ms);
    return fields.getInt16(REVENTS_AT, true);
  }

  #take(next: number): void {
    if (this.#reader !== NONE) this.#sockets.closesocket(this.#reader);
    this.#reader = next;
  }

  close(): void {
    this.#take(NONE);
    this.#sockets.closesocket(this.#socket);
    this.#memory.free();
  }
}
