// The same question to Erlang (programs/asks.erl), in the one form or the other.
import { ErlangProgram, numberOf, numbersOf } from '../../parts/erlang.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { asksFor, warmupFor } from './asks.ts';

export type Form = 'number' | 'reference';

export async function askErlang(context: StageContext, form: Form): Promise<StageResult> {
  const waiting = whole(context.parameters, 'waiting');
  const asks = asksFor(waiting);
  const erlang = await ErlangProgram.start({
    program: new URL('../programs/asks.erl', import.meta.url),
    folder: context.target.path,
    words: [form, waiting, warmupFor(asks), asks],
    processes: 0,
  });
  try {
    const told = await erlang.step('asked');
    const latency_ns = numbersOf(told, 'latency_ns');
    if (latency_ns.length !== asks) {
      throw new Error(`${latency_ns.length} answers were told instead of ${asks}`);
    }
    return { n: asks, series: { latency_ns }, totals: { left_over: numberOf(told, 'left') } };
  } finally {
    await erlang.close();
  }
}
