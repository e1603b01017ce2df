// How fast an emulated board's clock runs in real time: as many cycles as have passed on the wall,
// with rests in between, so that a board that sleeps costs next to nothing. The other pace, frozen
// time, is core/frozen.ts. Pure.
import type { Clocked } from './core/board.ts';

const NS_PER_S = 1e9;
/** A board further behind than this lets the time go: it was stopped, or the host is overloaded. */
const LATE_LIMIT_NS = 300e6;
/** A sleeping board skips ahead at almost no cost, so it may catch up from further back. */
const LATE_LIMIT_ASLEEP_NS = 10e9;

const REST_ASLEEP_NS = 10e6;
const REST_BUSY_NS = 1e6;
const REST_ON_THE_WIRE_NS = 0.1e6;

/** Of one processor, at most; where that is too little, the board's time slips. */
const MOST_SHARE = 0.5;
/** Processor time that was not used may be used later, but no more: enough to catch up what is not let go. */
const MOST_SAVED_NS = MOST_SHARE * LATE_LIMIT_NS;

/** How much of a processor the board's process takes. Its times are readings of clocks that go on. */
export class Share {
  #saved_ns = MOST_SAVED_NS;
  #before_ns: number;
  #cpu_before_ns: number;

  constructor(now_ns: number, cpu_ns: number) {
    this.#before_ns = now_ns;
    this.#cpu_before_ns = cpu_ns;
  }

  /** How long the process must not run from now on, in nanoseconds. */
  rest_ns(now_ns: number, cpu_ns: number): number {
    this.#saved_ns += MOST_SHARE * (now_ns - this.#before_ns) - (cpu_ns - this.#cpu_before_ns);
    this.#saved_ns = Math.min(this.#saved_ns, MOST_SAVED_NS);
    this.#before_ns = now_ns;
    this.#cpu_before_ns = cpu_ns;
    return this.#saved_ns < 0 ? -this.#saved_ns / MOST_SHARE : 0;
  }
}

/** A board whose firmware may change its clock while it runs, as the Pico's does at its start. */
export type Timed = Clocked & { readonly clock_hz: number };

export class RealTime {
  /** Time the board has let go, in nanoseconds. */
  slipped_ns = 0;
  #clock_hz = 1;
  /** The board was at this cycle at this time; from there on it runs at the present clock. */
  #start_cycle = 0;
  #start_ns = 0;

  /** The board begins at cycle 0 at `now_ns`. */
  restart(now_ns: number): void {
    this.#start_cycle = 0;
    this.#start_ns = now_ns;
  }

  /** The cycle up to which the board may run now. */
  target(board: Timed, now_ns: number): number {
    this.#follow(board);
    const late_ns = now_ns - this.#timeOf(board.cycles);
    const limit_ns = board.asleep && board.line_idle ? LATE_LIMIT_ASLEEP_NS : LATE_LIMIT_NS;
    if (late_ns > limit_ns) {
      this.slipped_ns += late_ns;
      this.#start_ns += late_ns;
    }
    return this.#start_cycle + ((now_ns - this.#start_ns) * this.#clock_hz) / NS_PER_S;
  }

  /** A new clock counts from the cycle at which it is noticed: within a slice of the change. */
  #follow({ clock_hz, cycles }: Timed): void {
    if (clock_hz === this.#clock_hz) return;
    if (cycles > this.#start_cycle) {
      this.#start_ns = this.#timeOf(cycles);
      this.#start_cycle = cycles;
    }
    this.#clock_hz = clock_hz;
  }

  #timeOf(cycle: number): number {
    return this.#start_ns + ((cycle - this.#start_cycle) * NS_PER_S) / this.#clock_hz;
  }

  /** How long the host may sleep when no byte comes, in nanoseconds. */
  rest_ns(board: Timed, now_ns: number): number {
    this.#follow(board);
    const behind_ns = now_ns - this.#timeOf(board.cycles);
    if (behind_ns > REST_BUSY_NS) return 0;
    if (board.line_idle) return board.asleep ? REST_ASLEEP_NS : REST_BUSY_NS;
    if (!board.asleep) return REST_ON_THE_WIRE_NS;
    // The next change is known: be there in time.
    const at_ns = this.#timeOf(board.next_event_cycle);
    return Math.min(REST_BUSY_NS, Math.max(0, at_ns - now_ns));
  }
}
