// What drivers on Node's event loop share: chunks that arrive whenever the loop delivers them are
// dealt out to pending reads, and `wait` is a promise that the arrival resolves.
import { READ } from '../driver.ts';
import { Slots, timeoutMilliseconds } from './slots.ts';

/** At the end of a stream a read returns nothing (read(2)). */
const END_OF_FILE = 0;

export class EventSlots extends Slots {
  readonly #chunks: Uint8Array[] = [];
  /** Bytes of the first chunk already dealt out. */
  #offset = 0;
  #writing = 0;
  /** What reads return once the stream is over: 0 at its end, a negated errno after a failure. */
  #over: number | undefined;
  #wake: (() => void) | undefined;
  #min = 0;

  /** Bytes came in. Counted as one poll: the loop asked on our behalf and found something. */
  protected arrived(chunk: Uint8Array): void {
    this.counters.polls++;
    if (chunk.length > 0) this.#chunks.push(chunk);
    this.#deal();
  }

  /** The stream ended (0) or failed (a negated errno): pending and later reads finish with it. */
  protected ended(result: number = END_OF_FILE): void {
    this.#over ??= result;
    this.#deal();
  }

  /** A write that `start` began is through: bytes, or a negated errno. */
  protected wrote(slot: number, result: number): void {
    this.#writing--;
    this.finish(slot, result);
    this.#notify();
  }

  /** Start the slots: reads wait for chunks, writes go to `write`. */
  protected start(slots: Uint32Array, count: number, write: (slot: number) => void): number {
    const accepted = Math.min(count, this.room() - this.#writing);
    for (let i = 0; i < accepted; i++) {
      const slot = slots[i]!;
      if (this.operations.opcode[slot] === READ) this.enqueue(slot);
      else {
        this.#writing++;
        write(slot);
      }
    }
    this.#deal();
    return accepted;
  }

  async wait(min: number, deadline_ns: number): Promise<number> {
    const enough = () => this.ready() >= min || this.#inFlight() === 0;
    if (!enough()) await this.#until(min, deadline_ns);
    return this.take();
  }

  #inFlight(): number {
    return this.pending + this.#writing;
  }

  #until(min: number, deadline_ns: number): Promise<void> {
    return new Promise(resolve => {
      let timer: NodeJS.Timeout | undefined;
      this.#min = min;
      this.#wake = () => {
        this.#wake = undefined;
        clearTimeout(timer);
        resolve();
      };
      if (deadline_ns === Number.POSITIVE_INFINITY) return;
      // Node's timers count whole milliseconds from the loop's last look at the clock, so one may
      // fire early: ask the clock again.
      const giveUp = () => {
        const left_ms = timeoutMilliseconds(this.platform, deadline_ns);
        if (left_ms > 0) timer = setTimeout(giveUp, left_ms);
        else this.#wake?.();
      };
      giveUp();
    });
  }

  #notify(): void {
    if (this.#wake && (this.ready() >= this.#min || this.#inFlight() === 0)) this.#wake();
  }

  /** Copy what has arrived into pending reads, oldest first; one read never spans two chunks. */
  #deal(): void {
    while (this.pending > 0) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) {
        if (this.#over === undefined) break;
        this.finishOldest(this.#over);
        continue;
      }
      const slot = this.oldest();
      const length = Math.min(this.operations.length_bytes[slot]!, chunk.length - this.#offset);
      this.slot(slot).set(chunk.subarray(this.#offset, this.#offset + length));
      this.#offset += length;
      if (this.#offset === chunk.length) {
        this.#chunks.shift();
        this.#offset = 0;
      }
      this.finishOldest(length);
    }
    this.#notify();
  }
}

/** An error's errno as a read's result; EIO where Node names none. */
export function negatedErrno(error: unknown): number {
  const errno = (error as NodeJS.ErrnoException | null)?.errno;
  return typeof errno === 'number' && errno < 0 ? errno : -5;
}
