// Waits that a signal interrupts again and again, many times while they last; and what a program makes of
// each: finished, given up too early, or never finished. Source: signal(7), "Interruption of system calls".
import { EINTR } from '../../../ffi/linux/constants.ts';
import { Alarm } from '../../parts/alarm.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { CALLS, type CallName, openCall, type SleepingCall } from './calls.ts';

/** How long the program wants to wait, and how often the signal comes. */
const LENGTH_NS = 30e6;
const SIGNAL_US = 2000;
/** A wait that was begun so often, for longer than it is long, does not end while signals come. */
const MOST_TRIES = 25;

/** One wait of a program. */
export interface Wait {
  readonly length_ns: number;
  /** Sleep so long: what the call gives, −EINTR where a signal came. */
  sleep(length_ns: number): number;
  now(): number;
}

/** `wait` is the program: true where it has what it waited for. `restart` is SA_RESTART. */
export function stageInterrupted(
  { platform, parameters }: StageContext,
  restart: boolean,
  wait: (wait: Wait) => boolean,
): StageResult {
  const waits = whole(parameters, 'waits');
  const call = openCall(platform, nameOf(parameters.call));
  const alarm = new Alarm(platform, restart);
  const counts = { waits, finished: 0, given_up: 0, endless: 0, interrupted: 0 };
  try {
    for (let i = 0; i < waits; i++) {
      const one = bounded(call, platform.now);
      call.begin(LENGTH_NS);
      alarm.every(SIGNAL_US);
      const finished = wait(one);
      alarm.every(0);
      counts.interrupted += one.interrupted;
      if (one.endless) counts.endless++;
      else if (finished) counts.finished++;
      else counts.given_up++;
    }
    return { n: waits, totals: counts };
  } finally {
    alarm.close();
    call.close();
  }
}

interface Bounded extends Wait {
  interrupted: number;
  endless: boolean;
}

/** A wait that the stage ends where the program would never. */
function bounded(call: SleepingCall, now: () => number): Bounded {
  let tries = 0;
  const one: Bounded = {
    length_ns: LENGTH_NS,
    interrupted: 0,
    endless: false,
    now,
    sleep(length_ns) {
      one.endless = ++tries > MOST_TRIES;
      if (one.endless) return 0;
      const result = call.sleep(length_ns);
      if (result === -EINTR) one.interrupted++;
      return result;
    },
  };
  return one;
}

function nameOf(text: string | undefined): CallName {
  const name = CALLS.find(one => one === text);
  if (name) return name;
  throw new RangeError(`call=${text} is none of ${CALLS.join(', ')}`);
}
