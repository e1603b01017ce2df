// The same frames with every size of DMA block: how many bytes per wake-up, and what does the last byte
// of a message pay, which fills no block?
import { cyclesBetween } from '../../../firmware/protocol/codec.ts';
import { Board, conversationNotes, firmwareCosts, interruptsOf } from './board.ts';
import { type Dialogue, ScriptedDialogue } from './dialogue.ts';
import { Echoes, echoStream, lostBytes } from './stream.ts';

export interface DmaBlockPlan {
  readonly mode: string;
  /** Size of a block in bytes; 0 where the mode has none. */
  readonly block_bytes: number;
  readonly bursts: number;
  /** Bytes sent one by one afterwards, each stamped. */
  readonly samples: number;
}

const BYTES_PER_KB = 1000;

export function dmaBlock({ mode, block_bytes, bursts, samples }: DmaBlockPlan): Dialogue {
  const echoes = new Echoes();
  return new ScriptedDialogue(function* (results) {
    const { series, totals, notes } = results;
    const board = new Board();
    const answer: number[] = [];
    series.answer_cycles = answer;
    if (block_bytes > 0) yield* board.ask<'block'>({ kind: 'block', bytes: block_bytes });
    yield* board.set({ mode, load: 'none' });
    const streamed = yield* echoStream(board, echoes, bursts);
    const { counters, lost_frames, sent_bytes } = streamed;
    const { rx_bytes, wakeups } = counters;
    const interrupts = interruptsOf(counters);
    const lost_bytes = lostBytes(streamed);
    results.counted = rx_bytes;
    Object.assign(totals, firmwareCosts(counters), {
      sent_bytes,
      lost_bytes,
      lost_frames,
      rx_bytes,
      interrupts,
      dma_blocks: counters.dma_blocks,
      dma_wraps: counters.dma_wraps,
    });
    if (rx_bytes > 0) {
      totals.wakeups_per_kB = (wakeups * BYTES_PER_KB) / rx_bytes;
      totals.rx_interrupts_per_kB = (counters.rx_interrupts * BYTES_PER_KB) / rx_bytes;
      totals.interrupts_per_kB = (interrupts * BYTES_PER_KB) / rx_bytes;
    }
    if (wakeups > 0) totals.bytes_per_wakeup = rx_bytes / wakeups;
    // A byte on its own fills no block: it waits for the tick.
    for (let sample = 0; sample < samples; sample++) {
      const stamps = yield* board.flag();
      if (stamps?.arrival_cycles === undefined) continue;
      answer.push(cyclesBetween(stamps.arrival_cycles, stamps.reply_cycles));
    }
    totals.stack_bytes = (yield* board.counters(false)).stack_bytes;
    notes.push(...conversationNotes(board));
  }, echoes.listen);
}
