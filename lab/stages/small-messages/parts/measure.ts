// A burst of small messages is sent and received by one thread, again and again. Every message is
// checked by its number: each comes once, whole, and in its burst.
import { Unsupported } from '../../../errors.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { MOST_BURST, type Places } from './line.ts';

/** One way of moving a burst. Nothing here allocates once it is made. */
export interface Mover {
  readonly outgoing: Places;
  readonly incoming: Places;
  /** Send places 0 … count − 1 and receive as many messages; `seen` is called for each one received. */
  move(count: number): void;
  /** System calls made since it was opened. */
  calls(): number;
  close(): void;
}

/** What a mover calls. */
export interface Ledger {
  /** Write the message of a place, just before it is sent. */
  fill(place: number): void;
  /** The program has looked: what is received from here on was there by now. */
  look(): void;
  /** The message in this place of `incoming` was received. */
  received(place: number): void;
}

export type MoverMaker = (context: StageContext, ledger: Ledger) => Mover;

const MESSAGES = 16_384;
const WARMUP_MESSAGES = 8192;

export function measureMessages(context: StageContext, make: MoverMaker): StageResult {
  const burst = whole(context.parameters, 'burst');
  if (burst < 1 || burst > MOST_BURST) {
    throw new Unsupported(`a burst of ${burst}`, `give one of 1 to ${MOST_BURST} messages`);
  }
  if (!context.platform.linux)
    throw new Unsupported('its calls are those of Linux', 'run it there');
  const book = new Book(context, MESSAGES);
  const mover = make(context, book);
  book.mover = mover;
  try {
    const rounds = (messages: number) => {
      for (let sent = 0; sent < messages; sent += burst) {
        const count = Math.min(burst, messages - sent);
        book.begin(count);
        mover.move(count);
        book.end(count);
      }
    };
    rounds(WARMUP_MESSAGES);
    book.clear();
    const calls = mover.calls();
    const start_ns = context.counting.begin();
    rounds(MESSAGES);
    const elapsed_ns = context.platform.now() - start_ns;
    context.counting.end();
    return {
      n: MESSAGES,
      series: { latency_ns: book.latency_ns, jitter_ns: jitter(book.latency_ns) },
      totals: {
        ops_per_s: MESSAGES / (elapsed_ns / 1e9),
        syscalls_per_op: (mover.calls() - calls) / MESSAGES,
        reordered: book.reordered,
      },
    };
  } finally {
    mover.close();
  }
}

/** How much the transit time of each message differs from that of the one before (RFC 3550, 6.4.1). */
const jitter = (transit_ns: Float64Array): Float64Array =>
  Float64Array.from({ length: transit_ns.length - 1 }, (_, i) =>
    Math.abs(transit_ns[i + 1]! - transit_ns[i]!),
  );

/** Numbers the messages, times them, and tells what came twice, late or not at all. */
class Book implements Ledger {
  mover: Mover | undefined;
  readonly latency_ns: Float64Array;
  reordered = 0;
  readonly #context: StageContext;
  readonly #now = new Float64Array(1);
  readonly #seen = new Uint8Array(MOST_BURST);
  #first = 0;
  #received = 0;
  #at = 0;

  constructor(context: StageContext, messages: number) {
    this.#context = context;
    this.latency_ns = new Float64Array(messages);
  }

  begin(count: number): void {
    this.#received = 0;
    this.#seen.fill(0, 0, count);
  }

  fill(place: number): void {
    this.mover!.outgoing.fill(this.#context.platform, place, this.#first + place);
  }

  look(): void {
    this.#context.platform.stamp(this.#now, 0);
  }

  received(place: number): void {
    const { incoming } = this.mover!;
    const within = incoming.number(place) - this.#first;
    if (!(within >= 0 && within < MOST_BURST) || this.#seen[within] !== 0) {
      throw new Error(`message ${incoming.number(place)} came twice, late or from somewhere else`);
    }
    this.#seen[within] = 1;
    if (within !== this.#received) this.reordered++;
    this.#received++;
    this.latency_ns[this.#at] = this.#now[0]! - incoming.doubles[incoming.stamp(place)]!;
    this.#at++;
  }

  end(count: number): void {
    if (this.#received !== count) {
      throw new Error(`${this.#received} of ${count} messages from ${this.#first} on came`);
    }
    this.#first += count;
    if (this.#at === this.latency_ns.length) this.#at = 0;
  }

  clear(): void {
    this.#at = 0;
    this.reordered = 0;
  }
}
