// How fast an emulated board's clock runs. Real time: as many cycles as have passed on the wall.
// Frozen: the clock stands still until a byte comes and runs on only until the line has been quiet
// for a while, so that the firmware's numbers do not depend on the host's speed. Pure.

const NS_PER_S = 1e9;
/** A board further behind than this lets the time go: it was stopped, or the host is overloaded. */
const LATE_LIMIT_NS = 100e6;
/** A sleeping board skips ahead at almost no cost, so it may catch up from further back. */
const LATE_LIMIT_ASLEEP_NS = 10e9;
/** Cycles a frozen board runs after the last byte: over three turns of heavy load. */
export const QUIET_CYCLES = 40_000;

/** What a pace needs to know of a board. */
export interface Clocked {
  readonly cycles: number;
  readonly asleep: boolean;
  readonly line_idle: boolean;
}

export interface Pace {
  /** The board begins at cycle 0 at `now_ns`. */
  restart(now_ns: number): void;
  /** The cycle up to which the board may run now. */
  target(board: Clocked, now_ns: number): number;
  /** A byte was given to the board or came from it at this cycle. */
  activity(cycle: number): void;
  /** May bytes that wait at the host be given to the board now? */
  takesInput(board: Clocked): boolean;
  /** How long the host may sleep when no byte comes, in nanoseconds. */
  rest_ns(board: Clocked & { readonly next_event_cycle: number }, now_ns: number): number;
  /** Time the board has let go, in nanoseconds. */
  readonly slipped_ns: number;
}

const REST_ASLEEP_NS = 10e6;
const REST_BUSY_NS = 1e6;
const REST_ON_THE_WIRE_NS = 0.1e6;

export class RealTime implements Pace {
  slipped_ns = 0;
  readonly #ns_per_cycle: number;
  #start_ns = 0;

  constructor(clock_hz: number) {
    this.#ns_per_cycle = NS_PER_S / clock_hz;
  }

  restart(now_ns: number): void {
    this.#start_ns = now_ns;
  }

  target(board: Clocked, now_ns: number): number {
    const late_ns = now_ns - this.#start_ns - board.cycles * this.#ns_per_cycle;
    const limit_ns = board.asleep && board.line_idle ? LATE_LIMIT_ASLEEP_NS : LATE_LIMIT_NS;
    if (late_ns > limit_ns) {
      this.slipped_ns += late_ns;
      this.#start_ns += late_ns;
    }
    return (now_ns - this.#start_ns) / this.#ns_per_cycle;
  }

  activity(): void {}

  takesInput(): boolean {
    return true;
  }

  rest_ns(board: Clocked & { readonly next_event_cycle: number }, now_ns: number): number {
    const behind_ns = now_ns - this.#start_ns - board.cycles * this.#ns_per_cycle;
    if (behind_ns > REST_BUSY_NS) return 0;
    if (board.line_idle) return board.asleep ? REST_ASLEEP_NS : REST_BUSY_NS;
    if (!board.asleep) return REST_ON_THE_WIRE_NS;
    // The next change is known: be there in time.
    const at_ns = this.#start_ns + board.next_event_cycle * this.#ns_per_cycle;
    return Math.min(REST_BUSY_NS, Math.max(0, at_ns - now_ns));
  }
}

export class Frozen implements Pace {
  readonly slipped_ns = 0;
  #last_cycle = 0;

  restart(): void {
    this.#last_cycle = 0;
  }

  target(board: Clocked): number {
    // Bytes on the wire keep the clock going; the callers' slices bound each step.
    if (!board.line_idle) this.#last_cycle = board.cycles;
    return this.#last_cycle + QUIET_CYCLES;
  }

  activity(cycle: number): void {
    this.#last_cycle = Math.max(this.#last_cycle, cycle);
  }

  /** Only when the board has come to rest: so it does not matter how fast the host is. */
  takesInput(board: Clocked): boolean {
    return board.cycles >= this.target(board);
  }

  rest_ns(board: Clocked): number {
    return this.takesInput(board) ? REST_ASLEEP_NS : 0;
  }
}
