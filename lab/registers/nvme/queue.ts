// A pair of NVMe queues: commands go into one ring, completions come out of another, and a doorbell, a
// register of the controller's, tells how far the program is. No lock and no call: each side writes
// only its own. NVM Express Base Specification 1.4, sections 4.1 (queues), 4.2 and 4.6 (entries).
import type { Registers } from '../access.ts';
import {
  COMMAND,
  COMMAND_BYTES,
  COMMAND_WORDS,
  COMPLETION,
  COMPLETION_BYTES,
  COMPLETION_WORDS,
  PAGE_BYTES,
  PHASE_SHIFT,
  REGISTER,
  STATUS_SHIFT,
} from './layout.ts';

const pagesFor = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;

/** Bytes of the two rings: whole pages each, because their addresses must be (3.1.9, 5.3). */
export const submissionBytes = (entries: number): number => pagesFor(entries * COMMAND_BYTES);
export const completionBytes = (entries: number): number => pagesFor(entries * COMPLETION_BYTES);

export interface QueueMemory {
  /** The two rings; all zero, so that no completion seems to be there. */
  readonly submission: Uint8Array;
  readonly completion: Uint8Array;
}

export class QueuePair {
  readonly id: number;
  readonly entries: number;
  /** Writes to the two doorbells. */
  doorbells = 0;
  readonly #registers: Registers;
  readonly #commands: Int32Array;
  readonly #completions: Int32Array;
  readonly #tail_doorbell: number;
  readonly #head_doorbell: number;
  #tail = 0;
  #head = 0;
  /** What the phase bit of a new completion is: it turns with every round (4.6, "Phase Tag"). */
  #phase = 1;
  /** Completions taken since the controller was last told. */
  #taken = 0;
  /** The last word of the completion in front. */
  #word = 0;

  constructor(
    registers: Registers,
    id: number,
    entries: number,
    doorbell_stride: number,
    { submission, completion }: QueueMemory,
  ) {
    this.id = id;
    this.entries = entries;
    this.#registers = registers;
    this.#commands = wordsOf(submission);
    this.#completions = wordsOf(completion);
    // Two doorbells a queue (3.1.24, 3.1.25).
    this.#tail_doorbell = REGISTER.DOORBELLS + 2 * id * doorbell_stride;
    this.#head_doorbell = this.#tail_doorbell + doorbell_stride;
  }

  /**
   * Write a command into the next free entry. The controller does not see it before `ring`. The caller
   * keeps one entry free: a full ring could not be told from an empty one (4.1.2). Regions are the
   * device's addresses of the data, below 4 GiB, so their upper words stay zero.
   */
  put(
    identifier: number,
    opcode: number,
    namespace: number,
    first_region: number,
    second_region: number,
    dword_10: number,
    dword_11: number,
    dword_12: number,
  ): void {
    const commands = this.#commands;
    const at = this.#tail * COMMAND_WORDS;
    commands[at + COMMAND.OPCODE_AND_IDENTIFIER] = opcode | (identifier << 16);
    commands[at + COMMAND.NAMESPACE] = namespace;
    commands[at + COMMAND.FIRST_REGION] = first_region;
    commands[at + COMMAND.SECOND_REGION] = second_region;
    commands[at + COMMAND.DWORD_10] = dword_10;
    commands[at + COMMAND.DWORD_11] = dword_11;
    commands[at + COMMAND.DWORD_12] = dword_12;
    this.#tail = this.#tail + 1 === this.entries ? 0 : this.#tail + 1;
  }

  /**
   * Tell the controller how far the ring is filled. The entries are in memory before: a processor of
   * x86 lets no store overtake an earlier one, and this one goes to a device.
   */
  ring(): void {
    this.doorbells++;
    this.#registers.store32(this.#tail_doorbell, this.#tail);
  }

  /**
   * Is there a completion in front? One load from memory, and no question to the device: it is there
   * when its phase bit has turned. The controller writes the word with that bit last.
   */
  look(): boolean {
    const at = this.#head * COMPLETION_WORDS + COMPLETION.IDENTIFIER_AND_STATUS;
    this.#word = Atomics.load(this.#completions, at);
    return ((this.#word >>> PHASE_SHIFT) & 1) === this.#phase;
  }

  /** Of the completion that `look` has found: whose command it ends. */
  identifier(): number {
    return this.#word & 0xffff;
  }

  /** 0 where all went well; see status.ts. */
  status(): number {
    return this.#word >>> STATUS_SHIFT;
  }

  /** What some admin commands answer. */
  result(): number {
    return Atomics.load(this.#completions, this.#head * COMPLETION_WORDS + COMPLETION.RESULT);
  }

  /** Go on to the next completion. */
  take(): void {
    this.#taken++;
    this.#head++;
    if (this.#head < this.entries) return;
    this.#head = 0;
    this.#phase ^= 1;
  }

  /** Tell the controller which completions may be overwritten: once for all that were taken. */
  release(): void {
    if (this.#taken === 0) return;
    this.#taken = 0;
    this.doorbells++;
    this.#registers.store32(this.#head_doorbell, this.#head);
  }
}

const wordsOf = (bytes: Uint8Array): Int32Array =>
  new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
