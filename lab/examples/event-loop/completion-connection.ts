// One connection of a server on completions, on io_uring or on a completion port: at most one receive and
// one send of it are in flight, and nothing of it is given back before both have ended.
import type { Memory } from '../../ffi/platform.ts';
import type { Answers } from './answers.ts';
import { Conversation } from './conversation.ts';
import { LINGER_MS } from './listen.ts';
import type { Loop } from './loop.ts';
import type { Timer } from './timers.ts';

/** Mapped for every connection, and resident once it was used. */
export const BUFFER_BYTES = 4096;

/** Gets the bytes that were moved, or a negated error. */
type Moved = (result: number) => void;

/** A loop on which receiving and sending are operations; an address comes in two words of 32 bits. */
export interface CompletionLoop extends Loop {
  receive(fd: number, low: number, high: number, length: number, done: Moved): number;
  send(fd: number, low: number, high: number, length: number, done: Moved): number;
}

/** What a connection needs of its server. */
export interface CompletionServer {
  requests: number;
  readonly loop: CompletionLoop;
  readonly answers: Answers;
  /** One for every connection. */
  readonly buffers: Memory;
  /** Say our end; the client may still send. */
  endSending(fd: number): void;
  /** Operations of the connection that are in flight end by this. */
  cutOff(fd: number): void;
  closeConnection(fd: number): void;
  forget(connection: CompletionConnection): void;
}

export class CompletionConnection {
  readonly buffer: number;
  readonly #server: CompletionServer;
  readonly #conversation: Conversation;
  readonly #low: number;
  readonly #high: number;
  readonly #received = (result: number): void => this.#hear(result);
  readonly #sent = (result: number): void => this.#said(result);
  #fd: number;
  #receiving = false;
  #sending = false;
  #closing = false;
  /** Set once the client was told the end: what it still sends is received and thrown away. */
  #linger: Timer | undefined;

  constructor(server: CompletionServer, fd: number, buffer: number) {
    this.#server = server;
    this.#fd = fd;
    this.buffer = buffer;
    const address = server.buffers.address + buffer * BUFFER_BYTES;
    this.#low = address | 0;
    this.#high = Math.floor(address / 2 ** 32);
    this.#conversation = new Conversation(server.answers);
    this.#receive();
  }

  /** Operations in flight end by this; the last one gives descriptor and buffer back. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#linger) this.#server.loop.cancel(this.#linger);
    this.#server.cutOff(this.#fd);
    this.#releaseIfIdle();
  }

  #receive(): void {
    this.#receiving = true;
    this.#server.loop.receive(this.#fd, this.#low, this.#high, BUFFER_BYTES, this.#received);
  }

  #hear(result: number): void {
    this.#receiving = false;
    if (this.#closing) this.#releaseIfIdle();
    else if (result < 0) this.close();
    else if (this.#linger === undefined) this.#take(result);
    else if (result === 0) this.close();
    else this.#receive();
  }

  #take(bytes: number): void {
    const conversation = this.#conversation;
    const { requests } = conversation;
    const from = this.buffer * BUFFER_BYTES;
    if (bytes === 0) conversation.hearEnd();
    else conversation.hear(this.#server.buffers.bytes, from, from + bytes);
    this.#server.requests += conversation.requests - requests;
    this.#continue();
  }

  #said(result: number): void {
    this.#sending = false;
    if (this.#closing) this.#releaseIfIdle();
    else if (result < 0) this.close();
    else {
      this.#conversation.said(result);
      this.#continue();
    }
  }

  /** Both directions at once: the next request may come while the last answer is on its way. */
  #continue(): void {
    const conversation = this.#conversation;
    const { answers, loop } = this.#server;
    if (!this.#sending && conversation.speaks()) {
      this.#sending = true;
      const { block_offset: offset, block_bytes: bytes } = conversation;
      loop.send(this.#fd, answers.low(offset), answers.high(offset), bytes, this.#sent);
    }
    if (!this.#receiving && conversation.listens) this.#receive();
    if (!this.#sending && conversation.over) this.#end();
  }

  /** Our side says its end and waits for theirs; see epoll-connection.ts. */
  #end(): void {
    if (this.#conversation.ends_first) {
      this.#server.endSending(this.#fd);
      this.#linger = this.#server.loop.after(LINGER_MS, () => this.close());
      if (!this.#receiving) this.#receive();
    } else this.close();
  }

  #releaseIfIdle(): void {
    if (this.#receiving || this.#sending || this.#fd < 0) return;
    this.#server.closeConnection(this.#fd);
    this.#fd = -1;
    this.#server.forget(this);
  }
}
