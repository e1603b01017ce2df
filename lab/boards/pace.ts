// How fast an emulated board's clock runs in real time: as many cycles as have passed on the wall,
// with rests in between, so that a board that sleeps costs next to nothing. The other pace, frozen
// time, is core/frozen.ts. Pure.
import type { Clocked } from './core/board.ts';

const NS_PER_S = 1e9;
/** A board further behind than this lets the time go: it was stopped, or the host is overloaded. */
const LATE_LIMIT_NS = 100e6;
/** A sleeping board skips ahead at almost no cost, so it may catch up from further back. */
const LATE_LIMIT_ASLEEP_NS = 10e9;

const REST_ASLEEP_NS = 10e6;
const REST_BUSY_NS = 1e6;
const REST_ON_THE_WIRE_NS = 0.1e6;

export class RealTime {
  /** Time the board has let go, in nanoseconds. */
  slipped_ns = 0;
  readonly #ns_per_cycle: number;
  #start_ns = 0;

  constructor(clock_hz: number) {
    this.#ns_per_cycle = NS_PER_S / clock_hz;
  }

  /** The board begins at cycle 0 at `now_ns`. */
  restart(now_ns: number): void {
    this.#start_ns = now_ns;
  }

  /** The cycle up to which the board may run now. */
  target(board: Clocked, now_ns: number): number {
    const late_ns = now_ns - this.#start_ns - board.cycles * this.#ns_per_cycle;
    const limit_ns = board.asleep && board.line_idle ? LATE_LIMIT_ASLEEP_NS : LATE_LIMIT_NS;
    if (late_ns > limit_ns) {
      this.slipped_ns += late_ns;
      this.#start_ns += late_ns;
    }
    return (now_ns - this.#start_ns) / this.#ns_per_cycle;
  }

  /** How long the host may sleep when no byte comes, in nanoseconds. */
  rest_ns(board: Clocked, now_ns: number): number {
    const behind_ns = now_ns - this.#start_ns - board.cycles * this.#ns_per_cycle;
    if (behind_ns > REST_BUSY_NS) return 0;
    if (board.line_idle) return board.asleep ? REST_ASLEEP_NS : REST_BUSY_NS;
    if (!board.asleep) return REST_ON_THE_WIRE_NS;
    // The next change is known: be there in time.
    const at_ns = this.#start_ns + board.next_event_cycle * this.#ns_per_cycle;
    return Math.min(REST_BUSY_NS, Math.max(0, at_ns - now_ns));
  }
}
