// What the orchestrator and its child processes say to each other: one JSON document a line. Types
// only, so that both sides can share them. A cell is given its job on its first line of input.
import type { DeviceFacts, Evidence, SentStamps, Stimulus } from '../devices/device.ts';
import type { Probe, Target } from '../drivers/driver.ts';
import type { Floor, Thread } from '../records/schema.ts';
import type { ExchangeSize } from '../registers/exchanges.ts';
import type { DialoguePlan } from './dialogues/create.ts';

/** What a cell does with its driver. */
export type WorkloadPlan =
  | {
      readonly kind: 'stamped-read';
      /** Counted messages. */
      readonly samples: number;
      readonly epoch: number;
    }
  | {
      /** Take the events of an input device as they come. */
      readonly kind: 'input-read';
      /** Counted events, and uncounted ones before them. */
      readonly samples: number;
      readonly warmup: number;
      readonly epoch: number;
    }
  | {
      /** Write a message to a line whose other end sends everything back, and read it again. */
      readonly kind: 'echo';
      readonly samples: number;
      readonly warmup: number;
      readonly message_bytes: number;
      /** Intended start of every counted message, in nanoseconds from the first. */
      readonly offsets_ns: readonly number[];
      readonly seed: number;
    }
  | {
      readonly kind: 'request-reply';
      readonly samples: number;
      readonly warmup: number;
      /** Intended start of every counted request, in nanoseconds from the first. */
      readonly offsets_ns: readonly number[];
      readonly first_sequence: number;
    }
  | {
      readonly kind: 'random-read';
      readonly duration_ms: number;
      /** Stop after so many operations instead of after `duration_ms`. */
      readonly samples?: number;
      /** Completions to wait for at once; 1 where it is absent. */
      readonly together?: number;
      readonly warmup_ms: number;
      readonly block_bytes: number;
      readonly seed: number;
    }
  | {
      /** Read so many blocks one after the other, and do that again and again. */
      readonly kind: 'chain-read';
      readonly records: number;
      readonly chains: number;
      readonly warmup: number;
      readonly block_bytes: number;
      readonly seed: number;
    }
  | {
      /** Give a device something through its registers and take its answer, again and again. */
      readonly kind: 'exchange';
      readonly samples: number;
      readonly warmup: number;
      readonly seed: number;
      readonly size: ExchangeSize;
    }
  | ToggleWorkload
  | DialogueWorkload
  | ProgramWorkload
  | StageWorkload;

export interface ToggleWorkload {
  /** Set an output through a layer, and wait until the same layer reports the input wired to it. */
  readonly kind: 'toggle';
  readonly samples: number;
  readonly warmup: number;
}

export interface DialogueWorkload {
  /** Hold a scripted conversation with a board (lab/cell/dialogues). */
  readonly kind: 'dialogue';
  readonly plan: DialoguePlan;
}

export interface ProgramWorkload {
  /** Run a program of a classic machine (lab/machines); the job's driver is the program. */
  readonly kind: 'program';
  /** How long its simulator may run. */
  readonly limit_ms: number;
}

export interface StageWorkload {
  /** Run a stage of an experiment (lab/stages); the job's driver is the stage. */
  readonly kind: 'stage';
  readonly experiment: string;
  readonly seed: number;
}

export interface CellJob {
  readonly do: 'measure';
  readonly driver: string;
  readonly target: Target;
  readonly depth: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly workload: WorkloadPlan;
  /** Variables that stand in its environment when it starts (lab/run/environment.ts). */
  readonly environment?: Readonly<Record<string, string>>;
  /** Matches the device's lines in /proc/interrupts; absent where it has none. */
  readonly interrupt_lines?: string;
}

export interface ProbeJob {
  readonly do: 'probe';
  /** Ids of drivers, or of layers where `layers` is set. */
  readonly drivers: readonly string[];
  readonly layers?: true;
  /** Each with a name of its own in `device`. */
  readonly targets: readonly Target[];
}

/** Start these devices in the asking process itself, and ask every driver about each. */
export interface AskJob {
  readonly do: 'ask';
  readonly drivers: readonly string[];
  readonly starts: readonly DeviceJob[];
}

export interface FindJob {
  readonly do: 'find';
}

export type Job = CellJob | ProbeJob | AskJob | FindJob;

/** One cell's measurement. Samples travel as base64 of little-endian doubles. */
export interface CellResult {
  readonly event: 'result';
  readonly n: number;
  readonly started: string;
  readonly ended: string;
  /** Distributions: name → samples. */
  readonly series: Readonly<Record<string, string>>;
  /** One value each: rates, costs per operation, counts. */
  readonly totals: Readonly<Record<string, number>>;
  readonly threads: readonly Thread[];
  readonly notes: readonly string[];
}

export interface Failure {
  readonly event: 'failed';
  readonly name: string;
  readonly message: string;
  readonly errno?: string;
  readonly fix?: string;
  readonly stack?: string;
}

/** By device, then by driver. */
export type Answers = Readonly<Record<string, Readonly<Record<string, Probe>>>>;

export type CellEvent =
  | { readonly event: 'ready' }
  | CellResult
  | { readonly event: 'probed'; readonly answers: Answers }
  | { readonly event: 'found'; readonly devices: readonly FoundRow[] }
  | Failure;

/** What a device process is told and tells. */
export interface DeviceJob {
  readonly device: string;
  readonly address: string;
  readonly folder: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export type DeviceCommand =
  | { readonly do: 'floor' }
  | { readonly do: 'start'; readonly job: DeviceJob }
  | ProbeJob
  | { readonly do: 'stimulate'; readonly stimulus: Stimulus }
  | { readonly do: 'refresh' };

export type DeviceEvent =
  | { readonly event: 'floor'; readonly floor: Floor }
  | { readonly event: 'probed'; readonly answers: Answers }
  | {
      readonly event: 'ready';
      readonly target: Target;
      readonly identity: Readonly<Record<string, string>>;
      readonly stimulates: boolean;
      readonly evidence?: Evidence;
    }
  | { readonly event: 'stimulated'; readonly sent?: SentStamps }
  | { readonly event: 'refreshed' }
  | { readonly event: 'gone'; readonly reason: string }
  | Failure;

export type FoundRow = Pick<DeviceFacts, 'kind' | 'evidence'> & {
  readonly id: string;
  readonly title: string;
  readonly ok: boolean;
  readonly reason?: string;
  readonly errno?: string;
  readonly fix?: string;
};
