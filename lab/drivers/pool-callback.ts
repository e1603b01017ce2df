// Completion callbacks on threads of the system's pool: Windows keeps a completion port of its own, and a
// thread of its own takes the packets and calls a function of ours. Who runs the callback? A thread that
// this program never made; and as JavaScript runs on one thread only, that one hands the call over to
// Node's event loop and waits until the callback has returned.
import { setImmediate } from 'node:timers/promises';
import { Unsupported } from '../errors.ts';
import type { NativeCallback, WindowsCalls } from '../ffi/windows/calls.ts';
import { windowsError } from '../ffi/windows/errors.ts';
import type { Driver, DriverFacts, EventEngine, OpenContext } from './driver.ts';
import { EventWait } from './parts/event-wait.ts';
import { onWindows } from './parts/handle.ts';
import { probeByOperation } from './parts/open.ts';
import { Overlapped } from './parts/overlapped.ts';

const facts: DriverFacts = {
  id: 'pool-callback',
  title: 'Pool callbacks (Windows)',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'event',
  serves: ['stream', 'events', 'block'],
  platforms: ['win32'],
  cost: 'a thread of the pool for every completion that is being handled, and a handover from it to the event loop',
  needs:
    'Windows, a handle with the overlapped flag, and foreign calls that other threads may make into JavaScript',
  parameters: {
    pool: {
      meaning:
        'bind: the handle is bound to the pool (BindIoCompletionCallback); io: an object of the newer pool stands between (CreateThreadpoolIo)',
      default: 'bind',
      values: ['bind', 'io'],
    },
  },
  source:
    'https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-bindiocompletioncallback',
  emulated_by: 'a completion port of the system’s own, and the threads of its pool that wait on it',
};

/** koffi holds 256 calls of other threads at once, and the threads that are just leaving count, too. */
const MOST_CALLS = 128;
/** A foreign callback does not keep Node's loop alive; a timer does, and never fires here. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const DRAIN_LIMIT_MS = 5000;

/** What tells the pool of an operation before it starts, and of one that did not start. */
interface Binding {
  begin(): void;
  refused(): void;
  close(): void;
}

function bind(windows: WindowsCalls, handle: number, routine: NativeCallback): Binding {
  if (windows.BindIoCompletionCallback(handle, routine.address, 0)) {
    return { begin() {}, refused() {}, close() {} };
  }
  throw windowsError('BindIoCompletionCallback', windows.GetLastError());
}

function poolObject(windows: WindowsCalls, handle: number, routine: NativeCallback): Binding {
  const io = windows.CreateThreadpoolIo(handle, routine.address, 0, 0);
  if (io === 0) throw windowsError('CreateThreadpoolIo', windows.GetLastError());
  return {
    begin: () => windows.StartThreadpoolIo(io),
    refused: () => windows.CancelThreadpoolIo(io),
    close: () => windows.CloseThreadpoolIo(io),
  };
}

class PoolCallback extends EventWait implements EventEngine {
  readonly loop = 'event';
  readonly #overlapped: Overlapped;
  readonly #routine: NativeCallback;
  readonly #binding: Binding;
  readonly #alive: NodeJS.Timeout;
  #flying = 0;
  /** On a stream: slots whose callback came before that of an older one. */
  readonly #called: Uint8Array;
  #drained: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(context: OpenContext) {
    super(context);
    const { platform, depth } = this;
    const windows = platform.windows!;
    this.#called = new Uint8Array(depth);
    try {
      this.#overlapped = new Overlapped(context, this);
    } catch (error) {
      this.free();
      throw error;
    }
    const call = (_error: number, _moved: number, structure: number) =>
      this.#ended(this.#overlapped.slotOf(structure >>> 0));
    const object = context.parameters.pool === 'io';
    this.#routine = object ? windows.threadpoolRoutine(call) : windows.completionRoutine(call);
    try {
      const { value } = this.#overlapped.handle;
      this.#binding = (object ? poolObject : bind)(windows, value, this.#routine);
    } catch (error) {
      this.#routine.release();
      this.#overlapped.close(true);
      this.free();
      throw error;
    }
    this.#alive = setInterval(() => {}, LONGEST_TIMER_MS);
  }

  protected override inFlight(): number {
    return this.#overlapped.ordered ? this.pending : this.#flying;
  }

  override room(): number {
    return this.depth - this.inFlight() - this.ready();
  }

  submit(slots: Uint32Array, count: number): number {
    const accepted = Math.min(count, this.room());
    for (let i = 0; i < accepted; i++) {
      const slot = slots[i]!;
      // A read of nothing would wait on a pipe until it has data.
      if (this.operations.length_bytes[slot] === 0) this.finish(slot, 0);
      else this.#start(slot);
    }
    this.notify();
    return accepted;
  }

  #start(slot: number): void {
    this.#binding.begin();
    // What ends as it starts has its callback, too.
    const started = this.#overlapped.start(slot);
    if (started < 0) {
      this.#binding.refused();
      this.finish(slot, this.#overlapped.refused(slot, -started));
      return;
    }
    this.#flying++;
    if (this.#overlapped.ordered) this.enqueue(slot);
  }

  /** The callback: on the event loop's thread, while the thread that called waits for it. */
  #ended(slot: number): void {
    this.counters.polls++;
    this.#flying--;
    if (this.#overlapped.ordered) this.#inOrder(slot);
    else this.finish(slot, this.#overlapped.outcome(slot));
    this.notify();
    if (this.#flying === 0) this.#drained?.();
  }

  /** Threads race: the callback of a later read may come first, and its bytes have to wait. */
  #inOrder(slot: number): void {
    this.#called[slot] = 1;
    while (this.pending > 0 && this.#called[this.oldest()] === 1) {
      const oldest = this.oldest();
      this.#called[oldest] = 0;
      const result = this.#overlapped.outcome(oldest);
      this.finishOldest(result);
      if (this.#closing === undefined && this.#overlapped.ranOut(oldest, result)) {
        // A serial port's read whose time is over is no end: it is started again in its place.
        this.finished--;
        this.#start(oldest);
      }
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  /** Every operation has its callback, also a cancelled one: when all have come, none can follow. */
  async #drain(): Promise<void> {
    if (this.#flying > 0) {
      this.#overlapped.cancel();
      await new Promise<void>(resolve => {
        this.#drained = resolve;
        setTimeout(resolve, DRAIN_LIMIT_MS).unref();
      });
    }
    const drained = this.#flying === 0;
    this.#overlapped.close(drained);
    if (drained) this.#binding.close();
    clearInterval(this.#alive);
    if (!drained) return;
    // The last caller still waits for its callback to return.
    await setImmediate();
    this.#routine.release();
    this.free();
  }
}

function open(context: OpenContext): PoolCallback {
  const { depth } = onWindows(context);
  if (depth <= MOST_CALLS) return new PoolCallback(context);
  throw new Unsupported(
    `${depth} callbacks from other threads at once are too many`,
    `give a depth of at most ${MOST_CALLS}`,
  );
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => open(context).close()),
  open: async context => open(context),
};
