// A proactor: operations are submitted with the handler that is called when they have ended, and one loop
// waits for ends. The names are those of Asio's io_service. It stands on the four verbs of any blocking
// driver of the lab, so the same handlers are driven by completion (io-uring) or by readiness (poll,
// epoll), where the driver makes the call as soon as it would not block.
import { type BlockingEngine, READ, WRITE } from '../drivers/driver.ts';
import type { Platform } from '../ffi/platform.ts';

/**
 * Gets the bytes moved, 0 at the end of a file, or a negated errno; and the slot's memory, of which a read
 * has filled that many. The memory is the service's again when the handler returns.
 */
export type CompletionHandler = (result: number, bytes: Uint8Array) => void;

export interface Operation {
  readonly do: 'read' | 'write';
  /** Bytes to read; absent for as many as fit a slot. */
  readonly length?: number;
  /** What to write; copied. */
  readonly bytes?: Uint8Array;
}

interface Waiting {
  readonly operation: Operation;
  readonly handler: CompletionHandler;
}

const FOR_EVER = Number.POSITIVE_INFINITY;

export class IOService {
  readonly #platform: Platform;
  readonly #engine: BlockingEngine;
  readonly #depth: number;
  /** Slots that no operation uses. */
  readonly #free: number[];
  /** By slot. */
  readonly #handlers: (CompletionHandler | undefined)[] = [];
  /** Submitted while every slot was in use. */
  readonly #backlog: Waiting[] = [];
  readonly #one = new Uint32Array(1);
  readonly #ended: { slot: number; result: number }[] = [];
  #stopped = false;

  /** `depth` is what the engine was opened with; the engine is the service's from now on. */
  constructor(platform: Platform, engine: BlockingEngine, depth: number) {
    this.#platform = platform;
    this.#engine = engine;
    this.#depth = depth;
    this.#free = Array.from({ length: depth }, (_, slot) => depth - 1 - slot);
  }

  /** Operations that have not ended, those included that have not begun. */
  get pending(): number {
    return this.#depth - this.#free.length + this.#backlog.length;
  }

  /** The handler is called by `run`, never from within this call. Throws RangeError where it cannot fit. */
  submit(operation: Operation, handler: CompletionHandler): void {
    const fits = this.#engine.slot(0).length;
    const length = operation.bytes?.length ?? operation.length ?? fits;
    if (length > fits) throw new RangeError(`${length} bytes do not fit a slot of ${fits}`);
    this.#backlog.push({ operation, handler });
    this.#startNext();
  }

  /** Call handlers until nothing is pending or `stop`. False where nothing ended for `limit_ms`. */
  run(limit_ms = FOR_EVER): boolean {
    while (this.pending > 0 && !this.#stopped) if (this.runOne(limit_ms) === 0) return false;
    this.#stopped = false;
    return true;
  }

  /**
   * The same for handlers that resolve promises: what stands behind an `await` goes on when no function is
   * running, so the service lets go between two waits.
   */
  async runAsync(limit_ms = FOR_EVER): Promise<boolean> {
    while (this.pending > 0 && !this.#stopped) {
      if (this.runOne(limit_ms) === 0) return false;
      await new Promise(setImmediate);
    }
    this.#stopped = false;
    return true;
  }

  /** Wait once, for `limit_ms` at most, and call the handlers of all that has ended. Returns how many. */
  runOne(limit_ms = FOR_EVER): number {
    // Some are left where a handler threw.
    if (this.#ended.length === 0) this.#collect(this.#platform.now() + limit_ms * 1e6);
    let called = 0;
    for (let ended = this.#ended.shift(); ended !== undefined; ended = this.#ended.shift()) {
      const { slot, result } = ended;
      called++;
      try {
        this.#handlers[slot]!(result, this.#engine.slot(slot));
      } finally {
        this.#free.push(slot);
        this.#startNext();
      }
    }
    return called;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Ends what is in flight; its handlers are not called. Idempotent. */
  close(): void {
    this.#backlog.length = 0;
    this.#engine.close();
  }

  /** A handler that submits makes the engine's list invalid, so it is taken over before they are called. */
  #collect(deadline_ns: number): void {
    const count = this.#engine.wait(1, deadline_ns);
    const { slot, result } = this.#engine.completions;
    for (let i = 0; i < count; i++) this.#ended.push({ slot: slot[i]!, result: result[i]! });
  }

  #startNext(): void {
    if (this.#free.length === 0 || this.#backlog.length === 0) return;
    const { operation, handler } = this.#backlog.shift()!;
    const slot = this.#free.pop()!;
    const { operations } = this.#engine;
    const memory = this.#engine.slot(slot);
    operations.opcode[slot] = operation.do === 'read' ? READ : WRITE;
    operations.length_bytes[slot] = operation.bytes?.length ?? operation.length ?? memory.length;
    if (operation.bytes) memory.set(operation.bytes);
    this.#handlers[slot] = handler;
    this.#one[0] = slot;
    this.#engine.submit(this.#one, 1);
  }
}
