// Operations that finish, two at a time, and a program that is woken as long as it is told of some: what it
// handled in the end, and how long each took it. Idea: an event flag is a completion queue of depth one;
// whether it counts decides what a second completion becomes (eventfd(2)).
import type { Platform } from '../../../ffi/platform.ts';
import { createRandom, randomInt } from '../../../measure/random.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

export const FLAG_BYTES = 8;
/** So many operations finish before the program waits; one where no more are pending. */
const BURST = 2;
const WARMUP_TURNS = 1000;

/**
 * `finish` ends an operation and raises its flag. `wake` is what the program does each time it is woken;
 * it returns how many operations it handled: none when its wait would last for ever.
 */
export function runTurns(
  context: StageContext,
  finish: (operation: number) => void,
  wake: () => number,
): StageResult {
  const { parameters, counting, seed } = context;
  const turns = whole(parameters, 'turns');
  const pending = whole(parameters, 'pending');
  const burst = Math.min(BURST, pending);
  const random = createRandom(seed);
  const latency_ns = new Float64Array(turns);
  const turn = stopwatch(context.platform, wake);
  const raise = (): void => {
    const first = randomInt(random, 0, pending);
    for (let k = 0; k < burst; k++) finish((first + k) % pending);
  };
  let rehearsed = 0;
  for (let i = 0; i < WARMUP_TURNS; i++) {
    raise();
    rehearsed += turn(latency_ns, 0);
  }
  let handled = 0;
  counting.begin();
  for (let i = 0; i < turns; i++) {
    raise();
    handled += turn(latency_ns, i);
  }
  counting.end();
  const raised = (WARMUP_TURNS + turns) * burst;
  const all = rehearsed + handled;
  return {
    n: handled,
    series: { latency_ns },
    totals: { raised, handled: all, lost: raised - all },
  };
}

/** Wakes the program until it has nothing to do, and stores the time of one operation. */
function stopwatch({ stamp }: Platform, wake: () => number) {
  const times_ns = new Float64Array(2);
  return (into_ns: Float64Array, at: number): number => {
    let handled = 0;
    stamp(times_ns, 0);
    for (let more = wake(); more > 0; more = wake()) {
      handled += more;
      stamp(times_ns, 1);
    }
    into_ns[at] = (times_ns[1]! - times_ns[0]!) / handled;
    return handled;
  };
}
