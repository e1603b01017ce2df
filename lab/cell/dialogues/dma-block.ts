// The same bytes with every size of DMA block: how often is the program woken for a thousand of them,
// and what does a byte pay that fills no block?
import { cyclesBetween } from '../../../firmware/protocol/codec.ts';
import { Board, conversationNotes, firmwareCosts } from './board.ts';
import { type Dialogue, ScriptedDialogue } from './dialogue.ts';
import { bytesInARow, lostBytes } from './stream.ts';

export interface DmaBlockPlan {
  readonly mode: string;
  /** Size of a block in bytes; 0 where the mode has none. */
  readonly block_bytes: number;
  /** Rows of about a thousand bytes. */
  readonly runs: number;
  /** Bytes sent one by one afterwards, each stamped. */
  readonly samples: number;
}

const BYTES_PER_KB = 1000;

export function dmaBlock({ mode, block_bytes, runs, samples }: DmaBlockPlan): Dialogue {
  return new ScriptedDialogue(function* (results) {
    const { series, totals, notes } = results;
    const board = new Board();
    const answer: number[] = [];
    series.answer_cycles = answer;
    if (block_bytes > 0) yield* board.ask<'block'>({ kind: 'block', bytes: block_bytes });
    yield* board.set({ mode, load: 'none' });
    const cost = yield* bytesInARow(board, runs);
    const per_kB = (count: number) => (count * BYTES_PER_KB) / cost.bytes;
    const wakeups = cost.of('wakeups');
    const rx_interrupts = cost.of('rx_interrupts');
    results.counted = cost.bytes;
    Object.assign(totals, firmwareCosts(cost.counters), {
      wakeups,
      rx_interrupts,
      dma_blocks: cost.of('dma_blocks'),
      lost_bytes: lostBytes(cost),
      wakeups_per_kB: per_kB(wakeups),
      interrupts_per_kB: per_kB(rx_interrupts + cost.of('timer_interrupts')),
      ...(wakeups > 0 ? { bytes_per_wakeup: cost.bytes / wakeups } : {}),
    });
    // A byte on its own fills no block: it waits for the tick.
    for (let sample = 0; sample < samples; sample++) {
      const stamps = yield* board.flag();
      if (stamps?.arrival_cycles === undefined) continue;
      answer.push(cyclesBetween(stamps.arrival_cycles, stamps.reply_cycles));
    }
    totals.stack_bytes = (yield* board.counters(false)).stack_bytes;
    notes.push(...conversationNotes(board));
  });
}
