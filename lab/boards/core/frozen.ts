// The frozen pace: a board's clock stands still until bytes come, and runs on only until the line
// has been quiet for a while. So the firmware's numbers depend on nothing but the bytes and the
// order in which they were given, however fast the host is. Pure.
import type { Clocked, SerialBoard } from './board.ts';

/** Cycles a frozen board runs after the last byte: over three turns of heavy load. */
export const QUIET_CYCLES = 40_000;
/** The quiet span is longer by 0 … this − 1, so that bytes meet the main loop in varied phases. */
export const PHASE_CYCLES = 4096;
/** The longest stretch of cycles between two looks at the line. */
export const SLICE_CYCLES = 8_000;
/**
 * A board that never falls silent rests after this many cycles all the same: it is given its input
 * then. Otherwise a firmware that sends without end could not be told to stop.
 */
export const RESTLESS_CYCLES = 32_000_000;

const SEED = 0x1d0f;

export class Frozen {
  readonly slipped_ns = 0;
  #last_cycle = 0;
  #begun_cycle = 0;
  #random = SEED;
  #quiet_cycles = 0;

  constructor() {
    this.restart();
  }

  /** The board begins at cycle 0: the sequence of phases begins anew, too. */
  restart(): void {
    this.#last_cycle = this.#begun_cycle = 0;
    this.#random = SEED;
    this.#nextPhase();
  }

  /** Numbers of a linear congruential generator (Numerical Recipes); the upper bits are the good ones. */
  #nextPhase(): void {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    this.#quiet_cycles = QUIET_CYCLES + Math.floor((this.#random / 2 ** 32) * PHASE_CYCLES);
  }

  /** The cycle up to which the board may run now. */
  target(board: Clocked): number {
    // Bytes on the wire keep the clock going; the callers' slices bound each step.
    if (!board.line_idle) this.#last_cycle = board.cycles;
    const limit = this.#begun_cycle + RESTLESS_CYCLES;
    return Math.min(this.#last_cycle + this.#quiet_cycles, limit);
  }

  /** A byte came from the board at this cycle. */
  activity(cycle: number): void {
    this.#last_cycle = Math.max(this.#last_cycle, cycle);
  }

  /** Has the board come to rest? Only then does it take input. */
  takesInput(board: Clocked): boolean {
    return board.cycles >= this.target(board);
  }

  /** The host's bytes are about to be given to the resting board: its clock runs on. */
  wake(board: Clocked): void {
    this.#last_cycle = this.#begun_cycle = board.cycles;
    this.#nextPhase();
  }

  /**
   * One slice towards the next rest; true when it is reached. Every user takes the same slices, so
   * that the same bytes give the same cycles everywhere.
   */
  step(board: SerialBoard): boolean {
    const target = this.target(board);
    if (board.cycles < target) board.run(Math.min(target, board.cycles + SLICE_CYCLES));
    return this.takesInput(board);
  }
}
