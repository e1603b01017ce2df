// Many descriptors are watched and one at a time has something to say: it is written to, waited for,
// found and read, by one thread. So nobody sleeps and nobody is woken, and what is left is the price of
// asking about many. After the benchmark in Banga, Mogul and Druschel, "A scalable and explicit event
// delivery mechanism for UNIX" (USENIX 1999), and libevent's bench.c.
import { Unsupported } from '../../../errors.ts';
import type { LinuxCalls, Platform } from '../../../ffi/platform.ts';
import { createRandom, randomInt } from '../../../measure/random.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { type Flags, openFlags } from './flags.ts';

/** One way of watching all of them. Nothing here allocates once it is made. */
export interface Watcher {
  /** Returns how many have something to say: at least one, because one was written to. */
  wait(): number;
  /** Which of them it is, looked for in what the wait brought. */
  find(): number;
  /** Read what it says, and watch it again. Returns the count that the flag held. */
  take(index: number): number;
  close(): void;
}

/** The calls of Linux, for a watcher that is staged with them. Throws Unsupported elsewhere. */
export function linuxCalls({ linux, os }: Platform): LinuxCalls {
  if (linux) return linux;
  throw new Unsupported(`its calls are staged on Linux, this is ${os}`, 'run it on Linux');
}

export type WatcherMaker = (context: StageContext, flags: Flags) => Watcher;

const EVENTS = 1000;
const WARMUP_EVENTS = 2000;
/** Ten thousand are slow to ask about: then the compiler has seen enough before. */
const WARMUP_LIMIT_NS = 3e8;
const WARMUP_LEAST = 100;

const BEFORE_WRITE = 0;
const WRITTEN = 1;
const WAITED = 2;
const FOUND = 3;
const READ = 4;

export function measureScale(context: StageContext, make: WatcherMaker): StageResult {
  const { platform, counting, parameters } = context;
  const count = whole(parameters, 'descriptors');
  const flags = openFlags(platform, count);
  let watcher: Watcher | undefined;
  try {
    watcher = make(context, flags);
    const once = eventOn(context, flags, watcher);
    const random = createRandom(context.seed);
    const order = Uint32Array.from({ length: EVENTS }, () => randomInt(random, 0, count));
    const until_ns = platform.now() + WARMUP_LIMIT_NS;
    for (let i = 0; i < WARMUP_EVENTS; i++) {
      once(order[i % EVENTS]!);
      if (i >= WARMUP_LEAST && platform.now() > until_ns) break;
    }
    const series = {
      latency_ns: new Float64Array(EVENTS),
      cost_ns: new Float64Array(EVENTS),
      wait_ns: new Float64Array(EVENTS),
      find_ns: new Float64Array(EVENTS),
    };
    counting.begin();
    for (let i = 0; i < EVENTS; i++) {
      const times = once(order[i]!);
      series.latency_ns[i] = times[READ]! - times[BEFORE_WRITE]!;
      series.cost_ns[i] = times[READ]! - times[WRITTEN]!;
      series.wait_ns[i] = times[WAITED]! - times[WRITTEN]!;
      series.find_ns[i] = times[FOUND]! - times[WAITED]!;
    }
    counting.end();
    return { n: EVENTS, series, totals: {} };
  } finally {
    watcher?.close();
    flags.close();
  }
}

/** One event from end to end; returns the clock's readings, the same array each time. */
function eventOn({ platform }: StageContext, flags: Flags, watcher: Watcher) {
  const times = new Float64Array(READ + 1);
  return (index: number): Float64Array => {
    platform.stamp(times, BEFORE_WRITE);
    flags.raise(index);
    platform.stamp(times, WRITTEN);
    const ready = watcher.wait();
    platform.stamp(times, WAITED);
    const found = ready > 0 ? watcher.find() : -1;
    platform.stamp(times, FOUND);
    const value = found < 0 ? 0 : watcher.take(found);
    platform.stamp(times, READ);
    if (ready === 1 && found === index && value === 1) return times;
    throw new Error(
      `flag ${index} was raised once; the wait told of ${ready}, found ${found}, which held ${value}`,
    );
  };
}
