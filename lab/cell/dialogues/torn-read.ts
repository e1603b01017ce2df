// A handler keeps writing a value of several bytes while the main program reads it: how many reads get
// half of one value and half of the next, and does the cure cure?
import {
  encodeCommand,
  FLAG,
  PREAMBLE_BYTES,
  type Reply,
  type Way,
  ways,
} from '../../../firmware/protocol/codec.ts';
import { type Asking, Board, conversationNotes, firmwareCosts, OTHER } from './board.ts';
import { type Dialogue, NoAnswer, Refused, ScriptedDialogue } from './dialogue.ts';

export interface TornReadPlan {
  /** One of the protocol's ways. */
  readonly way: string;
  readonly width_bytes: number;
  readonly reads: number;
}

/** Reads of one command: they are over within one write of flags. */
const READS = 10_000;
/** A frozen board rests when its line is quiet: flags, which mean nothing, keep the clock going. */
const FLAGS = new Uint8Array(900).fill(FLAG);
/** Writes of flags until a command must be over. */
const PUSHES = 10;

export function tornRead({ way, width_bytes, reads }: TornReadPlan): Dialogue {
  return new ScriptedDialogue(function* (results) {
    const { totals, notes } = results;
    const wanted = ways.find(one => one === way);
    if (!wanted) throw new Refused(`${way} is no way to read`, `use ${ways.join(', ')}`);
    const board = new Board();
    // Polled: the flags interrupt nobody, so the one handler that runs is the one that writes.
    yield* board.set({ mode: 'polled', load: 'none' });
    yield* board.counters(true);
    let torn_reads = 0;
    let writes = 0;
    while (results.counted < reads) {
      const some = Math.min(READS, reads - results.counted);
      const counted = yield* count(board, wanted, width_bytes, some);
      torn_reads += counted.torn;
      writes += counted.writes;
      results.counted += counted.reads;
    }
    const torn_share = torn_reads / results.counted;
    Object.assign(totals, { torn_reads, torn_share, reads: results.counted, writes });
    Object.assign(totals, firmwareCosts(yield* board.counters(false)));
    notes.push(...conversationNotes(board));
  });
}

type Counted = Extract<Reply, { readonly kind: 'torn' }>;

/** One command, and flags until its answer comes. Throws Refused, NoAnswer. */
function* count(board: Board, way: Way, width_bytes: number, reads: number): Asking<Counted> {
  const number = board.number();
  const command = encodeCommand({ kind: 'torn', way, width_bytes, reads }, number, PREAMBLE_BYTES);
  let say: Uint8Array = Uint8Array.of(...command, ...FLAGS);
  for (let push = 0; push < PUSHES; push++) {
    const heard = yield* board.say(say, ({ sequence }) => sequence === number);
    say = FLAGS;
    if (!heard) continue;
    const { reply } = heard;
    if (reply.kind === 'torn' && reply.status === 'ok') return reply;
    const why = reply.kind === 'torn' ? reply.status : reply.kind;
    throw new Refused(`the board counts no torn reads of ${width_bytes} bytes: ${why}`, OTHER);
  }
  throw new NoAnswer(`the board did not finish ${reads} reads`);
}
