// A handle without the overlapped flag: ReadFile and WriteFile return when the operation has ended, and
// the thread sleeps in the call. The same files, pipes and sockets as the other drivers of Windows open;
// one flag at the opening decides.

import type { Memory } from '../ffi/platform.ts';
import type { SocketCalls, WindowsCalls } from '../ffi/windows/calls.ts';
import { ERROR_BROKEN_PIPE, ERROR_HANDLE_EOF } from '../ffi/windows/constants.ts';
import { OVERLAPPED_BYTES, OVERLAPPED_OFFSET, WORD_BYTES } from '../ffi/windows/structs.ts';
import {
  type BlockingEngine,
  type Driver,
  type DriverFacts,
  type OpenContext,
  READ,
} from './driver.ts';
import { AtOnce } from './parts/at-once.ts';
import { closeHandle, type Handle, onWindows, openHandle } from './parts/handle.ts';
import { probeByOperation } from './parts/open.ts';
import { kept } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'sync-file',
  title: 'Synchronous handle',
  form: 'synchronous',
  reports: 'completion',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['stream', 'events', 'block'],
  platforms: ['win32'],
  cost: 'one system call per operation, in which the thread sleeps until it has ended',
  needs: 'Windows, and a handle without the overlapped flag',
  parameters: {},
  source: 'https://learn.microsoft.com/windows/win32/fileio/synchronous-and-asynchronous-i-o',
  emulated_by: 'nothing: the kernel does it itself',
};

class SyncFile extends AtOnce implements BlockingEngine {
  readonly #windows: WindowsCalls;
  readonly #sockets: SocketCalls | undefined;
  readonly #handle: Handle;
  readonly #memory: Memory;
  readonly #words: Uint32Array;
  /** On blocks: the structure that says where; 0 on a stream, which has no place. */
  readonly #where: readonly [number, null];
  readonly #transferred: readonly [number, null];
  readonly #line: boolean;
  #open = true;

  constructor(context: OpenContext) {
    super(context);
    const { kind, tty } = context.target;
    this.#windows = this.platform.windows!;
    this.#line = tty;
    try {
      this.#handle = openHandle(context, false);
    } catch (error) {
      this.free();
      throw error;
    }
    this.#sockets = this.#handle.socket ? this.#windows.sockets() : undefined;
    this.#memory = this.platform.memory(OVERLAPPED_BYTES + WORD_BYTES);
    const { address, bytes } = this.#memory;
    this.#words = new Uint32Array(bytes.buffer, 0, (OVERLAPPED_BYTES + WORD_BYTES) / 4);
    this.#where = kept(kind === 'block' ? address : 0);
    this.#transferred = kept(address + OVERLAPPED_BYTES);
  }

  protected perform(slot: number): number {
    const { length_bytes, opcode } = this.operations;
    // On a pipe it would wait until there is data.
    if (length_bytes[slot] === 0) return 0;
    const read = opcode[slot] === READ;
    for (;;) {
      this.counters.syscalls++;
      const result = this.#sockets ? this.#transfer(slot, read) : this.#call(slot, read);
      // A serial port's read ends with nothing when its time is over, however long that is.
      if (!(this.#line && read && result === 0)) return result;
    }
  }

  #transfer(slot: number, read: boolean): number {
    const sockets = this.#sockets!;
    const length = this.operations.length_bytes[slot]!;
    const { value } = this.#handle;
    const moved = read
      ? sockets.recv(value, this.address(slot), length, 0)
      : sockets.send(value, this.address(slot), length, 0);
    return moved < 0 ? -sockets.WSAGetLastError() : moved;
  }

  #call(slot: number, read: boolean): number {
    const { length_bytes, offset_bytes } = this.operations;
    const windows = this.#windows;
    const words = this.#words;
    const offset = offset_bytes[slot]!;
    words[OVERLAPPED_OFFSET / 4] = offset;
    words[OVERLAPPED_OFFSET / 4 + 1] = offset / 2 ** 32;
    const length = length_bytes[slot]!;
    const { value } = this.#handle;
    const moved = this.#transferred[0];
    const well = read
      ? windows.ReadFile(value, this.address(slot), length, moved, this.#where[0])
      : windows.WriteFile(value, this.address(slot), length, moved, this.#where[0]);
    if (well) return words[OVERLAPPED_BYTES / 4]!;
    const error = windows.GetLastError();
    const end = error === ERROR_HANDLE_EOF || error === ERROR_BROKEN_PIPE;
    return end && read ? 0 : -error;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeHandle(this.platform, this.#handle);
    this.#memory.free();
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context =>
    probeByOperation(facts, context, () => new SyncFile(onWindows(context)).close()),
  open: async context => new SyncFile(onWindows(context)),
};
