// A Windows that is none: operations begin, and end only where the test says so. Under Wine each of them ends.
import type { Platform } from '../../../lab/ffi/platform.ts';
import { ERROR_IO_PENDING, INVALID_HANDLE_VALUE } from '../../../lab/ffi/windows/constants.ts';
import {
  ENTRY_KEY,
  ENTRY_OVERLAPPED,
  ENTRY_TRANSFERRED,
} from '../../../lab/ffi/windows/structs.ts';

const PAGE = 2 ** 20;
const PORT = 1;
const ERROR_INVALID_PARAMETER = 87;
const WAIT_TIMEOUT = 258;

export class UntoldWindows {
  readonly platform: Platform;
  /** Handles and sockets in the order in which they were opened, and in which they were closed. */
  readonly opened: number[] = [];
  readonly closed: number[] = [];
  /** Memories that were given back: an operation in flight must find its own. */
  freed = 0;
  /** What happens when a call starts an operation; nothing where it is not said. */
  begun: (call: string, pointer: number) => void = () => {};
  /** Calls that start nothing, with their error. */
  readonly failing = new Map<string, number>();
  readonly #memories = new Map<number, Uint8Array>();
  readonly #keys = new Map<number, number>();
  readonly #packets: { readonly pointer: number; readonly bytes: number; readonly key: number }[] =
    [];
  #error = 0;

  constructor() {
    const start = (call: string, at: number) => {
      return (...words: number[]) => {
        this.begun(call, words[at]!);
        return this.#fail(this.failing.get(call) ?? ERROR_IO_PENDING);
      };
    };
    const sockets = {
      WSAGetLastError: () => this.#error,
      WSASocketW: () => this.#open(),
      closesocket: (socket: number) => this.closed.push(socket),
      bind: () => 0,
      getsockname: () => 0,
      listen: () => 0,
      connect: () => 0,
      extension: () => 1,
      acceptEx: start('acceptEx', 5),
    };
    const windows = {
      GetLastError: () => this.#error,
      GetProcessHandleCount: () => 1,
      CreateIoCompletionPort: (handle: number, _port: number, key: number) =>
        this.#associate(handle, key),
      GetQueuedCompletionStatus: (...[, bytes, key, pointer]: number[]) =>
        this.#take(bytes! - ENTRY_TRANSFERRED, key! - ENTRY_KEY, pointer! - ENTRY_OVERLAPPED),
      GetQueuedCompletionStatusEx: () => this.#fail(WAIT_TIMEOUT),
      CreateNamedPipeW: () => this.#open(),
      CreateFileW: () => this.#open(),
      CloseHandle: (handle: number) => this.closed.push(handle),
      CancelIoEx: () => 1,
      ReadFile: start('ReadFile', 4),
      WriteFile: start('WriteFile', 4),
      WaitCommEvent: start('WaitCommEvent', 2),
      SetCommMask: () => 1,
      SetCommTimeouts: () => 1,
      sockets: () => sockets,
    };
    const common = {
      memory: (length: number) => this.#memory(length),
      errnoName: (code: number) => `error ${code}`,
    };
    this.platform = { ...common, windows } as unknown as Platform;
  }

  /** Let the operation with this structure end, on a handle of this key. */
  end(pointer: number, bytes: number, key: number): void {
    this.#packets.push({ pointer, bytes, key });
  }

  /** Handles that were closed a second time. */
  get closedTwice(): number[] {
    return this.closed.filter((handle, i) => this.closed.indexOf(handle) !== i);
  }

  #fail(error: number): 0 {
    this.#error = error;
    return 0;
  }

  #open(): number {
    this.opened.push(100 + this.opened.length);
    return this.opened.at(-1)!;
  }

  #associate(handle: number, key: number): number {
    if (handle === INVALID_HANDLE_VALUE) return PORT;
    if (this.#keys.has(handle)) return this.#fail(ERROR_INVALID_PARAMETER);
    this.#keys.set(handle, key);
    return PORT;
  }

  #take(bytes: number, key: number, pointer: number): number {
    const packet = this.#packets.shift();
    if (packet === undefined) return this.#fail(WAIT_TIMEOUT);
    this.#write(bytes + ENTRY_TRANSFERRED, packet.bytes);
    this.#write(key + ENTRY_KEY, packet.key);
    this.#write(pointer + ENTRY_OVERLAPPED, packet.pointer);
    return 1;
  }

  #memory(length: number) {
    const address = (this.#memories.size + 1) * PAGE;
    const bytes = new Uint8Array(length);
    this.#memories.set(address, bytes);
    return { address, bytes, length, free: () => void this.freed++ };
  }

  #write(address: number, value: number): void {
    const base = Math.floor(address / PAGE) * PAGE;
    new DataView(this.#memories.get(base)!.buffer).setUint32(address - base, value, true);
  }
}
