// THE device interface. A device is what an experiment drives: a kind, an honest name for what it
// really is, and (where the host can) a way to stimulate it. A device file exports one `device`
// object; importing it runs no foreign code. `start` runs in a process of the device's own.
import type { DeviceKind, Target } from '../drivers/driver.ts';
import type { Platform } from '../ffi/platform.ts';

/** What a device is made of: a physical thing, a hypervisor's, this kernel's, or a simulator's. */
export type Evidence = 'hardware' | 'virtual' | 'stand-in' | 'simulated';

/** What a device says of itself, before anything is started. */
export interface DeviceFacts {
  /** The stable id, or its family: `serial` stands for `serial@PATH`. */
  readonly id: string;
  readonly title: string;
  readonly kind: DeviceKind;
  /**
   * `host`: the stimulus carries the host's clock, so one-way latency can be measured; `kernel`: each
   * event carries the kernel's, which is the same one (lab/input).
   */
  readonly stamps: 'host' | 'kernel' | 'none';
  readonly evidence: Evidence;
  /** True where an address follows the id: `serial@/dev/ttyACM0`. */
  readonly addressed: boolean;
  /** Speaks the lab's wire protocol, so a round trip can be measured. */
  readonly board: boolean;
  /** A line whose other end can send everything back (firmware=echo; parts/echo-line.ts). */
  readonly echoes?: true;
  /** Runs whole programs (lab/machines) or stages (lab/stages), and no driver serves it. */
  readonly programs?: true;
  readonly platforms: readonly NodeJS.Platform[];
  /** What it is, in one sentence. */
  readonly about: string;
}

/** An open-loop stimulus: messages leave at their planned times, whatever the reader does. */
export interface Stimulus {
  /** Planned send times in nanoseconds from the start, ascending (lab/measure/schedule.ts). */
  readonly offsets_ns: readonly number[];
  /** Messages sent first, fast, that the cell does not count. */
  readonly warmup: number;
  /** Marks every message of this stimulus, so that a reader can tell stale ones. */
  readonly epoch: number;
}

/** When events left another machine, on this one's clock. */
export interface SentStamps {
  readonly sent_ns: readonly number[];
  /** How far each may be off, because the two clocks were compared and are not one. */
  readonly error_ns: number;
}

/** What a device is started with. */
export interface DeviceContext {
  readonly platform: Platform;
  /** The address after `@`; empty where the device has none. */
  readonly address: string;
  /** A folder of this run's own for links, pipes and files; the orchestrator removes it. */
  readonly folder: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Called when the device goes away by itself. */
  readonly gone: (reason: string) => void;
}

/** A started device, living in its own process until `close`. */
export interface DeviceSession {
  readonly target: Target;
  /** What this very device is, where it differs from its family. */
  readonly evidence?: Evidence;
  /** What can be said of this very device: model, firmware hash, file system. No serial numbers. */
  readonly identity: Readonly<Record<string, string>>;
  /** Send the stimulus; resolves when the last message is out. Absent where the host cannot. */
  stimulate?(stimulus: Stimulus): Promise<void>;
  /** Of the last stimulus, its warm-up included; absent where each event says it itself. */
  sent?(): SentStamps | undefined;
  /**
   * Bring the device back to how a reset leaves it, whatever ran before: an emulated board is reset, a
   * real one is made sure of. Throws TimedOut, DeviceGone, Unsupported. Absent where nothing can be
   * brought back.
   */
  refresh?(): Promise<void>;
  /** Ends the device and takes its links, pipes and processes away. Idempotent. */
  close(): Promise<void>;
}

/** A device that `scan` found. `id` is accepted unedited by `--device`. */
export interface FoundDevice {
  readonly id: string;
  readonly title: string;
  readonly ok: boolean;
  readonly reason?: string;
  readonly errno?: string;
  readonly fix?: string;
}

/** A device’s file exports one of these under the name `device`. */
export interface Device extends DeviceFacts {
  /** Which of these are on this machine? Never throws; opens nothing that a board would notice. */
  find(): Promise<FoundDevice[]>;
  /** Throws SystemCallError, Unsupported, DeviceGone or TimedOut. */
  start(context: DeviceContext): Promise<DeviceSession>;
}
