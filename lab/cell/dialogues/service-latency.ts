// One byte after the other, each on its own: how many cycles until the firmware takes it, and how many
// until it answers? The stamps are the board's own, so the host's time does not enter.
import { cyclesBetween } from '../../../firmware/protocol/codec.ts';
import { Board, conversationNotes, firmwareCosts, interruptsOf } from './board.ts';
import { type Dialogue, ScriptedDialogue } from './dialogue.ts';

export interface ServiceLatencyPlan {
  readonly mode: string;
  readonly load: string;
  readonly samples: number;
}

/** The counters' cycles wrap, and a frozen board takes some hundred thousand for a byte: ask in time. */
const ASK_EVERY = 5000;

export function serviceLatency({ mode, load, samples }: ServiceLatencyPlan): Dialogue {
  return new ScriptedDialogue(function* (results) {
    const { series, totals, notes } = results;
    const board = new Board();
    const service: number[] = [];
    const answer: number[] = [];
    Object.assign(series, { service_cycles: service, answer_cycles: answer });
    let lost = 0;
    let unstamped = 0;
    yield* board.set({ mode, load });
    yield* board.counters(true);
    for (let sample = 0; sample < samples; sample++) {
      if (sample % ASK_EVERY === ASK_EVERY - 1) yield* board.counters(false);
      const stamps = yield* board.flag();
      if (!stamps) lost++;
      else if (stamps.arrival_cycles === undefined) unstamped++;
      else {
        service.push(cyclesBetween(stamps.arrival_cycles, stamps.service_cycles));
        answer.push(cyclesBetween(stamps.arrival_cycles, stamps.reply_cycles));
        results.counted++;
      }
    }
    const counters = yield* board.counters(false);
    const { polls, uart_overruns } = counters;
    Object.assign(totals, firmwareCosts(counters), {
      interrupts: interruptsOf(counters),
      polls,
      uart_overruns,
      lost_replies: lost,
    });
    notes.push(...conversationNotes(board));
    if (lost > 0) notes.push(`${lost} of ${samples} bytes were not answered`);
    if (unstamped > 0) {
      notes.push(
        `${unstamped} of ${samples} arrivals had no stamp: an Uno needs a wire from pin 0 to pin 8`,
      );
    }
  });
}
