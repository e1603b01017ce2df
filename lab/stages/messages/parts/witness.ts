// Who saw what of a message: how it came, on which thread it was answered, and what it overtook. The
// counts lie in memory that both threads share, because the one that gives a message is often not the one
// whose window procedure answers it.
import type { Desk } from '../../../messages/desk.ts';
import { EARLIER, TESTED, TIMED } from './numbers.ts';

/** Words of the shared memory. */
const TRY = 0;
const RETURNED = 1;
const ANSWERED = 2;
const EARLIER_LEFT = 3;
const CALLER = 4;
const QUEUED = 5;
const BY_CALLER = 6;
const BY_OWNER = 7;
const BY_LOOP = 8;
const OVERTAKEN = 9;
const AWAITED = 10;
const WHILE_BUSY = 11;
const OUT_OF_ORDER = 12;
const AWAY = 13;
const TIMED_COUNT = 14;
const WORDS = 15;
/** Behind the words: when the last timed message was handled. */
const TIME_AT = 64;

export const WITNESS_BYTES = TIME_AT + 8;

export class Witness {
  readonly #words: Int32Array;
  readonly #time_ns: Float64Array;
  readonly #desk: Desk;

  constructor(shared: SharedArrayBuffer, desk: Desk) {
    this.#words = new Int32Array(shared, 0, WORDS);
    this.#time_ns = new Float64Array(shared, TIME_AT, 1);
    this.#desk = desk;
  }

  #add(word: number, more = 1): void {
    Atomics.add(this.#words, word, more);
  }

  #read(word: number): number {
    return Atomics.load(this.#words, word);
  }

  /** The caller begins a try, after so many messages were posted. Wakes the owner, who stays busy. */
  begin(earlier: number): void {
    Atomics.store(this.#words, CALLER, this.#desk.thread);
    Atomics.store(this.#words, EARLIER_LEFT, earlier);
    this.#add(TRY);
    Atomics.notify(this.#words, TRY);
  }

  /** The caller's call has come back. */
  returned(): void {
    const tries = this.#read(TRY);
    if (this.#read(ANSWERED) === tries) this.#add(AWAITED);
    Atomics.store(this.#words, RETURNED, tries);
    Atomics.notify(this.#words, RETURNED);
  }

  get tries(): number {
    return this.#read(TRY);
  }

  /** All that was posted and given in this try has been answered. */
  get settled(): boolean {
    return this.#read(ANSWERED) === this.tries && this.#read(EARLIER_LEFT) === 0;
  }

  /** Has the caller's call of this try come back? */
  get isBack(): boolean {
    return this.#read(RETURNED) === this.tries;
  }

  /** Sleeps until a try after `last` has begun. False where none came. */
  awaitTry(last: number, limit_ms: number): boolean {
    return Atomics.wait(this.#words, TRY, last, limit_ms) !== 'timed-out';
  }

  /** Sleeps until the call has come back. False where that took longer. */
  awaitReturn(limit_ms: number): boolean {
    if (this.isBack) return true;
    Atomics.wait(this.#words, RETURNED, this.tries - 1, limit_ms);
    return this.isBack;
  }

  /** The owner looks at its queue no more, until the next try. */
  away(): void {
    Atomics.store(this.#words, AWAY, this.tries);
    Atomics.notify(this.#words, AWAY);
  }

  /** Sleeps until the owner is away after this try. False where that took longer. */
  awaitAway(limit_ms: number): boolean {
    if (this.#read(AWAY) === this.tries) return true;
    Atomics.wait(this.#words, AWAY, this.tries - 1, limit_ms);
    return this.#read(AWAY) === this.tries;
  }

  /** When the timed message of this number was handled; undefined where that took longer. */
  awaitTimed(number: number, limit_ms: number): number | undefined {
    if (this.#read(TIMED_COUNT) !== number) {
      Atomics.wait(this.#words, TIMED_COUNT, number - 1, limit_ms);
    }
    return this.#read(TIMED_COUNT) === number ? this.#time_ns[0] : undefined;
  }

  #timed(number: number): void {
    this.#desk.platform.stamp(this.#time_ns, 0);
    Atomics.store(this.#words, TIMED_COUNT, number);
    Atomics.notify(this.#words, TIMED_COUNT);
  }

  /** The owner was busy all the time, and the call came back. */
  cameBackWhileBusy(): void {
    this.#add(WHILE_BUSY);
  }

  /** Told by the loop: a message came out of the queue. One without a window ends there. */
  taken(hwnd: number, message: number, wParam: number): void {
    if (message === TIMED && hwnd === 0) this.#timed(wParam);
    if (message !== TESTED) return;
    this.#add(QUEUED);
    if (hwnd !== 0) return;
    this.#add(BY_LOOP);
    this.#answer(wParam);
  }

  /** The window procedure. */
  procedure(_hwnd: number, message: number, wParam: number): number | undefined {
    if (message === EARLIER) {
      this.#add(EARLIER_LEFT, -1);
      return 0;
    }
    if (message === TIMED) {
      this.#timed(wParam);
      return 0;
    }
    if (message !== TESTED) return undefined;
    this.#add(this.#desk.thread === this.#read(CALLER) ? BY_CALLER : BY_OWNER);
    this.#answer(wParam);
    return wParam + 1;
  }

  #answer(number: number): void {
    this.#add(OVERTAKEN, Math.max(0, this.#read(EARLIER_LEFT)));
    if (number !== this.#read(ANSWERED) + 1) this.#add(OUT_OF_ORDER);
    this.#add(ANSWERED);
  }

  get totals(): Record<string, number> {
    return {
      given: this.tries,
      handled: this.#read(ANSWERED),
      queued: this.#read(QUEUED),
      by_caller: this.#read(BY_CALLER),
      by_owner: this.#read(BY_OWNER),
      by_loop: this.#read(BY_LOOP),
      overtaken: this.#read(OVERTAKEN),
      awaited: this.#read(AWAITED),
      while_busy: this.#read(WHILE_BUSY),
      out_of_order: this.#read(OUT_OF_ORDER),
    };
  }
}
