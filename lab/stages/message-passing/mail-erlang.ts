// Erlang's own processes (programs/forms.erl): their code blocks in `receive`, their memory is theirs alone, a
// message is copied from one to the other, and a handful of threads runs them all.
import { ErlangProgram, numberOf, numbersOf } from '../parts/erlang.ts';
import { memoryOf } from '../spawn-cost/parts/memory.ts';
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';
import {
  FLOOD,
  lapsFor,
  PATIENCE_MS,
  resultOf,
  STREAM,
  threadsOf,
  Usage,
  WARMUP_SHARE,
} from './parts/measure.ts';

const HOPS = 200_000;
/** Fewer than these fit into what the machine has reserved at its start: nothing is seen from outside. */
const SEEN_FROM = 1000;
/** What Erlang calls the message that the process crashed of. */
const WRONG = 'no_message';

async function run({ parameters, target }: StageContext): Promise<StageResult> {
  const count = whole(parameters, 'count');
  const laps = lapsFor(HOPS, count);
  const warmup = Math.ceil(laps / WARMUP_SHARE);
  const erlang = await ErlangProgram.start({
    program: new URL('./programs/forms.erl', import.meta.url),
    folder: target.path,
    words: [count, laps, warmup, STREAM, FLOOD, PATIENCE_MS],
    processes: count,
  });
  const { pid } = erlang;
  const next = (name: string) => {
    erlang.go();
    return erlang.step(name);
  };
  try {
    const begun = await erlang.step('begins');
    const before = { bytes: memoryOf(pid), threads: threadsOf(pid) };
    const made = await next('made');
    const threads = threadsOf(pid);
    const memory_bytes = count < SEEN_FROM ? undefined : Math.max(0, memoryOf(pid) - before.bytes);
    if (numberOf(made, 'blocked') < count) {
      throw new Error(`only ${numberOf(made, 'blocked')} of ${count} processes wait`);
    }
    const usage = new Usage(undefined, [pid]);
    const lap_ns = numbersOf(await next('passed'), 'lap_ns');
    const used = usage.each((laps + warmup) * (count + 1));
    const stream_ns = numberOf(await next('streamed'), 'stream_ns');
    const taken_unread = numberOf(await next('flooded'), 'taken_unread');
    const waited = await next('waited');
    const [told] = (await next('crashed')).get('reason') ?? [];
    const result = resultOf({
      count,
      n: laps * (count + 1),
      ...used,
      hop_ns: Float64Array.from(lap_ns, one => one / (count + 1)),
      create_ns: numberOf(made, 'create_ns'),
      memory_bytes,
      threads,
      threads_made: threads - before.threads,
      ops_per_s: STREAM / (stream_ns / 1e9),
      taken_unread,
      gave_up: numberOf(waited, 'gave_up'),
      gave_up_cured: numberOf(waited, 'gave_up_cured'),
      told: told === WRONG ? told : undefined,
    });
    const told_bytes_per_op = numberOf(made, 'told_bytes') / count;
    const processes = numberOf(made, 'processes');
    const totals = { ...result.totals, told_bytes_per_op };
    const counted = `${processes} processes on ${numberOf(begun, 'schedulers')} schedulers`;
    return { ...result, totals: { ...totals, processes }, notes: [counted, ...result.notes!] };
  } finally {
    await erlang.close();
  }
}

export const stage: Stage = {
  id: 'mail-erlang',
  title: 'Processes of Erlang',
  experiment: 'message-passing',
  mechanism: 'interrupt',
  about: 'processes of a virtual machine, each with its memory and mailbox, run by few threads',
  source: 'https://www.erlang.org/doc/system/ref_man_processes.html',
  run,
};
