// Traffic at the line's full rate while the main loop has other work: what is lost? What the board
// counted and what was sent must agree to the byte; the frames' numbers must agree with both.
import { Board, conversationNotes, firmwareCosts, interruptsOf } from './board.ts';
import { type Dialogue, Refused, ScriptedDialogue } from './dialogue.ts';
import { Echoes, echoStream, lostBytes, oneWay } from './stream.ts';

export interface OverrunPlan {
  readonly mode: string;
  readonly load: string;
  /** `one-way` or `echo`. */
  readonly traffic: string;
  /** One-way: messages; echo: writes of about a thousand bytes. */
  readonly bursts: number;
}

export function overrun({ mode, load, traffic, bursts }: OverrunPlan): Dialogue {
  const echoes = new Echoes();
  return new ScriptedDialogue(function* (results) {
    const { series, totals, notes } = results;
    const board = new Board();
    yield* board.set({ mode, load });
    const lost: number[] = [];
    if (traffic === 'one-way') series.lost_bytes_per_message = lost;
    else if (traffic !== 'echo')
      throw new Refused(`${traffic} is no traffic`, 'use one-way or echo');
    const streamed = yield* traffic === 'one-way'
      ? oneWay(board, bursts, lost)
      : echoStream(board, echoes, bursts);
    const { counters, frames, lost_frames, sent_bytes } = streamed;
    const lost_bytes = lostBytes(streamed);
    results.counted = frames;
    Object.assign(totals, firmwareCosts(counters), {
      sent_bytes,
      lost_bytes,
      lost_share: lost_bytes / sent_bytes,
      sent_frames: frames,
      lost_frames,
      bad_frames: counters.frames_bad,
      uart_overruns: counters.uart_overruns,
      ring_overruns: counters.ring_overruns,
      interrupts: interruptsOf(counters),
      polls: counters.polls,
    });
    // The stack is looked at only while a byte is awaited: afterwards, so that nothing disturbs.
    yield* board.flag();
    totals.stack_bytes = (yield* board.counters(false)).stack_bytes;
    notes.push(...conversationNotes(board));
  }, echoes.listen);
}
