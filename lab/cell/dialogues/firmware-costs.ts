// What the firmware itself spent while another workload measured: the counters are cleared before it
// and read after it, and one stamped byte at the end shows how deep the stack goes.
import { Board, firmwareCosts } from './board.ts';
import { type Dialogue, ScriptedDialogue } from './dialogue.ts';

/** The board's cycles wrap at 2^32; a little before it, because the counting is longer than its requests. */
const WRAP_CYCLES = 0.98 * 2 ** 32;

/** What is known of costs that were read once after so many cycles: where those wrap, no share of them. */
export function knownCosts(
  costs: Readonly<Record<string, number>>,
  cycles: number,
): Readonly<Record<string, number>> {
  if (cycles < WRAP_CYCLES) return costs;
  return Object.fromEntries(Object.entries(costs).filter(([name]) => name !== 'asleep_share'));
}

/** Say this before the counted part. */
export function clearFirmwareCosts(): Dialogue {
  return new ScriptedDialogue(function* () {
    yield* new Board().counters(true);
  });
}

/** And this right after it: `stack_bytes`, `wakeups` and `asleep_share` since the clearing. */
export function readFirmwareCosts(): Dialogue {
  return new ScriptedDialogue(function* ({ totals }) {
    const board = new Board();
    const costs = firmwareCosts(yield* board.counters(false));
    // The stack is looked at only while a byte is awaited; the byte belongs to no measurement.
    yield* board.flag();
    const { stack_bytes } = yield* board.counters(false);
    Object.assign(totals, costs, { stack_bytes });
  });
}
