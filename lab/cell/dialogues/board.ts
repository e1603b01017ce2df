// The board as a script speaks to it: commands that are repeated when nothing comes back, one flag
// on its own that is stamped, and counters turned into what a record keeps.
import {
  type Command,
  type Counters,
  encodeCommand,
  FLAG,
  type Load,
  loads,
  type Mode,
  modes,
  PREAMBLE_BYTES,
  type Reply,
} from '../../../firmware/protocol/codec.ts';
import { type Heard, NoAnswer, Refused, type Turn } from './dialogue.ts';

/** How often a command is sent before the board counts as dumb. */
const TRIES = 3;
const PREAMBLE = new Uint8Array(PREAMBLE_BYTES).fill(FLAG);

type ReplyTo<K extends Command['kind']> = Extract<Reply, { readonly kind: K }>;
export type Asking<T> = Generator<Turn, T, Heard | undefined>;

/** One byte's way through the firmware, in cycles of the board's stamps. */
export interface Stamps {
  /** Undefined where the board has no hardware capture of the line. */
  readonly arrival_cycles: number | undefined;
  readonly service_cycles: number;
  readonly reply_cycles: number;
}

/** A counter of 32 bits that goes on where it wraps (protocol.h: after 268 s on an Uno). */
class Wrapping {
  #total = 0;
  #last = 0;

  /** All since the clearing; with `clear` the next reading begins at nought. */
  read(value: number, clear: boolean): number {
    const total = this.#total + ((value - this.#last) >>> 0);
    this.#total = clear ? 0 : total;
    this.#last = clear ? 0 : value;
    return total;
  }
}

export class Board {
  /** Bytes said so far, flags included. */
  sent_bytes = 0;
  /** Commands that had to be said again. */
  repeats = 0;
  #sequence = 0;
  readonly #cycles = new Wrapping();
  readonly #asleep_cycles = new Wrapping();

  /** Say these bytes and wait for a reply that fits; undefined where the line fell silent. */
  *say(bytes: Uint8Array, until: (heard: Heard) => boolean): Asking<Heard | undefined> {
    this.sent_bytes += bytes.length;
    return yield { say: bytes, until };
  }

  /** The number of the next command. */
  number(): number {
    this.#sequence = (this.#sequence + 1) & 0xff;
    return this.#sequence;
  }

  /**
   * A command and its answer; `behind` stands before it in the same write instead of flags. Throws
   * NoAnswer after TRIES, Refused where the board cannot do it.
   */
  *ask<K extends Command['kind']>(
    command: Command & { readonly kind: K },
    behind: Uint8Array = PREAMBLE,
  ): Asking<ReplyTo<K>> {
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) this.repeats++;
      const number = this.number();
      const bytes = Uint8Array.of(...behind, ...encodeCommand(command, number));
      const heard = yield* this.say(
        bytes,
        ({ reply, sequence }) =>
          sequence === number && (reply.kind === command.kind || reply.kind === 'error'),
      );
      if (!heard) continue;
      const answer: Reply = answerTo(command, heard.reply);
      if (answer.kind !== 'counters') return answer as ReplyTo<K>;
      const clear = 'clear' in command && command.clear;
      return { ...answer, counters: this.#whole(answer.counters, clear) } as Reply as ReplyTo<K>;
    }
    throw new NoAnswer(`the board did not answer "${command.kind}" (sent ${TRIES} times)`);
  }

  /** How the line is served and what the main loop does beside. Throws Refused. */
  *set({ mode, load }: { readonly mode: string; readonly load: string }): Asking<void> {
    const [wanted, work] = [modes.find(one => one === mode), loads.find(one => one === load)];
    if (!wanted) throw new Refused(`${mode} is no mode`, `use ${modes.join(', ')}`);
    if (!work) throw new Refused(`${load} is no load`, `use ${loads.join(', ')}`);
    yield* this.ask<'mode'>({ kind: 'mode', mode: wanted satisfies Mode });
    yield* this.ask<'load'>({ kind: 'load', load: work satisfies Load });
  }

  /** The board's cycles since the clearing, beyond the 32 bits that it has, for who asks again before they wrap. */
  #whole(counters: Counters, clear: boolean): Counters {
    const cycles = this.#cycles.read(counters.cycles, clear);
    const asleep_cycles = this.#asleep_cycles.read(counters.asleep_cycles, clear);
    return { ...counters, cycles, asleep_cycles };
  }

  *counters(clear: boolean): Asking<Counters> {
    return (yield* this.ask<'counters'>({ kind: 'counters', clear })).counters;
  }

  /**
   * One flag on its own, stamped: how long a byte waits for service. Undefined where the answer was
   * lost; then the flag may have been, too.
   */
  *flag(): Asking<Stamps | undefined> {
    yield* this.ask<'await'>({ kind: 'await' });
    const number = this.#sequence;
    const heard = yield* this.say(
      Uint8Array.of(FLAG),
      ({ reply, sequence }) => reply.kind === 'ping' && sequence === number,
    );
    return heard?.reply.kind === 'ping' ? heard.reply : undefined;
  }
}

export const OTHER = 'choose another setting or another board';
const NEWER = 'put the lab’s present firmware on the board';

/** The reply as the command's own kind. Throws Refused for an error or a status that is not ok. */
function answerTo<K extends Command['kind']>(command: Command, reply: Reply): ReplyTo<K> {
  if (reply.kind === 'error') {
    throw new Refused(`the board refused "${command.kind}": ${reply.reason}`, NEWER);
  }
  if ('status' in reply && reply.status !== 'ok') {
    const { kind, ...asked } = command;
    const what = Object.entries(asked).map(([key, value]) => `${key} ${value}`);
    throw new Refused(`the board refused ${kind} (${what.join(', ')}): ${reply.status}`, OTHER);
  }
  return reply as ReplyTo<K>;
}

/**
 * What a record made on a board says of the firmware's own costs, from counters since a clear. They are to be
 * asked at least once in the time in which the board's cycles wrap.
 */
export function firmwareCosts(counters: Counters): Record<string, number> {
  const { stack_bytes, wakeups, asleep_cycles, cycles } = counters;
  return {
    stack_bytes,
    wakeups,
    // The handler that wakes the program counts as asleep, so this is an upper bound.
    asleep_share: cycles > 0 ? asleep_cycles / cycles : 0,
  };
}

/** All handler runs since a clear. */
export const interruptsOf = (counters: Counters): number =>
  counters.rx_interrupts + counters.tx_interrupts + counters.timer_interrupts;

/** What a reader must know of how the conversation went. */
export function conversationNotes(board: Board): string[] {
  const { repeats } = board;
  return repeats > 0 ? [`${repeats} commands had to be said again: no answer came`] : [];
}
