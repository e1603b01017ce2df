// What was said on one connection and what must still be said, whichever loop carries it. Answers that
// are owed are no queue but one count of bytes, because all of them are the same: a client that sends and
// never reads costs no memory, and its server stops reading until it has been heard.
import { type Answers, HEAD_AND_CLOSE, HELLO_AND_CLOSE } from './answers.ts';
import { COMPLETE, MORE } from './http.ts';
import { RequestParser } from './request-parser.ts';

/** While a client has this much to read, no more requests of it are taken. */
const MOST_OWED_BYTES = 65_536;

export class Conversation {
  /** Requests that were answered or will be, refused ones too. */
  requests = 0;
  /** Where the next block to be sent lies among the answers. */
  block_offset = 0;
  block_bytes = 0;
  readonly #answers: Answers;
  readonly #parser = new RequestParser();
  /** Bytes of usual answers. */
  #owed = 0;
  /** Bytes of the answer that was begun. */
  #begun = 0;
  /** The last answer on this connection, 0 where it goes on. */
  #last = 0;
  #last_sent = 0;
  #heard_end = false;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** The client has said this. After its last request the rest is passed over. */
  hear(bytes: Uint8Array, from: number, end: number): void {
    const parser = this.#parser;
    for (let at = from; at < end && this.#last === 0; ) {
      at = parser.read(bytes, at, end);
      if (parser.outcome === MORE) return;
      this.requests++;
      if (parser.outcome !== COMPLETE) this.#last = parser.outcome;
      else if (parser.head_only) this.#last = HEAD_AND_CLOSE;
      else if (parser.close) this.#last = HELLO_AND_CLOSE;
      else this.#owed += this.#answers.hello_bytes;
    }
  }

  /** The client says no more. It may still listen. */
  hearEnd(): void {
    this.#heard_end = true;
  }

  /** May more be read from the client now? */
  get listens(): boolean {
    return !this.#heard_end && this.#last === 0 && this.#owed < MOST_OWED_BYTES;
  }

  /** Is there something to send? Then `block_offset` and `block_bytes` say what. */
  speaks(): boolean {
    const answers = this.#answers;
    if (this.#owed > 0) {
      this.block_offset = this.#begun;
      this.block_bytes = Math.min(this.#owed, answers.run_bytes - this.#begun);
      return true;
    }
    if (this.#last === 0) return false;
    this.block_offset = answers.lastOffset(this.#last) + this.#last_sent;
    this.block_bytes = answers.lastBytes(this.#last) - this.#last_sent;
    return this.block_bytes > 0;
  }

  /** So much of the block has been sent. */
  said(bytes: number): void {
    if (this.#owed === 0) this.#last_sent += bytes;
    else {
      this.#owed -= bytes;
      this.#begun = (this.#begun + bytes) % this.#answers.hello_bytes;
    }
  }

  /** The end was told by us, and the client may still be sending. */
  get ends_first(): boolean {
    return this.#last !== 0 && !this.#heard_end;
  }

  /** All has been said, and nothing will come that could be answered. */
  get over(): boolean {
    return (this.#last !== 0 || this.#heard_end) && !this.speaks();
  }
}
