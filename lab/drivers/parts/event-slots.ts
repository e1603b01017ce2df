// What drivers over Node's streams share: chunks that arrive whenever the loop delivers them are
// dealt out to pending reads.
import { READ } from '../driver.ts';
import { EventWait } from './event-wait.ts';

/** At the end of a stream a read returns nothing (read(2)). */
const END_OF_FILE = 0;

export class EventSlots extends EventWait {
  readonly #chunks: Uint8Array[] = [];
  /** Bytes of the first chunk already dealt out. */
  #offset = 0;
  #writing = 0;
  /** What reads return once the stream is over: 0 at its end, a negated errno after a failure. */
  #over: number | undefined;

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
    this.notify();
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

  protected override inFlight(): number {
    return this.pending + this.#writing;
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
    this.notify();
  }
}

/** An error's errno as a read's result; EIO where Node names none. */
export function negatedErrno(error: unknown): number {
  const errno = (error as NodeJS.ErrnoException | null)?.errno;
  return typeof errno === 'number' && errno < 0 ? errno : -5;
}
