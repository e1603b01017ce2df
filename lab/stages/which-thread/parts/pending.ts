// N pipes of Windows, each with a read in flight, and what can be found out about the threads meanwhile:
// how many were made for it, how many are blocked in a call, and which ones ran the callbacks.

import { TimedOut } from '../../../errors.ts';
import { type Ends, openPipe } from '../../../examples/ports/handles.ts';
import { failed, OPERATION_NOTE, Operations, windowsOf } from '../../../examples/ports/port.ts';
import type { Memory, Platform } from '../../../ffi/platform.ts';
import { ERROR_IO_PENDING } from '../../../ffi/windows/constants.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { described, tasksOfThis } from './tasks.ts';

export const READ_BYTES = 8;
const KEY = 1;
const LIMIT_NS = 20e9;
const LOOK_NS = 1e6;
/** What CancelSynchronousIo wants to be allowed. */
const THREAD_TERMINATE = 1;

/** Threads of this process that are blocked in a synchronous call. Each of those calls is cancelled. */
export function cancelBlocked(platform: Platform): number {
  const windows = windowsOf(platform);
  const own = windows.GetCurrentThreadId();
  let blocked = 0;
  for (const thread of windows.inspection().threads()) {
    if (thread === own) continue;
    const handle = windows.OpenThread(THREAD_TERMINATE, 0, thread);
    if (handle === 0) continue;
    if (windows.CancelSynchronousIo(handle)) blocked++;
    windows.CloseHandle(handle);
  }
  return blocked;
}

/** Tells whose thread ran the callback of each operation. */
export class Pending {
  readonly operations: Operations;
  readonly pipes: Ends[] = [];
  readonly #platform: Platform;
  readonly #windows: NonNullable<Platform['windows']>;
  readonly #buffer: Memory;

  constructor(platform: Platform, count: number) {
    this.#platform = platform;
    this.#windows = windowsOf(platform);
    this.operations = new Operations(platform, count);
    this.#buffer = platform.memory(count * READ_BYTES + 2 * READ_BYTES);
    for (let i = 0; i < count; i++) {
      this.pipes.push(openPipe(platform, { far_overlapped: false, buffer_bytes: 256 }));
    }
  }

  address(index: number): number {
    return this.#buffer.address + index * READ_BYTES;
  }

  /** Start the read of every pipe by `start`, which returns what the call did. */
  begin(start: (near: number, buffer: number, overlapped: number) => number): void {
    for (const [i, { near }] of this.pipes.entries()) {
      const index = this.operations.begin(KEY);
      if (start(near, this.address(i), this.operations.address(index))) continue;
      const error = this.#windows.GetLastError();
      if (error !== ERROR_IO_PENDING) throw failed(this.#platform, 'a read');
    }
  }

  /** Let every read end. */
  end(): void {
    const moved = this.address(this.pipes.length + 1);
    for (const { far } of this.pipes) {
      this.#windows.WriteFile(far, this.address(this.pipes.length), READ_BYTES, moved, 0);
    }
  }

  /** Numbers of the threads that noted themselves behind the structures, once all have. */
  async noted(wait: () => void | Promise<void>): Promise<number[]> {
    const limit_ns = this.#platform.now() + LIMIT_NS;
    const notes = () => this.pipes.map((_, index) => this.operations.note(index));
    while (notes().includes(0)) {
      if (this.#platform.now() > limit_ns) throw new TimedOut('a callback never ran');
      await wait();
    }
    return notes();
  }

  /** The book is told of the ends here, because the callbacks themselves are no code of ours. */
  settle(): void {
    for (const index of this.pipes.keys()) {
      this.operations.end(this.operations.address(index), KEY);
      this.operations.release(index);
    }
  }

  close(): void {
    for (const { near, far } of this.pipes) {
      this.#windows.CloseHandle(near);
      this.#windows.CloseHandle(far);
    }
    if (this.operations.ledger.in_flight > 0) return;
    this.operations.free();
    this.#buffer.free();
  }
}

export const soon = (platform: Platform) => () => platform.sleepUntil(platform.now() + LOOK_NS);

export interface CallbackForm {
  /** Called once, before anything is in flight. */
  prepare?(pipes: readonly Ends[], routine: number): void;
  start(near: number, buffer: number, overlapped: number, routine: number): number;
  /** Until callbacks may have run. */
  wait(): void | Promise<void>;
  /** When all of them have. */
  close?(): void;
}

/** Reads whose ends are told by a callback that the system calls. */
export async function stageCallbacks(
  { platform, parameters }: StageContext,
  form: CallbackForm,
): Promise<StageResult> {
  const operations = whole(parameters, 'operations');
  const windows = windowsOf(platform);
  const inspection = windows.inspection();
  const pending = new Pending(platform, operations);
  const routine = inspection.threadNoter(OPERATION_NOTE);
  try {
    form.prepare?.(pending.pipes, routine.address);
    const before = inspection.threads().length;
    pending.begin((near, buffer, overlapped) =>
      form.start(near, buffer, overlapped, routine.address),
    );
    const added_threads = inspection.threads().length - before;
    const in_flight = pending.operations.ledger.in_flight;
    const waiting_threads = cancelBlocked(platform);
    const meanwhile = described(tasksOfThis(platform));
    pending.end();
    const threads = await pending.noted(() => form.wait());
    pending.settle();
    const own = windows.GetCurrentThreadId();
    const { late_bytes } = pending.operations.ledger.audit();
    return {
      n: operations,
      totals: {
        in_flight,
        waiting_threads,
        added_threads,
        callback_threads: new Set(threads).size,
        on_submitter: threads.filter(thread => thread === own).length,
        late_bytes,
      },
      notes: meanwhile ? [`threads while the reads were in flight: ${meanwhile}`] : [],
    };
  } finally {
    // In this order: what is left in flight after a failure ends with its handle, and its callback runs.
    pending.close();
    form.close?.();
    routine.release();
  }
}
