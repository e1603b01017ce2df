// What the firmware itself spent while another workload measured: the counters are cleared before it
// and read after it, and one stamped byte at the end shows how deep the stack goes.
import { Board, firmwareCosts } from './board.ts';
import { type Dialogue, ScriptedDialogue } from './dialogue.ts';

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
