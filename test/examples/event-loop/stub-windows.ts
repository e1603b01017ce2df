// A Windows that is none: as much of a completion port and of sockets as the loop and its server use, with
// every end decided by the test. What Windows itself does is shown under Wine (port-server.test.ts).
import type { Platform } from '../../../lab/ffi/platform.ts';
import { ERROR_IO_PENDING, INVALID_HANDLE_VALUE } from '../../../lab/ffi/windows/constants.ts';
import {
  ENTRY_KEY,
  ENTRY_OVERLAPPED,
  OVERLAPPED_ENTRY_BYTES,
} from '../../../lab/ffi/windows/structs.ts';

interface Started {
  readonly socket: number;
  readonly pointer: number;
}

const PAGE = 2 ** 20;
const ERROR = -1;

export class StubWindows {
  /** Operations that were started and have not ended, in their order. */
  readonly started: Started[] = [];
  /** Sockets that were opened and not closed. */
  readonly sockets = new Set<number>();
  /** Options that a socket refuses now, and whether one can be opened. */
  readonly refused = new Set<number>();
  handles_left = Number.POSITIVE_INFINITY;
  /** Calls that asked for packets. */
  asked = 0;
  readonly platform: Platform;
  readonly #memories = new Map<number, Uint8Array>();
  readonly #ended: Started[] = [];
  #next = 1;
  #clock_ns = 0;

  constructor() {
    const sockets = {
      WSAGetLastError: () => ERROR_IO_PENDING,
      WSASocketW: () => this.#open(),
      closesocket: (socket: number) => (this.sockets.delete(socket) ? 0 : ERROR),
      bind: () => 0,
      getsockname: () => 0,
      listen: () => 0,
      setsockopt: (_socket: number, _level: number, option: number) =>
        this.refused.has(option) ? ERROR : 0,
      shutdown: () => 0,
      extension: () => 1,
      acceptEx: (...[, socket, , , , pointer]: number[]) => this.#start(socket!, pointer!),
      WSARecv: (...[socket, , , , , pointer]: number[]) => this.#start(socket!, pointer!),
      WSASend: (...[socket, , , , , pointer]: number[]) => this.#start(socket!, pointer!),
    };
    const windows = {
      GetLastError: () => ERROR_IO_PENDING,
      CreateIoCompletionPort: () => 1,
      CloseHandle: () => 1,
      CancelIoEx: (socket: number, pointer: number) => this.#cancel(socket, pointer),
      GetQueuedCompletionStatusEx: (...[, entries, most, count]: number[]) =>
        this.#take(entries!, most!, count!),
      sockets: () => sockets,
    };
    const common = {
      memory: (length: number) => this.#memory(length),
      now: () => this.#now(),
      errnoName: (code: number) => `error ${code}`,
    };
    this.platform = { ...common, windows } as unknown as Platform;
  }

  /** Let the first `count` operations end. */
  end(count = 1): void {
    this.#ended.push(...this.started.splice(0, count));
  }

  /** A clock that goes on by being read: whoever waits for a time gets there. */
  #now(): number {
    this.#clock_ns += 1e6;
    return this.#clock_ns;
  }

  #open(): number {
    if (this.handles_left <= 0) return INVALID_HANDLE_VALUE;
    this.handles_left--;
    this.sockets.add(++this.#next);
    return this.#next;
  }

  #start(socket: number, pointer: number): number {
    this.started.push({ socket, pointer });
    return 0;
  }

  #cancel(socket: number, pointer: number): number {
    const meant = this.started.filter(
      one => one.socket === socket && (pointer === 0 || one.pointer === pointer),
    );
    for (const one of meant) {
      this.#ended.push(...this.started.splice(this.started.indexOf(one), 1));
    }
    return meant.length;
  }

  #take(entries: number, most: number, count: number): number {
    this.asked++;
    const taken = this.#ended.splice(0, most);
    for (const [i, { socket, pointer }] of taken.entries()) {
      const at = entries + i * OVERLAPPED_ENTRY_BYTES;
      this.#write(at + ENTRY_KEY, socket);
      this.#write(at + ENTRY_OVERLAPPED, pointer);
    }
    this.#write(count, taken.length);
    return taken.length;
  }

  #memory(length: number) {
    const address = (this.#memories.size + 1) * PAGE;
    const bytes = new Uint8Array(length);
    this.#memories.set(address, bytes);
    return { address, bytes, length, free() {} };
  }

  #write(address: number, value: number): void {
    const base = Math.floor(address / PAGE) * PAGE;
    new DataView(this.#memories.get(base)!.buffer).setUint32(address - base, value, true);
  }
}
