// THE driver interface: one driver is one mechanism over one device, in four verbs that are the
// same for all (the models are fio's engine table and Redis' ae_*.c). A driver file exports one
// `driver` object. Importing it runs no foreign code: what it needs from the system arrives in
// `OpenContext`, so the site may read its facts and show its source.
import type { Platform } from '../ffi/platform.ts';

/**
 * What passes through a device: bytes in order, messages with an edge each, blocks at offsets, or
 * the device’s own registers.
 */
export type DeviceKind = 'stream' | 'events' | 'block' | 'registers';

/** The colour of a driver on every figure: what tells the program that work is finished. */
export type Mechanism =
  | 'polling'
  | 'interrupt'
  | 'dma'
  | 'completion'
  | 'hybrid'
  | 'channel'
  | 'reference';

/** What a driver says of itself, before anything is measured. */
export interface DriverFacts {
  readonly id: string;
  readonly title: string;
  /** Does the call that starts an operation also finish it? */
  readonly form: 'synchronous' | 'asynchronous';
  /** What the wait reports: data can be moved now, or data has been moved. */
  readonly reports: 'readiness' | 'completion';
  readonly mechanism: Mechanism;
  /** The runner loop it needs: a thread that may block, or Node's event loop. */
  readonly loop: 'blocking' | 'event';
  readonly serves: readonly DeviceKind[];
  readonly platforms: readonly NodeJS.Platform[];
  /** What one operation costs in principle, in a sentence without measured numbers. */
  readonly cost: string;
  /** What it needs from the system, in a few words. */
  readonly needs: string;
  /** Parameters accepted by `--set`, each with its meaning and default. */
  readonly parameters: Readonly<
    Record<
      string,
      {
        meaning: string;
        default: string;
        values?: readonly string[];
        /** The variable that carries it, where it has to be there before the process starts. */
        environment?: string;
      }
    >
  >;
  /** Manual page, kernel document or API reference. */
  readonly source: string;
  /**
   * What the form is built from where it is not the system's own mechanism. A trace and the count of
   * threads prove it (test/drivers).
   */
  readonly emulated_by: string;
  /** It goes past the page cache, or through it, whatever `direct` of the target says. */
  readonly page_cache?: 'past' | 'through';
}

/** What a device lets a driver open. */
export interface Target {
  readonly device: string;
  readonly kind: DeviceKind;
  readonly path: string;
  /** A Unix socket listens at the path: a program connects to it, because open(2) refuses it. */
  readonly connect?: true;
  /** A terminal: bytes pass through the line discipline, and a baud rate may apply. */
  readonly tty: boolean;
  /** A terminal in line mode: a program that sets it raw would make another device of it. */
  readonly lines?: true;
  readonly writable: boolean;
  /** Bit rate of the line; only where `tty`. */
  readonly baud?: number;
  /** Only where a board answered. */
  readonly board?: {
    /** What its hello calls it: `uno`, `pico`. */
    readonly name: string;
    /** The ways in which its firmware can serve the line. */
    readonly modes: readonly string[];
    /** Cycles per second of the board's stamps. */
    readonly timer_hz: number;
    /** Bits per second towards the board and back: each end has its own clock and divider. */
    readonly line: { readonly to_board_hz: number; readonly from_board_hz: number };
  };
  /** Only where a board speaks Firmata: the pins that a jumper wire joins, and the line's real rate. */
  readonly firmata?: {
    readonly output_pin: number;
    readonly input_pin: number;
    readonly line: { readonly to_board_hz: number; readonly from_board_hz: number };
  };
  /** Only of an input device of the kernel's. */
  readonly input?: InputTarget;
  /**
   * Only where kind is registers: who knows the device (lab/registers/programs.ts). The path is the
   * folder in sysfs of a function on the PCI bus.
   */
  readonly registers?: { readonly program: string };
  /** Open with O_DIRECT, past the page cache; only where kind is block. */
  readonly direct?: boolean;
  /** Size in bytes; only where kind is block. */
  readonly bytes?: number;
  /**
   * The file that the lab made, by its numbers. Only where kind is block and `writable`: no other file
   * and no disk is ever opened for writing (parts/open.ts).
   */
  readonly created?: { readonly file_system: number; readonly inode: number };
  /**
   * What its blocks hold, so that every read can be checked: each its own number in every word, or
   * nothing but zeros. Only where kind is block; absent for numbers.
   */
  readonly blocks?: 'numbers' | 'zeros' | 'unknown';
  /**
   * The disk is a function of the PCI bus that a program may have for itself, in the VM only. It may be
   * written where it has this serial number, which the lab gave to the disk that it made.
   */
  readonly pci?: { readonly address: string; readonly scratch_serial?: string };
  /** Disks of one device that differ in one thing, by its value: `path` is the first. */
  readonly parts?: Readonly<Record<string, string>>;
}

