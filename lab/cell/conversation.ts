// Holds a dialogue with a board through any stream driver: writes what the script says in one piece,
// reads what comes, and tells the script when the line has been silent for too long. It has a loop of
// its own, because a conversation is bounded by silence and times nothing.
import {
  type BlockingEngine,
  type Driver,
  type EventEngine,
  type OpenContext,
  READ,
  WRITE,
} from '../drivers/driver.ts';
import { DeviceGone, TimedOut, Unsupported } from '../errors.ts';
import { type Dialogue, NoAnswer, Refused } from './dialogues/dialogue.ts';

/** The longest chunk that a dialogue says, and the most that is read at once. */
export const DIALOGUE_SLOT_BYTES = 1024;
/**
 * A board answers within milliseconds; an emulator on a busy machine may take a second. Only a lost
 * answer waits this long. A driver whose read cannot be given up (blocking) waits until the cell ends.
 */
const SILENCE_NS = 3e9;
const SLOT = Uint32Array.of(0);
const NOTHING = new Uint8Array(0);

export class Conversation {
  readonly #driver: Driver;
  readonly #context: OpenContext;
  readonly #silence_ns: number;
  #engine: BlockingEngine | EventEngine;

  private constructor(
    driver: Driver,
    context: OpenContext,
    engine: BlockingEngine | EventEngine,
    silence_ns: number,
  ) {
    this.#driver = driver;
    this.#context = context;
    this.#engine = engine;
    this.#silence_ns = silence_ns;
  }

  /** Throws what the driver throws. */
  static async open(
    driver: Driver,
    context: OpenContext,
    silence_ns = SILENCE_NS,
  ): Promise<Conversation> {
    return new Conversation(driver, context, await driver.open(context), silence_ns);
  }

  /** From the first word to the last. Throws DeviceGone, TimedOut where the board fell silent,
   * Unsupported where it refuses. */
  async hold(dialogue: Dialogue): Promise<void> {
    try {
      let said = dialogue.next(NOTHING);
      while (said !== undefined) {
        if (said !== 'wait') await this.#write(said);
        const received = await this.#read();
        said = dialogue.next(received);
        // Silence is silence, whether the script had asked for more or had not.
        if (said === 'wait' && received.length === 0) said = dialogue.next(NOTHING);
      }
    } catch (error) {
      if (error instanceof NoAnswer) throw new TimedOut(error.message);
      if (error instanceof Refused) throw new Unsupported(error.message, error.fix);
      throw error;
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0; ) {
      this.#engine.slot(0).set(rest);
      const sent = await this.#do(WRITE, rest.length);
      if (sent === undefined) throw new TimedOut('the line takes no more bytes');
      rest = rest.subarray(sent);
    }
  }

  /** What comes; empty when nothing did for as long as it may. */
  async #read(): Promise<Uint8Array> {
    const got = await this.#do(READ, DIALOGUE_SLOT_BYTES);
    if (got !== undefined) return this.#engine.slot(0).slice(0, got);
    // The read is still pending, and a driver may keep its operations in order: begin anew. The
    // device's keeper holds the line open, so no board is reset by that.
    await this.#engine.close();
    this.#engine = await this.#driver.open(this.#context);
    return NOTHING;
  }

  async #do(opcode: number, length: number): Promise<number | undefined> {
    const { operations, completions } = this.#engine;
    operations.opcode[0] = opcode;
    operations.length_bytes[0] = length;
    if (this.#engine.submit(SLOT, 1) !== 1) throw new Error('the driver took no operation');
    const { platform } = this.#context;
    if ((await this.#engine.wait(1, platform.now() + this.#silence_ns)) === 0) return undefined;
    const result = completions.result[0]!;
    if (result < 0) throw new DeviceGone(`the line failed: ${platform.errnoName(-result)}`);
    if (result === 0) throw new DeviceGone('the line was hung up');
    return result;
  }

  async close(): Promise<void> {
    await this.#engine.close();
  }
}
