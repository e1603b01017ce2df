// One run of a PDP-11/40 on SIMH: memory and devices set, the program started, what it did read back.
// A breakpoint that never stops is set on every instruction, so SIMH counts each line's executions.
import { TimedOut } from '../../errors.ts';
import type { ListingLine, ProgramContext } from '../program.ts';
import { runSimh } from '../simh.ts';
import { lastLines } from '../simulator.ts';
import type { Assembled } from './assembler.ts';

/**
 * SIMH's unit of time is one instruction. A PDP-11/40 with core memory takes from about 1 to 5 µs for
 * one, by its operands; here every instruction stands for this much.
 */
export const INSTRUCTION_US = 2.5;

/** A device's time in the simulator's unit. */
export const units = (time_us: number): number => Math.max(1, Math.round(time_us / INSTRUCTION_US));

export interface Job {
  readonly assembled: Assembled;
  /** Commands of SIMH before the start: what is attached, how long devices take. */
  readonly commands: readonly string[];
  /** Words put into memory before the start, by address. */
  readonly memory: ReadonlyMap<number, number>;
  /** Memory that is read back: address and number of words. */
  readonly read?: { readonly address: number; readonly words: number };
  /** The longest run, in instructions; a machine that is not through then is stopped. */
  readonly limit_units: number;
}

export interface Outcome {
  /** Executions of the instruction at each address. */
  readonly executed: ReadonlyMap<number, number>;
  readonly instructions: number;
  readonly simulated_us: number;
  /** Words read back. */
  readonly memory: readonly number[];
  /** What the console printed, one character a byte. */
  readonly printed: string;
  readonly listing: readonly ListingLine[];
}

const octal = (value: number): string => value.toString(8).padStart(6, '0');
/** Lines of our own in the output, between which the console's text stands. */
const BEGIN = '-- begin --';
const END = '-- end --';
/** The largest number that SIMH takes: breakpoints count down from it. */
const NEVER = 2 ** 31 - 1;
const LAST_INSTRUCTIONS = 20;

/**
 * Start at the label `start` and wait for HALT. Throws TimedOut with the registers and the last
 * instructions where it does not halt, Unsupported where there is no simulator.
 */
export async function runPdp11(job: Job, context: ProgramContext): Promise<Outcome> {
  const { assembled } = job;
  const out = await runSimh({
    machine: 'pdp11',
    commands: commandsOf(job),
    folder: context.folder,
    limit_ms: context.limit_ms,
    signal: context.signal,
  });
  const [before = '', rest = ''] = out.split(`${BEGIN}\n`);
  const wrong =
    /^(?:%SIM-ERROR|Unknown command|.*(?:error|not found|Invalid|Too (?:few|many)).*)/im.exec(
      before,
    );
  if (wrong) throw new Error(`SIMH refused a command: ${wrong[0]}`);
  const [ran = '', state = ''] = rest.split(`${END}\n`);
  const stop = /\n([^\n]*), PC: (\d+)[^\n]*\n$/.exec(ran);
  if (stop?.[1] !== 'HALT instruction') {
    const why = stop ? `stopped with "${stop[1]}" at ${stop[2]}` : 'said nothing of its end';
    throw new TimedOut(
      `the PDP-11 ${why}. Its last state:\n${lastLines(state.split(MEMORY)[0] ?? '', 40)}`,
    );
  }
  const executed = countsOf(state, assembled.instructions);
  const instructions = [...executed.values()].reduce((sum, one) => sum + one, 0);
  const [, time] = /^Time:\s+(\d+)/m.exec(state) ?? [];
  if (time === undefined) throw new Error('SIMH did not tell the time');
  return {
    executed,
    instructions,
    simulated_us: Number(time) * INSTRUCTION_US,
    memory: wordsOf(state, job),
    printed: ran.slice(0, stop.index),
    listing: assembled.listing.map(line => withCount(line, executed)),
  };
}

function commandsOf({ assembled, commands, memory, read, limit_units }: Job): string[] {
  const start = assembled.symbols.get('start');
  if (start === undefined) throw new Error('the program has no label "start"');
  const words = new Map([...assembled.words, ...memory]);
  return [
    'set cpu 11/40',
    'set cpu noidle',
    `set cpu history=64`,
    'reset all',
    ...commands,
    ...[...words].map(([address, word]) => `deposit ${octal(address)} ${octal(word)}`),
    // SIMH starts with all interrupts barred; the program says itself when it lets them in.
    'deposit psw 340',
    `deposit pc ${octal(start)}`,
    ...assembled.instructions.map(at => `break ${octal(at)}[${NEVER}]`),
    `echo ${BEGIN}`,
    `step ${Math.min(limit_units, NEVER)}`,
    `echo ${END}`,
    'show time',
    'show break',
    'examine pc,psw,r0,r1,r2,r3,r4,r5,sp',
    `show cpu history=${LAST_INSTRUCTIONS}`,
    ...(read ? [`echo ${MEMORY}`, `examine ${octal(read.address)}-${octal(lastOf(read))}`] : []),
  ];
}

const MEMORY = '-- memory --';
const lastOf = ({ address, words }: NonNullable<Job['read']>): number => address + 2 * words - 2;

function countsOf(state: string, addresses: readonly number[]): Map<number, number> {
  const left = new Map<number, number>();
  for (const [, address, count] of state.matchAll(/^([0-7]+):\s+E \[(\d+)\]/gm)) {
    left.set(Number.parseInt(address!, 8), Number(count));
  }
  return new Map(
    addresses.map(address => {
      const rest = left.get(address);
      if (rest === undefined) throw new Error(`SIMH lost the counter at ${octal(address)}`);
      return [address, NEVER - rest];
    }),
  );
}

function wordsOf(state: string, { read }: Job): number[] {
  if (!read) return [];
  const text = state.split(`${MEMORY}\n`)[1] ?? '';
  const found = [...text.matchAll(/^([0-7]+):\s+([0-7]+)/gm)].map(([, , word]) =>
    Number.parseInt(word!, 8),
  );
  if (found.length !== read.words)
    throw new Error(`read ${found.length} words of memory instead of ${read.words}`);
  return found;
}

const withCount = (line: ListingLine, executed: ReadonlyMap<number, number>): ListingLine => {
  const count = line.address === undefined ? undefined : executed.get(line.address);
  return count === undefined || line.code.length === 0 ? line : { ...line, executed: count };
};

/** Bytes as words, low byte first, from an address on. */
export function inMemory(address: number, bytes: Uint8Array): Map<number, number> {
  const words = new Map<number, number>();
  for (let i = 0; i < bytes.length; i += 2) {
    words.set(address + i, bytes[i]! | ((bytes[i + 1] ?? 0) << 8));
  }
  return words;
}

/** Words as bytes, low byte first. */
export const toBytes = (words: readonly number[]): Uint8Array =>
  Uint8Array.from(words.flatMap(word => [word & 0xff, word >> 8]));
