// The command line's service-latency script, held with an emulated board in frozen time. Pure: the
// worker runs it in the page, and its test runs it in Node.
import type { SerialBoard } from '../../lab/boards/core/board.ts';
import { FrozenLine } from '../../lab/boards/core/line.ts';
import { serviceLatency } from '../../lab/cell/dialogues/service-latency.ts';
import type { RunPlan } from './messages.ts';

const NOTHING = new Uint8Array(0);

export interface Heard {
  /** Cycles from arrival to service of every byte so far. */
  readonly service_cycles: readonly number[];
  readonly totals: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

/**
 * Yields after every exchange, so that its caller can show what has come, and returns all at the end.
 * Throws what the script throws: the board does not answer, or refuses.
 */
export function* conversation(board: SerialBoard, plan: RunPlan): Generator<Heard, Heard> {
  const line = new FrozenLine(board);
  const dialogue = serviceLatency(plan);
  const heard = (): Heard => {
    const { series, totals, notes } = dialogue.results;
    return { service_cycles: series.service_cycles ?? [], totals, notes };
  };
  // The keeper of a real port waits for the ready frame as well, and does not hand it on.
  line.start();
  let said = dialogue.next(NOTHING);
  while (said !== undefined) {
    said = dialogue.next(said === 'wait' ? NOTHING : line.exchange(said));
    yield heard();
  }
  return heard();
}
