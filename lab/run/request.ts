// What a run is asked to do, and what it says while it does it.
import type { Experiment, PlanRequest } from '../experiments/experiment.ts';

export interface RunRequest {
  readonly experiments: readonly Experiment[];
  /** Device ids as typed; empty for each experiment's own. */
  readonly devices: readonly string[];
  /** Driver ids; empty for each experiment's own. */
  readonly drivers: readonly string[];
  readonly peers: readonly string[];
  /** Rounds; undefined for each experiment's own. */
  readonly rounds: number | undefined;
  readonly plan: PlanRequest;
  readonly seed: number;
  /** Folder that gets the run's folder; undefined for the lab's own. */
  readonly out: string | undefined;
  /** What a reader types to run the same. */
  readonly command: string;
}

export interface Progress {
  readonly experiment: string;
  readonly device: string;
  readonly driver: string;
  readonly round: number;
  readonly rounds: number;
  /** Cells done and to be done, of the whole run. */
  readonly done: number;
  readonly total: number;
}

export interface RunEvents {
  progress(progress: Progress): void;
  /** Something the user should read while waiting: a lock, a device that is starting. */
  note(text: string): void;
}
