// A blocking driver over overlapped operations: it starts them, waits, finishes what has ended, and closes
// only when nothing is in flight. Each driver says only how it hears of an end.
import type { WindowsCalls } from '../../ffi/windows/calls.ts';
import type { BlockingEngine, OpenContext } from '../driver.ts';
import { Overlapped, PENDING } from './overlapped.ts';
import { Slots } from './slots.ts';

/** Cancelled operations end at once; a disk's end when the disk says so. */
const DRAIN_NS = 5e9;

export abstract class OverlappedSlots extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  protected readonly windows: WindowsCalls;
  protected readonly overlapped: Overlapped;
  /** Operations that are started and have not been seen to end. */
  protected inFlight = 0;
  #open = true;

  constructor(context: OpenContext) {
    super(context);
    this.windows = this.platform.windows!;
    try {
      this.overlapped = new Overlapped(context, this);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  override room(): number {
    return this.depth - this.inFlight - this.ready();
  }

  /** Reads and writes of nothing are finished here: on a pipe they would wait until it has data. */
  submit(slots: Uint32Array, count: number): number {
    const accepted = Math.min(count, this.room());
    for (let i = 0; i < accepted; i++) {
      const slot = slots[i]!;
      if (this.operations.length_bytes[slot] === 0) {
        this.finish(slot, 0);
        continue;
      }
      const started = this.start(slot);
      if (started === PENDING) this.started(slot);
      else if (started === 0) this.endedAtOnce(slot);
      else this.finish(slot, this.overlapped.refused(slot, -started));
    }
    return accepted;
  }

  protected start(slot: number): number {
    return this.overlapped.start(slot);
  }

  /** The slot's operation has ended as it started. Will `collect` hear of it, or is it finished here? */
  protected abstract endedAtOnce(slot: number): void;

  /** The slot's operation is in flight. */
  protected started(_slot: number): void {
    this.inFlight++;
  }

  /** The slot's operation has ended with `result`; `together` with the one before. */
  protected ended(slot: number, result: number, together: boolean): void {
    this.inFlight--;
    if (this.overlapped.ranOut(slot, result)) {
      const again = this.start(slot);
      if (again === PENDING) this.started(slot);
      else if (again === 0) this.endedAtOnce(slot);
      else this.finish(slot, again, together);
    } else this.finish(slot, result, together);
  }

  wait(min: number, deadline_ns: number): number {
    while (this.ready() < min && this.inFlight > 0) {
      if (!this.collect(deadline_ns) && this.platform.now() >= deadline_ns) break;
    }
    return this.take();
  }

  /** Call `ended` for what has ended, after waiting for the first. Returns false where the time was up. */
  protected abstract collect(deadline_ns: number): boolean;
  /** Give back what the driver itself took. */
  protected abstract release(): void;

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const deadline_ns = this.platform.now() + DRAIN_NS;
    if (this.inFlight > 0) this.overlapped.cancel();
    while (this.inFlight > 0 && this.platform.now() < deadline_ns) {
      // Nobody takes these completions: their places are free again.
      this.take();
      this.collect(deadline_ns);
    }
    const drained = this.inFlight === 0;
    this.overlapped.close(drained);
    this.release();
    if (drained) this.free();
  }
}
