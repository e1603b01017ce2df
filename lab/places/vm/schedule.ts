// Acts at planned times, open loop: a late act does not make the next one later. Node's timers are good
// to a millisecond, so the last bit of the way is spent looking at the clock.

/** Nanoseconds of CLOCK_MONOTONIC, as a double: exact for the first hundred days. */
export function hostNow(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e9 + nanoseconds;
}

/** A timer may fire so much late; less than this is spent looking at the clock. */
const TIMER_NS = 1.5e6;

/** Call `act(i)` at each of the times, ascending. Ends early, without a throw, where `signal` aborts. */
export async function keepSchedule(
  times_ns: readonly number[],
  signal: AbortSignal,
  act: (i: number) => void,
): Promise<void> {
  for (let i = 0; i < times_ns.length && !signal.aborted; i++) {
    const due_ns = times_ns[i]!;
    const left_ns = due_ns - hostNow();
    if (left_ns > TIMER_NS) await sleep((left_ns - TIMER_NS) / 1e6, signal);
    // The other work of this process must not wait for a schedule that is dense.
    else if (i % 16 === 15) await new Promise(resolve => setImmediate(resolve));
    if (signal.aborted) return;
    while (hostNow() < due_ns);
    act(i);
  }
}

function sleep(length_ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, length_ms);
    signal.addEventListener('abort', done);
  });
}
