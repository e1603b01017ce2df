// An I/O completion port: operations are started on a handle that is associated with the port, the system
// queues a packet for each that has ended, and a thread takes packets from the queue, sleeping while there
// is none. A packet names the handle (its key), the operation (its OVERLAPPED) and the bytes moved.
import { Unsupported } from '../errors.ts';
import type { Memory } from '../ffi/platform.ts';
import {
  ERROR_ABANDONED_WAIT_0,
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  INFINITE,
  INVALID_HANDLE_VALUE,
  WAIT_TIMEOUT,
} from '../ffi/windows/constants.ts';
import { windowsError } from '../ffi/windows/errors.ts';
import {
  ENTRY_KEY,
  ENTRY_OVERLAPPED,
  OVERLAPPED_ENTRY_BYTES,
  WORD_BYTES,
} from '../ffi/windows/structs.ts';
import type { Driver, DriverFacts, OpenContext } from './driver.ts';
import { onWindows } from './parts/handle.ts';
import { probeByOperation } from './parts/open.ts';
import { OverlappedSlots } from './parts/overlapped-slots.ts';
import { kept, timeoutMilliseconds } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'iocp',
  title: 'I/O completion port',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'blocking',
  serves: ['stream', 'events', 'block'],
  platforms: ['win32'],
  cost: 'two system calls per operation, one that starts it and one that takes packets; one call takes all that wait',
  needs: 'Windows, and a handle with the overlapped flag',
  parameters: {
    dequeue: {
      meaning: 'batch: one call takes all packets that wait; single: one call for each',
      default: 'batch',
      values: ['batch', 'single'],
    },
    skip: {
      meaning: 'no: every end is queued; yes: what ends as it starts is not',
      default: 'no',
      values: ['no', 'yes'],
    },
  },
  source: 'https://learn.microsoft.com/windows/win32/fileio/i-o-completion-ports',
  emulated_by: 'nothing: the kernel does it itself',
};

/** Comes back with every packet of the handle. */
const KEY = 0x10c9;
/** One thread takes packets here; the port lets as many run as the machine has processors where it is 0. */
const THREADS = 1;
const ENTRY_WORDS = OVERLAPPED_ENTRY_BYTES / 4;

class CompletionPort extends OverlappedSlots {
  readonly #skip: boolean;
  readonly #port: number;
  readonly #single: boolean;
  readonly #memory: Memory;
  readonly #words: Uint32Array;
  readonly #entries: readonly [number, null];
  readonly #removed: readonly [number, null];
  /** Where a single packet goes: bytes, key, address of the structure. */
  readonly #transferred: readonly [number, null];
  readonly #key: readonly [number, null];
  readonly #structure: readonly [number, null];

  constructor(context: OpenContext) {
    super(context);
    const { windows, overlapped, depth } = this;
    const { parameters } = context;
    this.#single = parameters.dequeue === 'single';
    this.#skip = parameters.skip === 'yes';
    // Entries, then how many there are; a single packet lies where the first entry has these fields.
    const entries_bytes = depth * OVERLAPPED_ENTRY_BYTES;
    this.#memory = this.platform.memory(entries_bytes + WORD_BYTES);
    const { address, bytes } = this.#memory;
    this.#words = new Uint32Array(bytes.buffer, 0, entries_bytes / 4 + 1);
    this.#entries = kept(address);
    this.#removed = kept(address + entries_bytes);
    this.#transferred = kept(address + OVERLAPPED_ENTRY_BYTES - WORD_BYTES);
    this.#key = kept(address + ENTRY_KEY);
    this.#structure = kept(address + ENTRY_OVERLAPPED);
    this.#port = windows.CreateIoCompletionPort(INVALID_HANDLE_VALUE, 0, 0, THREADS);
    try {
      const { value } = overlapped.handle;
      if (windows.CreateIoCompletionPort(value, this.#port, KEY, 0) === 0) {
        throw windowsError('CreateIoCompletionPort', windows.GetLastError());
      }
      if (this.#skip) this.#queueNoneAtOnce(value);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #queueNoneAtOnce(handle: number): void {
    const { windows } = this;
    const skip = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS;
    if (windows.SetFileCompletionNotificationModes(handle, skip)) return;
    const code = windows.GetLastError();
    const { errno } = windowsError('SetFileCompletionNotificationModes', code);
    throw new Unsupported('this handle queues every end', 'leave out skip=yes', errno);
  }

  /** Skipped it has no packet; on a stream those of earlier operations are in the queue by now. */
  protected endedAtOnce(slot: number): void {
    if (!this.#skip) {
      this.started(slot);
      return;
    }
    if (this.overlapped.ordered) while (this.inFlight > 0 && this.collect(0));
    this.finish(slot, this.overlapped.outcome(slot));
  }

  protected collect(deadline_ns: number): boolean {
    const ms = timeoutMilliseconds(this.platform, deadline_ns);
    const limit_ms = ms < 0 ? INFINITE : ms;
    this.counters.syscalls++;
    this.counters.polls++;
    return this.#single ? this.#one(limit_ms) : this.#all(limit_ms);
  }

  #all(limit_ms: number): boolean {
    const { windows, depth } = this;
    const port = this.#port;
    const got = windows.GetQueuedCompletionStatusEx(
      port,
      this.#entries[0],
      depth,
      this.#removed[0],
      limit_ms,
      0,
    );
    if (!got) return this.#nothing(windows.GetLastError());
    const count = this.#words[depth * ENTRY_WORDS]!;
    for (let k = 0; k < count; k++) this.#packet(k * ENTRY_WORDS, k > 0);
    return true;
  }

  #one(limit_ms: number): boolean {
    const { windows } = this;
    const at = ENTRY_OVERLAPPED / 4;
    this.#words[at] = 0;
    this.#words[at + 1] = 0;
    const well = windows.GetQueuedCompletionStatus(
      this.#port,
      this.#transferred[0],
      this.#key[0],
      this.#structure[0],
      limit_ms,
    );
    // A packet of an operation that failed is a failure of the call, too; no packet has no structure.
    if (!well && this.#words[at] === 0 && this.#words[at + 1] === 0) {
      return this.#nothing(windows.GetLastError());
    }
    this.#packet(0, false);
    return true;
  }

  /** The packet whose entry begins at word `at`. */
  #packet(at: number, together: boolean): void {
    const { overlapped } = this;
    if (this.#words[at + ENTRY_KEY / 4] !== KEY) throw new Error('a packet with a foreign key');
    const slot = overlapped.slotOf(this.#words[at + ENTRY_OVERLAPPED / 4]!);
    this.ended(slot, overlapped.outcome(slot), together);
  }

  #nothing(code: number): boolean {
    if (code === WAIT_TIMEOUT) return false;
    if (code === ERROR_ABANDONED_WAIT_0) throw new Error('the port was closed during the wait');
    throw windowsError('GetQueuedCompletionStatus', code);
  }

  protected release(): void {
    this.windows.CloseHandle(this.#port);
    this.#memory.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context =>
    probeByOperation(facts, context, () => new CompletionPort(onWindows(context)).close()),
  open: async context => new CompletionPort(onWindows(context)),
};
