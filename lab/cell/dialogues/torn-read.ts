// A handler keeps writing a value of several bytes while the main program reads it: how many reads get
// half of one value and half of the next, and does the cure cure?
import { encodeCommand, FLAG, PREAMBLE_BYTES, ways } from '../../../firmware/protocol/codec.ts';
import { Board, conversationNotes, firmwareCosts } from './board.ts';
import { type Dialogue, NoAnswer, Refused, ScriptedDialogue } from './dialogue.ts';

export interface TornReadPlan {
  /** One of the protocol's ways. */
  readonly way: string;
  readonly width_bytes: number;
  /** At most 65535. */
  readonly reads: number;
}

/** A frozen board rests when its line is quiet: flags, which mean nothing, keep the clock going. */
const FLAGS = 900;
/** Writes of flags until the longest count must be over. */
const PUSHES = 10;

export function tornRead({ way, width_bytes, reads }: TornReadPlan): Dialogue {
  return new ScriptedDialogue(function* ({ totals, notes }) {
    const wanted = ways.find(one => one === way);
    if (!wanted) throw new Refused(`${way} is no way to read: use ${ways.join(', ')}`);
    const board = new Board();
    // Polled: the flags interrupt nobody, so the one handler that runs is the one that writes.
    yield* board.set({ mode: 'polled', load: 'none' });
    yield* board.counters(true);
    const number = board.number();
    const command = encodeCommand(
      { kind: 'torn', way: wanted, width_bytes, reads },
      number,
      PREAMBLE_BYTES,
    );
    const flags = new Uint8Array(FLAGS).fill(FLAG);
    let say: Uint8Array = new Uint8Array([...command, ...flags]);
    for (let push = 0; push < PUSHES; push++) {
      const heard = yield* board.say(say, ({ sequence }) => sequence === number);
      say = flags;
      if (!heard) continue;
      const { reply } = heard;
      if (reply.kind !== 'torn' || reply.status !== 'ok') {
        const why = reply.kind === 'torn' ? reply.status : reply.kind;
        throw new Refused(`the board cannot count torn reads of ${width_bytes} bytes: ${why}`);
      }
      Object.assign(totals, {
        torn_reads: reply.torn,
        torn_share: reply.torn / reply.reads,
        reads: reply.reads,
        writes: reply.writes,
        ...firmwareCosts(yield* board.counters(false)),
      });
      notes.push(...conversationNotes(board));
      return;
    }
    throw new NoAnswer(`the board did not finish ${reads} reads`);
  });
}
