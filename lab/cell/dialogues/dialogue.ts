// A conversation with a board as a pure script: it says bytes, hears bytes, and knows nothing of ports,
// processes or clocks. So the same script runs in a cell over any stream driver and in a reader's
// browser over an emulated board, and its counts are the same in both.
import { decodeReply, FrameParser, type Reply } from '../../../firmware/protocol/codec.ts';

export interface DialogueResults {
  /** Operations counted: bytes awaited, frames sent, reads. */
  readonly counted: number;
  /** Samples, in the order in which they were taken; they grow while the dialogue runs. */
  readonly series: Readonly<Record<string, readonly number[]>>;
  /** One value each, known at the end. */
  readonly totals: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

export interface Dialogue {
  /**
   * What to send next, in one piece of at most 1024 bytes; or `wait` for more; or undefined: it is
   * over. `received` is all that came since the last call. Nothing after a `wait` means that the line
   * has been silent for as long as it may be. Throws NoAnswer or Refused.
   */
  next(received: Uint8Array): Uint8Array | 'wait' | undefined;
  readonly results: DialogueResults;
}

/** The board did not answer a command, however often it was asked. */
export class NoAnswer extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoAnswer';
  }
}

/** The board cannot do it, or there is no such thing. `fix` says what would do. */
export class Refused extends Error {
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.name = 'Refused';
    this.fix = fix;
  }
}

/** A reply with the number of the command it belongs to. */
export interface Heard {
  readonly reply: Reply;
  readonly sequence: number;
}

/** One turn of a script: what it says, and which reply ends the turn. */
export interface Turn {
  readonly say: Uint8Array;
  readonly until: (heard: Heard) => boolean;
}

/** Yields turns; gets the reply that ended each, or undefined where the line fell silent before. */
export type Script = Generator<Turn, void, Heard | undefined>;

/** What a script fills in while it runs. */
export interface Results {
  counted: number;
  readonly series: Record<string, number[]>;
  readonly totals: Record<string, number>;
  readonly notes: string[];
}

const NOTHING = new Uint8Array(0);

/** A script as a dialogue: frames come together here, and replies find the turn they belong to. */
export class ScriptedDialogue implements Dialogue {
  readonly results: Results = { counted: 0, series: {}, totals: {}, notes: [] };
  readonly #script: Script;
  readonly #listen: (heard: Heard) => void;
  readonly #parser = new FrameParser();
  #turn: Turn | undefined;
  #said = false;
  #over = false;

  /** `begin` makes the script; `listen` hears every reply, whatever turn it belongs to. */
  constructor(begin: (results: Results) => Script, listen: (heard: Heard) => void = () => {}) {
    this.#script = begin(this.results);
    this.#listen = listen;
  }

  next(received: Uint8Array): Uint8Array | 'wait' | undefined {
    if (this.#over) return undefined;
    if (!this.#turn) return this.#take(undefined);
    const end = this.#hear(received);
    if (end) return this.#take(end);
    const silent = received.length === 0 && this.#said;
    return silent ? this.#take(undefined) : this.#wait();
  }

  #wait(): 'wait' {
    this.#said = true;
    return 'wait';
  }

  /** The reply that ends the turn; what comes with it and after it is heard all the same. */
  #hear(received: Uint8Array): Heard | undefined {
    let end: Heard | undefined;
    for (const frame of this.#parser.push(received)) {
      const heard = { reply: decodeReply(frame), sequence: frame.sequence };
      this.#listen(heard);
      if (!end && this.#turn?.until(heard)) end = heard;
    }
    return end;
  }

  #take(end: Heard | undefined): Uint8Array | 'wait' | undefined {
    const step = this.#turn ? this.#script.next(end) : this.#script.next();
    this.#said = false;
    this.#over = step.done === true;
    this.#turn = step.done ? undefined : step.value;
    if (!this.#turn) return undefined;
    return this.#turn.say.length > 0 ? this.#turn.say : this.#wait();
  }
}

/**
 * The whole dialogue over a line that answers at once (lab/boards/core/line.ts): what a browser does,
 * and what a cell must come to as well. Throws what the dialogue throws.
 */
export function converse(
  dialogue: Dialogue,
  line: { exchange(bytes: Uint8Array): Uint8Array },
): DialogueResults {
  let said = dialogue.next(NOTHING);
  while (said !== undefined) said = dialogue.next(said === 'wait' ? NOTHING : line.exchange(said));
  return dialogue.results;
}
