// A driver in the suite's hands: every wait is bounded, and every completion is checked for what
// the interface promises of all of them (a slot that was submitted, a stamp between before and now).
import { expect } from 'vitest';
import {
  type BlockingEngine,
  type Driver,
  type EventEngine,
  type OpenContext,
  READ,
  type Target,
  WRITE,
} from '../../lab/drivers/driver.ts';
import type { Platform } from '../../lab/ffi/platform.ts';

export interface Finished {
  readonly slot: number;
  readonly result: number;
  /** The slot's bytes, as many as `result` says. */
  readonly bytes: Uint8Array;
}

export interface SessionOptions {
  readonly depth?: number;
  readonly slot_bytes?: number;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Long enough for a busy machine: reaching it is a failure, not a measurement. */
export const LIMIT_MS = 5000;

export const contextFor = (
  platform: Platform,
  target: Target,
  { depth = 4, slot_bytes = 4096, parameters = {} }: SessionOptions = {},
): OpenContext => ({ platform, target, depth, slot_bytes, parameters });

export class Session {
  readonly engine: BlockingEngine | EventEngine;
  readonly #platform: Platform;
  readonly #submitted = new Set<number>();
  readonly #opened_ns: number;

  private constructor(platform: Platform, engine: BlockingEngine | EventEngine) {
    this.#platform = platform;
    this.engine = engine;
    this.#opened_ns = platform.now();
  }

  static async open(
    driver: Driver,
    platform: Platform,
    target: Target,
    options: SessionOptions = {},
  ): Promise<Session> {
    return new Session(platform, await driver.open(contextFor(platform, target, options)));
  }

  /** Fill a slot's entry and submit it alone. Returns how many were accepted. */
  read(slot: number, length: number, offset = 0): number {
    const { opcode, offset_bytes, length_bytes } = this.engine.operations;
    opcode[slot] = READ;
    offset_bytes[slot] = offset;
    length_bytes[slot] = length;
    return this.submit([slot]);
  }

  write(slot: number, bytes: Uint8Array, offset = 0): number {
    const { opcode, offset_bytes, length_bytes } = this.engine.operations;
    this.engine.slot(slot).set(bytes);
    opcode[slot] = WRITE;
    offset_bytes[slot] = offset;
    length_bytes[slot] = bytes.length;
    return this.submit([slot]);
  }

  submit(slots: readonly number[]): number {
    const accepted = this.engine.submit(Uint32Array.from(slots), slots.length);
    for (const slot of slots.slice(0, accepted)) this.#submitted.add(slot);
    return accepted;
  }

  /** Collect until `count` operations are finished; fails after LIMIT_MS. */
  async collect(count: number): Promise<Finished[]> {
    const all: Finished[] = [];
    const end_ns = this.#platform.now() + LIMIT_MS * 1e6;
    while (all.length < count && this.#platform.now() < end_ns) {
      all.push(...(await this.wait(count - all.length, end_ns)));
    }
    expect(all.length, 'operations finished: wait must collect all that were submitted').toBe(
      count,
    );
    return all;
  }

  async one(): Promise<Finished> {
    return (await this.collect(1))[0]!;
  }

  async wait(min: number, deadline_ns: number): Promise<Finished[]> {
    const { completions } = this.engine;
    const count = await this.engine.wait(min, deadline_ns);
    const now_ns = this.#platform.now();
    return Array.from({ length: count }, (_, i) => {
      const slot = completions.slot[i]!;
      const result = completions.result[i]!;
      const time_ns = completions.time_ns[i]!;
      expect(this.#submitted.delete(slot), `slot ${slot} was submitted and comes back once`).toBe(
        true,
      );
      expect(time_ns, 'a completion is stamped after the driver was opened').toBeGreaterThan(
        this.#opened_ns,
      );
      expect(time_ns, 'a completion is stamped before it is handed over').toBeLessThanOrEqual(
        now_ns,
      );
      return { slot, result, bytes: this.engine.slot(slot).slice(0, Math.max(0, result)) };
    });
  }

  async close(): Promise<void> {
    await this.engine.close();
  }
}
