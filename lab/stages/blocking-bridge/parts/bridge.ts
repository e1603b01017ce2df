// A synchronous function that needs the result of an asynchronous one: it starts it, and sleeps until the
// result is there. Whether that can ever be depends on whose event loop has to bring it.
import { type StageContext, type StageResult, whole } from '../../stage.ts';

/** Words of the shared memory that both sides look at. */
export const STATE = 0;
export const VALUE = 1;
export const WAITING = 0;
export const SETTLED = 1;
/** What the asynchronous function brings. */
export const ANSWER = 42;
/** A sleep without end is a deadlock; this one is given up and counted. */
const LIMIT_MS = 200;

/** Starts the asynchronous function, which settles `shared` when it has its result. */
export type Start = (shared: Int32Array<SharedArrayBuffer>) => void;

/** The bridge: blocks this thread until `shared` is settled. False where that never came. */
function waitFor(shared: Int32Array<SharedArrayBuffer>): boolean {
  return Atomics.wait(shared, STATE, WAITING, LIMIT_MS) !== 'timed-out';
}

export const settle = (shared: Int32Array<SharedArrayBuffer>): void => {
  Atomics.store(shared, VALUE, ANSWER);
  Atomics.store(shared, STATE, SETTLED);
  Atomics.notify(shared, STATE);
};

export function measureBridge(
  { parameters, platform, counting }: StageContext,
  start: Start,
): StageResult {
  const tries = whole(parameters, 'tries');
  const latency_ns: number[] = [];
  let deadlocks = 0;
  counting.begin();
  for (let i = 0; i < tries; i++) {
    const shared = new Int32Array(new SharedArrayBuffer(8));
    const start_ns = platform.now();
    start(shared);
    if (!waitFor(shared)) deadlocks++;
    else {
      latency_ns.push(platform.now() - start_ns);
      if (Atomics.load(shared, VALUE) !== ANSWER) throw new Error('a wrong answer came');
    }
  }
  counting.end();
  return {
    n: tries,
    series: { latency_ns },
    totals: { tries, deadlocks, answered: tries - deadlocks },
    notes: deadlocks > 0 ? ['the loop that had to bring the answer was asleep in the wait'] : [],
  };
}
