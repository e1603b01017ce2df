// THE experiment interface: a question, the devices it fits, and a plan. An experiment plans and
// executes nothing: it lists cells, and the orchestrator runs them round by round.
import type { CellResult, WorkloadPlan } from '../cell/protocol.ts';
import type { DeviceFacts } from '../devices/device.ts';
import type { Target } from '../drivers/driver.ts';

/** What the user chose; empty lists mean the experiment's own choice. */
export interface PlanRequest {
  readonly rate_hz: readonly number[];
  readonly depth: readonly number[];
  /** Bytes, sectors or records to move; absent for the experiment's own choice. */
  readonly records?: readonly number[];
  /** Samples per round; undefined for the experiment's own choice. */
  readonly samples: number | undefined;
  readonly set: Readonly<Record<string, string>>;
  /** The main job: the same questions with fewer settings and shorter rounds. */
  readonly short: boolean;
}

/** One choice of what an experiment varies: rate, depth, mode. Each becomes a record. */
export type Setting = Readonly<Record<string, string | number>>;

/** What one cell of one round does. */
export interface PlannedCell {
  readonly depth: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly workload: WorkloadPlan;
  /** Expected length in milliseconds; the bounded wait is a multiple of it. */
  readonly expected_ms: number;
  /** Send times for the device, where it stimulates. */
  readonly offsets_ns?: readonly number[];
  /** Uncounted messages before them. */
  readonly warmup?: number;
  /** Bring the device back to its start before: then nothing depends on what was measured earlier. */
  readonly fresh?: boolean;
  /** Open past the page cache, or through it, whatever the device itself was told. */
  readonly direct?: boolean;
  /** Which of the device's disks, where it has several (`Target.parts`). */
  readonly part?: string;
}

/** A column: a metric (of a distribution its median), its heading, and what the heading stands for. */
export interface Shown {
  readonly metric: string;
  readonly title: string;
  readonly meaning?: string;
}

/** An experiment’s file exports one of these under the name `experiment`. */
export interface Experiment {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** Options of `run` that it takes, beside the common ones. */
  readonly options: readonly ('rate' | 'depth' | 'records' | 'peer')[];
  /** Devices measured when none is named. */
  readonly devices: readonly string[];
  /** The same in the virtual machine, where no hand is and disks and lines of the lab's own are. */
  readonly vm_devices?: readonly string[];
  /** Drivers measured when none is named; others that fit may be named. */
  readonly drivers: readonly string[];
  /** Fewer of them for the main job, where time is short. */
  readonly short_drivers?: readonly string[];
  /**
   * Driver that the others are divided by, and that is measured twice (A/A). Absent where settings
   * are compared and counts are exact.
   */
  readonly baseline?: string;
  /**
   * On Windows the same question is put to other drivers: those measured when none is named, and the one
   * that they are divided by (lab/experiments/find.ts).
   */
  readonly windows?: { readonly drivers: readonly string[]; readonly baseline: string };
  /** The most of `--records` that its drivers take; programs say it themselves (lab/machines). */
  readonly most_records?: number;
  /** Device settings accepted by `--set`, each with its meaning and default. */
  readonly settings: Readonly<
    Record<string, { meaning: string; default: string; values?: readonly string[] }>
  >;
  /** Its drivers are the layers of lab/layers instead of the drivers of lab/drivers. */
  readonly layers?: true;
  /** Its drivers are programs of classic machines (lab/machines); each device has its own. */
  readonly programs?: true;
  /** Its drivers are the stages in lab/stages/<its id>. */
  readonly stages?: true;
  /** Columns of its table in the terminal, where the common ones do not say what it is about. */
  readonly shows?: readonly Shown[];
  /** Laws to be fitted over several settings: metric = a + b · setting. */
  readonly fits?: readonly { readonly metric: string; readonly over: string }[];
  /** What its devices are told where the user chose nothing else: which firmware, which pace. */
  readonly device_settings?: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly short_rounds: number;
  /** Why the device does not fit, or undefined where it does. */
  misfit(device: DeviceFacts): string | undefined;
  /**
   * The settings of one driver; each becomes a record. `target` is there once the device is. `records`
   * holds only what the driver takes. Throws WrongUsage where settings do not go together.
   */
  plan(driver: string, request: PlanRequest, target?: Target): readonly Setting[];
  /** One cell of one round. The seed differs from cell to cell. */
  cell(setting: Setting, request: PlanRequest, seed: number): PlannedCell;
  /** Totals that follow from a round's others, where they say better what it is about. */
  derive?(round: Pick<CellResult, 'totals' | 'threads'>): Readonly<Record<string, number>>;
}
