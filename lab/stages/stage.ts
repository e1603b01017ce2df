// THE stage interface: one way of doing a thing whose form is no driver's (a hazard and its cure, a
// thousand threads, an await), staged on this machine so that its cost or its failure can be counted.
// It is to an experiment what a driver is, so records name it in the driver's place. A stage file
// exports one `stage` object and lies in lab/stages/<experiment>; importing it runs no foreign code.
import type { Mechanism, Target } from '../drivers/driver.ts';
import type { Platform } from '../ffi/platform.ts';

/** What a stage says of itself, before anything runs. */
export interface StageFacts {
  /** The file's name; unlike that of any driver, layer, program or other stage. */
  readonly id: string;
  readonly title: string;
  /** The folder it lies in, which is the id of its experiment. */
  readonly experiment: string;
  readonly mechanism: Mechanism;
  /** What it does and what is to be seen, in a sentence or two without measured numbers. */
  readonly about: string;
  /** Manual page, kernel document or API reference. */
  readonly source: string;
}

/** The edges of the counted part: processor time and switches are read there (lab/cell/account.ts). */
export interface Counting {
  /** Returns the clock when the counting has begun, in nanoseconds. */
  begin(): number;
  /** The counted part is over. */
  end(): void;
}

/** What a stage runs with. */
export interface StageContext {
  readonly platform: Platform;
  /** The device's; of the device `kernel` its path is an empty folder of this cell's own. */
  readonly target: Target;
  /** The setting that was planned, and what the user set. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly counting: Counting;
}

/** What a stage saw. */
export interface StageResult {
  /** Operations, events or tries: what costs per operation are divided by. */
  readonly n: number;
  /** Distributions: name → samples, units last (`latency_ns`). */
  readonly series?: Readonly<Record<string, Float64Array | readonly number[]>>;
  /** Totals and counts, units last. */
  readonly totals: Readonly<Record<string, number>>;
  /** What a reader must know beside the numbers. */
  readonly notes?: readonly string[];
}

/** A stage’s file exports one of these under the name `stage`. */
export interface Stage extends StageFacts {
  /**
   * Do it once, bounded in time, and leave nothing behind: no descriptor, thread, process or file.
   * Where `counting` was not used, the record holds only what the stage itself counted. Throws
   * Unsupported with reason and fix where this machine cannot, Error where what came out is not what
   * must come out.
   */
  run(context: StageContext): Promise<StageResult> | StageResult;
}

/** A whole number among the parameters. Throws RangeError where the plan forgot it. */
export function whole(parameters: StageContext['parameters'], name: string): number {
  const value = Number(parameters[name]);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new RangeError(`${name}=${parameters[name]} is no whole number`);
}
