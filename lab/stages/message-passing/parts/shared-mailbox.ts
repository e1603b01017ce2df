// A mailbox in memory that two threads share: a ring of messages with one writer and one reader, who sleep in
// Atomics.wait where it is full or empty (ECMAScript, Atomics.wait and Atomics.notify). It has an end, so a
// sender that is too fast must wait.
import { WORDS, type Words } from './message.ts';

/** Messages that it holds. */
export const CAPACITY = 64;
/** Its first two words: messages written and messages read, since the beginning. */
const WRITTEN = 0;
const READ = 1;
const FIRST = 2;

export const mailboxMemory = (): SharedArrayBuffer =>
  new SharedArrayBuffer((FIRST + CAPACITY * WORDS) * 4);

export class SharedMailbox {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** False where it is full and stayed so. Throws where the message has not the right length. */
  send(message: Words, limit_ms: number): boolean {
    const words = this.#words;
    if (message.length !== WORDS) throw new RangeError(`a message has ${WORDS} words`);
    const written = Atomics.load(words, WRITTEN);
    if (!this.#until(READ, read => written - read < CAPACITY, limit_ms)) return false;
    words.set(message, FIRST + (written % CAPACITY) * WORDS);
    this.#advance(WRITTEN, written + 1);
    return true;
  }

  /** A copy of the next message; undefined where none came. */
  receive(limit_ms: number): Int32Array | undefined {
    const words = this.#words;
    const read = Atomics.load(words, READ);
    if (!this.#until(WRITTEN, written => written > read, limit_ms)) return undefined;
    const at = FIRST + (read % CAPACITY) * WORDS;
    const message = words.slice(at, at + WORDS);
    this.#advance(READ, read + 1);
    return message;
  }

  /** Sleeps until the other side's count satisfies. False where it never did within the limit. */
  #until(which: number, satisfies: (count: number) => boolean, limit_ms: number): boolean {
    const end_ms = performance.now() + limit_ms;
    for (;;) {
      const count = Atomics.load(this.#words, which);
      if (satisfies(count)) return true;
      const left_ms = end_ms - performance.now();
      if (left_ms <= 0) return false;
      Atomics.wait(this.#words, which, count, left_ms);
    }
  }

  /** Stored first, notified then: whoever looks in between finds the new count and does not sleep. */
  #advance(which: number, count: number): void {
    Atomics.store(this.#words, which, count);
    Atomics.notify(this.#words, which);
  }
}
