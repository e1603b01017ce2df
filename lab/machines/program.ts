// THE program interface: a classic machine runs one whole program, and what it cost is counted. A
// program file exports one `program` object and lies in lab/machines/<machine>/programs. It is to a
// machine what a driver is to a device, so its mechanism uses the same words.
import type { Mechanism } from '../drivers/driver.ts';

/** What a program says of itself, before anything runs. */
export interface ProgramFacts {
  /** The file's name; unlike that of any other program or driver. */
  readonly id: string;
  readonly title: string;
  readonly mechanism: Mechanism;
  /** The folder it lies in, which is also the id of its device: `pdp11`. */
  readonly machine: string;
  /** What it does and what it costs in principle, in a sentence or two without measured numbers. */
  readonly about: string;
  /**
   * Parameters accepted by `--set`, each with its meaning and default. `records` is an option of its own,
   * with the most that one run takes: what the machine holds, or what is over within about a second.
   */
  readonly parameters: Readonly<
    Record<string, { meaning: string; default: string; values?: readonly string[]; most?: number }>
  >;
  /** Handbook or manual, with its section. */
  readonly source: string;
}

export interface ProgramContext {
  /** An empty folder of this run's own; whoever made it removes it. */
  readonly folder: string;
  /** What was chosen; a parameter that is absent has its default. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The longest the machine may run, in milliseconds of the host. */
  readonly limit_ms: number;
  readonly signal: AbortSignal;
}

/** One line of an assembled program; `executed` where it was counted. */
export interface ListingLine {
  /** From 1, as in the source. */
  readonly line: number;
  /** Absent where the line makes no code. */
  readonly address?: number;
  /** Bytes or words, as the machine has them. */
  readonly code: readonly number[];
  readonly text: string;
  /** How often the instruction on this line was executed. */
  readonly executed?: number;
}

export interface ProgramResult {
  /** Bytes, characters, sectors, records: the operations that the program was for. */
  readonly n: number;
  /** Exact counts, units last: instructions, interrupts, polls, useful_turns, simulated_us, bytes. */
  readonly totals: Readonly<Record<string, number>>;
  /** Distributions: name → samples. */
  readonly series?: Readonly<Record<string, readonly number[]>>;
  /** What a reader must know beside the numbers. */
  readonly notes: readonly string[];
  /** The program as it was assembled, with its counts. */
  readonly listing?: readonly ListingLine[];
  /** Steps for a diagram, in the order in which they happened. */
  readonly trace?: readonly Readonly<Record<string, string | number>>[];
}

export interface Program extends ProgramFacts {
  /**
   * Run it once on a fresh machine and verify its data (memory, printed text, cards) against what was
   * put in. Throws Unsupported where the simulator or the machine's part is missing, TimedOut with
   * the machine's last state where it does not end, WrongUsage for a wrong parameter, Error where
   * data are not what they should be.
   */
  run(context: ProgramContext): Promise<ProgramResult>;
}

/** A source that the assembler refuses: in which line, and why. */
export class AssemblyError extends Error {
  readonly line: number;
  readonly reason: string;

  constructor(line: number, reason: string, text = '') {
    super(`line ${line}: ${reason}${text === '' ? '' : `: ${text.trim()}`}`);
    this.name = 'AssemblyError';
    this.line = line;
    this.reason = reason;
  }
}
