// Puts the calling thread on one processor, and lets it go again to all where it was allowed before: how
// threads that need each other do when they have to share (sched_setaffinity(2)).
import { SystemCallError, Unsupported } from '../../errors.ts';
import type { LinuxCalls, Memory, Platform } from '../../ffi/platform.ts';

/** A cpu_set_t, a bit for each processor. */
const SET_BYTES = 512;
const THIS_THREAD = 0;

export class OneProcessor {
  readonly cpu: number;
  readonly #linux: LinuxCalls;
  readonly #sets: Memory;

  /** `wanted`, or the first that is allowed. Throws Unsupported where it is not there or not allowed. */
  constructor(platform: Platform, wanted?: number) {
    const linux = platform.linux!;
    const sets = platform.memory(2 * SET_BYTES);
    const { address, bytes } = sets;
    const refused = () => platform.errnoName(platform.errno());
    try {
      if (linux.sched_getaffinity(THIS_THREAD, SET_BYTES, address) < 0) {
        throw new SystemCallError('sched_getaffinity', refused());
      }
      this.cpu = wanted ?? firstOf(bytes);
      bytes[SET_BYTES + (this.cpu >> 3)] = 1 << (this.cpu & 7);
      if (linux.sched_setaffinity(THIS_THREAD, SET_BYTES, address + SET_BYTES) < 0) {
        const reason = `the program may not run on processor ${this.cpu}`;
        throw new Unsupported(reason, 'give one that is there and allowed', refused());
      }
    } catch (error) {
      sets.free();
      throw error;
    }
    this.#linux = linux;
    this.#sets = sets;
  }

  /** Once. */
  undo(): void {
    this.#linux.sched_setaffinity(THIS_THREAD, SET_BYTES, this.#sets.address);
    this.#sets.free();
  }
}

function firstOf(set: Uint8Array): number {
  const at = set.findIndex(bits => bits !== 0);
  return 8 * at + Math.log2(set[at]! & -set[at]!);
}
