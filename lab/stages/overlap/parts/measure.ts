// One operation after the other, each begun as the last was seen to be finished, and the turns of work
// that were done from the one moment to the other.
import { TimedOut } from '../../../errors.ts';
import type { Platform } from '../../../ffi/platform.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { type Operation, openOperation } from './operation.ts';
import { measureTurn, Work } from './work.ts';

const MOST_WARMUP = 100;
/** No answer takes so long: a timer is set to at most a second. */
const LIMIT_NS = 10e9;
/** Turns between two looks at the clock. */
const TURNS_PER_LOOK = 4096;

/** A way to have an operation done; what it returns is what read(2) does, or a negated errno. */
export interface Way {
  /** Begin the read at `offset`, do turns of work while it is under way, return its result. */
  read(offset: number, work: Work): number | Promise<number>;
  /** Wait for what is in flight and give everything back. Throws where the memory may still be written to. */
  close(): void | Promise<void>;
}

export async function measureOverlap(
  context: StageContext,
  open: (operation: Operation) => Way | Promise<Way>,
): Promise<StageResult> {
  const { platform, counting } = context;
  const operations = whole(context.parameters, 'operations');
  const operation = openOperation(context);
  let way: Way | undefined;
  try {
    way = await open(operation);
    const turn_ns = measureTurn(platform);
    const work = new Work();
    const latency_ns = new Float64Array(operations);
    const useful_turns_per_op = new Float64Array(operations);
    const one = async (at: number): Promise<void> => {
      const turns_before = work.turns;
      const start_ns = platform.now();
      const answer = way!.read(operation.begin(), work);
      // What is finished already is not put into the queue of promises first.
      const result = typeof answer === 'number' ? answer : await answer;
      latency_ns[at] = platform.now() - start_ns;
      useful_turns_per_op[at] = work.turns - turns_before;
      operation.check(result);
    };
    const warmup = Math.min(MOST_WARMUP, operations);
    for (let i = 0; i < warmup; i++) await one(i);
    const before = work.turns;
    const start_ns = counting.begin();
    const cpu_before_ns = platform.processCpu();
    for (let i = 0; i < operations; i++) await one(i);
    const cpu_ns = platform.processCpu() - cpu_before_ns;
    const elapsed_ns = platform.now() - start_ns;
    counting.end();
    work.verify();
    const turns = work.turns - before;
    return {
      n: operations,
      series: { latency_ns, useful_turns_per_op },
      totals: {
        // What the turns would have cost alone, of all that was spent.
        useful_share: Math.min(1, (turns * turn_ns) / cpu_ns),
        // Of one processor; a helper that sleeps most of the time adds little.
        busy_share: Math.min(1, cpu_ns / elapsed_ns),
        turn_ns,
      },
    };
  } finally {
    await way?.close();
    operation.close();
  }
}

/** Turns of work until `finished` says so. Throws TimedOut. */
export function workUntil(platform: Platform, work: Work, finished: () => boolean): void {
  const deadline_ns = platform.now() + LIMIT_NS;
  for (let i = 1; !finished(); i++) {
    work.turn();
    if (i % TURNS_PER_LOOK === 0 && platform.now() > deadline_ns)
      throw new TimedOut('the answer did not come within ten seconds');
  }
}
