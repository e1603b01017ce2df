// The timers of the event loop: a binary heap, so that the next one due is always at its top and
// setting or cancelling one of n costs log n steps. libuv keeps its timers the same way (src/timer.c).

export interface Timer {
  /** Nanoseconds of the loop's clock. */
  readonly due_ns: number;
  /** Timers due at the same moment run in the order in which they were set. */
  readonly sequence: number;
  readonly callback: () => void;
  /** Its place in the heap; −1 once it has run or was cancelled. */
  place: number;
}

export class Timers {
  readonly #heap: Timer[] = [];
  #set = 0;

  /** Timers that have neither run nor been cancelled. */
  get size(): number {
    return this.#heap.length;
  }

  /** When the next one is due; infinity where there is none. */
  next_ns(): number {
    return this.#heap[0]?.due_ns ?? Number.POSITIVE_INFINITY;
  }

  add(due_ns: number, callback: () => void): Timer {
    const timer: Timer = { due_ns, sequence: this.#set++, callback, place: this.#heap.length };
    this.#heap.push(timer);
    this.#rise(timer);
    return timer;
  }

  /** True where it was still to come. */
  cancel(timer: Timer): boolean {
    const { place } = timer;
    if (this.#heap[place] !== timer) return false;
    timer.place = -1;
    const last = this.#heap.pop()!;
    if (last === timer) return true;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
    return true;
  }

  /**
   * Call what is due at `now_ns`, in order, and return how many that were. A timer that one of the
   * callbacks sets waits for the next call: otherwise one that sets itself anew would never let go.
   */
  run(now_ns: number): number {
    const before = this.#set;
    let called = 0;
    for (;;) {
      const timer = this.#heap[0];
      if (timer === undefined || timer.due_ns > now_ns || timer.sequence >= before) return called;
      this.cancel(timer);
      called++;
      timer.callback();
    }
  }

  #put(timer: Timer, place: number): void {
    this.#heap[place] = timer;
    timer.place = place;
  }

  /** Towards the top, past every timer that is due later. */
  #rise(timer: Timer): void {
    while (timer.place > 0) {
      const above = this.#heap[(timer.place - 1) >> 1]!;
      if (!isBefore(timer, above)) return;
      const { place } = above;
      this.#put(above, timer.place);
      this.#put(timer, place);
    }
  }

  /** Away from the top, changing places with the earlier of the two below. */
  #sink(timer: Timer): void {
    for (;;) {
      const left = this.#heap[2 * timer.place + 1];
      const right = this.#heap[2 * timer.place + 2];
      if (left === undefined) return;
      const below = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(below, timer)) return;
      const { place } = below;
      this.#put(below, timer.place);
      this.#put(timer, place);
    }
  }
}

const isBefore = (a: Timer, b: Timer): boolean =>
  a.due_ns < b.due_ns || (a.due_ns === b.due_ns && a.sequence < b.sequence);
