// The server's side of a named pipe on Windows, for a device that serves one reader after the other: many
// instances wait for a client, and those whose client has gone are made to wait again. The name ends with
// this process, and is no file.
import { TimedOut } from '../../errors.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import type { WindowsCalls } from '../../ffi/windows/calls.ts';
import {
  ERROR_IO_PENDING,
  ERROR_PIPE_CONNECTED,
  FILE_FLAG_OVERLAPPED,
  INVALID_HANDLE_VALUE,
  PIPE_ACCESS_DUPLEX,
  PIPE_REJECT_REMOTE_CLIENTS,
  PIPE_TYPE_BYTE,
  STATUS_PENDING,
} from '../../ffi/windows/constants.ts';
import { windowsError } from '../../ffi/windows/errors.ts';
import { OVERLAPPED_BYTES } from '../../ffi/windows/structs.ts';

/** As many as drivers may be asked before one of them measures. */
const INSTANCES = 32;
const BUFFER_BYTES = 65_536;
const CLIENT_LIMIT_MS = 2000;

interface Instance {
  readonly pipe: number;
  /** The structure of its wait for a client. */
  readonly structure: number;
  readonly status: Int32Array;
  /** When a client was seen on it; 0 while there is none. */
  since: number;
}

export class PipeServer {
  readonly path: string;
  readonly #windows: WindowsCalls;
  readonly #memory: Memory;
  readonly #instances: Instance[] = [];
  #clock = 0;

  /** Throws SystemCallError. */
  constructor(platform: Platform, name: string, instances = INSTANCES) {
    this.path = `\\\\.\\pipe\\${name}`;
    this.#windows = platform.windows!;
    this.#memory = platform.memory(instances * OVERLAPPED_BYTES);
    const { address, bytes } = this.#memory;
    for (let i = 0; i < instances; i++) {
      const at = i * OVERLAPPED_BYTES;
      const pipe = this.#create(instances);
      const status = new Int32Array(bytes.buffer, at, OVERLAPPED_BYTES / 4);
      const instance = { pipe, structure: address + at, status, since: 0 };
      this.#instances.push(instance);
      this.#listen(instance);
    }
  }

  #create(instances: number): number {
    const open = PIPE_ACCESS_DUPLEX + FILE_FLAG_OVERLAPPED;
    const mode = PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS;
    const { CreateNamedPipeW, GetLastError } = this.#windows;
    const size = BUFFER_BYTES;
    const pipe = CreateNamedPipeW(this.path, open, mode, instances, size, size, 0, 0);
    if (pipe !== INVALID_HANDLE_VALUE) return pipe;
    throw windowsError('CreateNamedPipeW', GetLastError(), this.path);
  }

  #listen(instance: Instance): void {
    const { pipe, structure, status } = instance;
    status.fill(0);
    instance.since = 0;
    if (this.#windows.ConnectNamedPipe(pipe, structure)) return;
    const code = this.#windows.GetLastError();
    // A client was quicker: nothing is pending, and the structure says so.
    if (code !== ERROR_IO_PENDING && code !== ERROR_PIPE_CONNECTED) {
      throw windowsError('ConnectNamedPipe', code);
    }
  }

  /** See who has come and who has gone. */
  look(): void {
    for (const instance of this.#instances) {
      if (Atomics.load(instance.status, 0) === STATUS_PENDING) continue;
      if (instance.since === 0) instance.since = ++this.#clock;
      if (this.#windows.PeekNamedPipe(instance.pipe, 0, 0, 0, 0, 0)) continue;
      this.#windows.DisconnectNamedPipe(instance.pipe);
      this.#listen(instance);
    }
  }

  /** The instance whose client came last; undefined while there is none. */
  newest(): number | undefined {
    this.look();
    const taken = this.#instances.filter(({ since }) => since > 0);
    return taken.toSorted((a, b) => b.since - a.since)[0]?.pipe;
  }

  /** The same; blocks until there is one. Throws TimedOut. */
  client(): number {
    for (let waited_ms = 0; waited_ms < CLIENT_LIMIT_MS; waited_ms++) {
      const pipe = this.newest();
      if (pipe !== undefined) return pipe;
      this.#windows.SleepEx(1, 0);
    }
    throw new TimedOut(`nobody opened the pipe for ${CLIENT_LIMIT_MS} ms`);
  }

  close(): void {
    const { CancelIoEx, CloseHandle, SleepEx } = this.#windows;
    for (const { pipe, status } of this.#instances) {
      CancelIoEx(pipe, 0);
      while (Atomics.load(status, 0) === STATUS_PENDING) SleepEx(1, 0);
      CloseHandle(pipe);
    }
    this.#instances.length = 0;
    this.#memory.free();
  }
}
