// What the five programs share: their arguments, the messages they read (lab/devices/stamp.ts: four
// doubles, the third counts up from 0), and what is said at the end.
//   node lab/examples/five-ways/blocking.ts PATH COUNT [SECONDS]
import { SEQUENCE, STAMP_BYTES } from '../../devices/stamp.ts';
import { DeviceGone, SystemCallError, TimedOut, Unsupported, WrongUsage } from '../../errors.ts';
import { loadPlatform } from '../../ffi/load.ts';
import type { Platform } from '../../ffi/platform.ts';

export interface Job {
  readonly platform: Platform;
  readonly path: string;
  readonly messages: Messages;
  /** The longest silence, where the program bounds it. */
  readonly limit_ms: number;
  /** A driver of the lab, where the program stands on one. */
  readonly driver: string;
}

/** Asked for at once: several messages, where several are there. */
export const READ_BYTES = 16 * STAMP_BYTES;
const LIMIT_S = 5;

/** Counts messages and checks that none is missing, doubled or out of order. */
export class Messages {
  read = 0;
  sum = 0;
  readonly wanted: number;
  readonly #fields = new Float64Array(STAMP_BYTES / 8);
  readonly #bytes = new Uint8Array(this.#fields.buffer);
  #filled = 0;

  constructor(wanted: number) {
    this.wanted = wanted;
  }

  get over(): boolean {
    return this.read === this.wanted;
  }

  /** Bytes as they came: a message may be cut anywhere. `result` is what the read returned. */
  take(bytes: Uint8Array, result: number, errnoName: (errno: number) => string): void {
    if (result < 0) throw new SystemCallError('read', errnoName(-result));
    if (result === 0) throw new DeviceGone(`nobody writes any more after ${this.read} messages`);
    for (let at = 0; at < result && !this.over; ) {
      const length = Math.min(result - at, STAMP_BYTES - this.#filled);
      this.#bytes.set(bytes.subarray(at, at + length), this.#filled);
      this.#filled += length;
      at += length;
      if (this.#filled === STAMP_BYTES) this.#count(this.#fields[SEQUENCE]!);
    }
  }

  #count(sequence: number): void {
    this.#filled = 0;
    if (sequence !== this.read) throw new Error(`message ${sequence} came instead of ${this.read}`);
    this.sum += sequence;
    this.read++;
  }
}

/** Run one of the five programs: 0 all read, 1 wrong messages, 2 wrong usage, 3 not here, 4 too late. */
export async function run(read: (job: Job) => void | Promise<void>): Promise<void> {
  const [path, count = '', seconds = String(LIMIT_S), driver = 'io-uring'] = process.argv.slice(2);
  try {
    const wanted = Number(count);
    const limit_ms = Number(seconds) * 1000;
    if (!path || !Number.isInteger(wanted) || wanted < 1 || !(limit_ms > 0)) {
      throw new WrongUsage(
        'give PATH COUNT [SECONDS] [DRIVER]: a fifo that messages are written into',
      );
    }
    const messages = new Messages(wanted);
    await read({ platform: await loadPlatform(), path, messages, limit_ms, driver });
    process.stdout.write(`${messages.read} messages, their numbers add up to ${messages.sum}\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = codeOf(error);
  }
}

function codeOf(error: unknown): number {
  if (error instanceof WrongUsage) return 2;
  if (error instanceof TimedOut) return 4;
  const missing = [Unsupported, SystemCallError, DeviceGone].some(kind => error instanceof kind);
  return missing ? 3 : 1;
}
