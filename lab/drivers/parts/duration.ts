// A length of time where the system reads it: struct timespec or struct timeval in stable memory,
// filled without making an object. And the same out of a driver's parameter.
import { Unsupported } from '../../errors.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import type { OpenContext } from '../driver.ts';
import { kept } from './slots.ts';

const BYTES = 16;
const LONGEST_S = 2 ** 30;

export class Duration {
  /** To be passed as `address[0]`. */
  readonly address: readonly [number, null];
  readonly #memory: Memory;
  readonly #words: Uint32Array;
  readonly #unit_ns: number;
  readonly #per_second: number;

  /** `unit_ns` is 1 for a struct timespec and 1000 for a struct timeval. */
  constructor(platform: Platform, unit_ns: 1 | 1000) {
    this.#memory = platform.memory(BYTES);
    this.address = kept(this.#memory.address);
    this.#words = new Uint32Array(this.#memory.bytes.buffer);
    this.#unit_ns = unit_ns;
    this.#per_second = 1e9 / unit_ns;
  }

  /** Rounded up, so that nobody gives up too early; a negative length is none. */
  set(length_ns: number): void {
    const units = Math.ceil(Math.max(0, length_ns) / this.#unit_ns);
    this.#words[0] = Math.min(LONGEST_S, Math.floor(units / this.#per_second));
    this.#words[2] = units % this.#per_second;
  }

  free(): void {
    this.#memory.free();
  }
}

const LONGEST_US = 1e6;

/** The driver's parameter `name` in nanoseconds, or `usual_us` in its place. Throws Unsupported. */
export function microseconds(context: OpenContext, name: string, usual_us: number): number {
  const given = context.parameters[name];
  const value_us = given === undefined || given.trim() === '' ? usual_us : Number(given);
  if (value_us >= 0 && value_us <= LONGEST_US) return Math.round(value_us * 1000);
  throw new Unsupported(
    `${name}=${given} is no number of microseconds`,
    `give one from 0 to ${LONGEST_US}, such as ${name}=${usual_us}`,
  );
}
