// A board in frozen time, spoken to in whole writes: what the emulator process does behind its
// terminal (--frozen), as plain calls for tests and for the simulator page. The same bytes in the
// same writes give the same answers at the same cycles in both. Pure.
import type { SerialBoard } from './board.ts';
import { Frozen } from './frozen.ts';

/** The longest write that stays in one piece on its way through a terminal. */
export const WRITE_BYTES = 1024;

/**
 * Between two exchanges the board's clock stands still. A board that works in silence for longer than
 * the quiet span (frozen.ts) is driven on by bytes that mean nothing to it: flags.
 */
export class FrozenLine<B extends SerialBoard = SerialBoard> {
  readonly board: B;
  readonly #pace = new Frozen();
  #sent: number[] = [];

  constructor(board: B) {
    this.board = board;
    board.onTransmit((byte, cycle) => {
      this.#sent.push(byte);
      this.#pace.activity(cycle);
    });
  }

  /** Reset the board and run it to its first rest; returns what it sent. */
  start(): Uint8Array {
    this.#sent = [];
    this.board.reset();
    this.#pace.restart();
    return this.#toRest();
  }

  /**
   * Give all bytes to the resting board, as one write, and run to the next rest; returns what came
   * meanwhile. Throws RangeError for more than WRITE_BYTES: a terminal might cut them.
   */
  exchange(bytes: Uint8Array): Uint8Array {
    if (bytes.length > WRITE_BYTES) {
      throw new RangeError(`${bytes.length} bytes in one write; at most ${WRITE_BYTES} stay whole`);
    }
    this.#pace.wake(this.board);
    for (const byte of bytes) this.board.receive(byte);
    return this.#toRest();
  }

  #toRest(): Uint8Array {
    while (!this.#pace.step(this.board));
    const sent = Uint8Array.from(this.#sent);
    this.#sent = [];
    return sent;
  }
}