/** What a read of an input device hands over, and what each reader sets for itself (parts/open-input.ts). */
export interface InputTarget {
  /** Frames of events with the kernel's stamps, or the device's reports as they are. */
  readonly node: 'evdev' | 'hidraw';
  /** Each event carries its number and when it left (lab/input/stamped.ts): the lab is the device. */
  readonly stamped: boolean;
  /** How often the bus asks the device, in milliseconds, where a bus does. */
  readonly interval_ms?: number;
  /** Nobody else hears the device for so many seconds at most. */
  readonly grab_s?: number;
  /** What a person is asked to do, where nothing else can move the device. */
  readonly hands?: string;
}

/** What a driver is opened with: the system, the device, and how much may be in flight. */
export interface OpenContext {
  readonly platform: Platform;
  readonly target: Target;
  /** Number of slots: the most operations in flight at once. */
  readonly depth: number;
  /** Bytes per slot: the longest operation. */
  readonly slot_bytes: number;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Opcode of a slot: move bytes from the device into the slot. */
export const READ = 0;
/** Opcode of a slot: move the slot’s bytes to the device. */
export const WRITE = 1;

/** What is to be done, one entry per slot; the caller fills a slot's entry before submitting it. */
export interface Operations {
  readonly opcode: Uint8Array;
  /** Byte offset on a block device; ignored on a stream. */
  readonly offset_bytes: Float64Array;
  readonly length_bytes: Uint32Array;
}

/**
 * What is finished, valid until the next `submit` or `wait`: entries 0 … n − 1. On a stream the bytes
 * come in the order of the completions. Which of several pending reads gets them is the first
 * submitted, except where the kernel keeps the queue (io_uring): it may wake them in any order.
 */
export interface Completions {
  readonly slot: Uint32Array;
  /** Bytes moved; 0 at the end of a file; a negated errno on error. */
  readonly result: Int32Array;
  /** The platform clock, in nanoseconds, when the driver saw the operation finished. */
  readonly time_ns: Float64Array;
}

/** What a driver counts itself, from its opening on. */
export interface Counters {
  /** System calls the driver made since it was opened. */
  syscalls: number;
  /** A library makes the calls, as many as it likes, so nobody here can count them. */
  uncounted?: true;
  /** Times the driver asked, whether or not something was there. */
  polls: number;
  /** Times the device interrupted, as the kernel tells the driver; absent where it is not told. */
  interrupts?: number;
  /** Operations that the next one was linked to; absent where nothing can be linked. */
  links?: number;
  /** Times a register of the device's was told of new work, or of work seen; absent where none is. */
  doorbells?: number;
}

/** What both loops share: slots, their operations, and what became of them. */
export interface Engine {
  readonly operations: Operations;
  readonly completions: Completions;
  readonly counters: Counters;
  /** Processes that work for it beside this one: what they use is part of its cost. */
  readonly processes?: readonly number[];
  /** What opening it took, where that is worth telling: name, with its unit last, and value. */
  readonly opening?: Readonly<Record<string, number>>;
  /** The slot's memory: stable, `slot_bytes` long, never moved or collected. */
  slot(index: number): Uint8Array;
  /**
   * Start the operations of `slots[0 … count − 1]`. Returns how many were accepted; a full queue is
   * not an error. A synchronous driver finishes them here.
   */
  submit(slots: Uint32Array, count: number): number;
}

/** A driver whose `wait` blocks its thread. Its hot path allocates nothing. */
export interface BlockingEngine extends Engine {
  readonly loop: 'blocking';
  /** Collect at least `min` completions, or give up at `deadline_ns`. Returns how many. */
  wait(min: number, deadline_ns: number): number;
  /** Stop, cancel, drain to zero, release. Idempotent, safe with operations in flight. */
  close(): void;
}

/** A driver that lives on Node's event loop. */
export interface EventEngine extends Engine {
  readonly loop: 'event';
  /** As that of a blocking engine, but the thread goes on meanwhile. */
  wait(min: number, deadline_ns: number): Promise<number>;
  /** As that of a blocking engine; resolves when nothing is in flight any more. */
  close(): Promise<void>;
}

/** The answer to “does this work here?”: yes, or why not and what to do about it. */
export type Probe =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly errno?: string; readonly fix: string };

/** A driver’s file exports one of these under the name `driver`. */
export interface Driver extends DriverFacts {
  /** Can this mechanism serve this device here? Finds out by a real operation; never throws. */
  probe(context: OpenContext): Promise<Probe>;
  /** Throws SystemCallError or Unsupported. */
  open(context: OpenContext): Promise<BlockingEngine | EventEngine>;
}
