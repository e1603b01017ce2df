// The same server on the io_uring loop: accepting, receiving and sending are operations that end. A
// buffer must be handed over before anybody knows whether bytes will come, so every connection has one of
// its own, idle or not; and it may only be given back when the operation on it has ended. What the server
// leaves out is listed in epoll-server.ts.
import { EINVAL, SHUT_RDWR, SHUT_WR } from '../../ffi/linux/constants.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import { Answers } from './answers.ts';
import { Conversation } from './conversation.ts';
import {
  LINGER_MS,
  listenOn,
  MOST_CONNECTIONS,
  REST_MS,
  type Server,
  type ServerOptions,
} from './listen.ts';
import type { Timer } from './timers.ts';
import type { UringLoop } from './uring-loop.ts';

/** Mapped for every connection, and resident once it was used. */
const BUFFER_BYTES = 4096;

export class UringServer implements Server {
  readonly port: number;
  requests = 0;
  accepted = 0;
  readonly loop: UringLoop;
  readonly platform: Platform;
  readonly answers: Answers;
  readonly buffers: Memory;
  readonly #connections = new Set<Connection>();
  /** Numbers of buffers that nobody uses. */
  readonly #free: number[];
  readonly #done = (result: number, more: boolean): void => this.#accepted(result, more);
  #listener: number;
  #accepting = 0;
  /** Can the kernel go on accepting without being asked again? */
  #many = true;
  #closing = false;
  #rest: Timer | undefined;

  constructor(loop: UringLoop, { port, most_connections = MOST_CONNECTIONS }: ServerOptions) {
    this.loop = loop;
    this.platform = loop.platform;
    const listening = listenOn(this.platform, port, 0);
    this.#listener = listening.fd;
    this.port = listening.port;
    this.answers = new Answers(this.platform);
    this.buffers = this.platform.memory(BUFFER_BYTES * most_connections);
    this.#free = Array.from({ length: most_connections }, (_, i) => most_connections - 1 - i);
    this.#accept();
  }

  get open(): number {
    return this.#connections.size;
  }

  /** Every operation in flight is brought to its end; the last one gives the memory back. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#rest) {
      this.loop.cancel(this.#rest);
      this.#stopListening();
    } else this.loop.abort(this.#accepting);
    for (const connection of this.#connections) connection.close();
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
    this.#free.push(connection.buffer);
    this.#releaseIfOver();
  }

  #accept(): void {
    this.#rest = undefined;
    this.#accepting = this.#many
      ? this.loop.acceptMany(this.#listener, this.#done)
      : this.loop.accept(this.#listener, this.#done);
  }

  #accepted(result: number, more: boolean): void {
    if (result >= 0) {
      this.accepted++;
      const buffer = this.#closing ? undefined : this.#free.pop();
      if (buffer === undefined) this.platform.posix.close(result);
      else this.#connections.add(new Connection(this, result, buffer));
    }
    if (more) return;
    if (result === -EINVAL) this.#many = false;
    const name = result < 0 ? this.platform.errnoName(-result) : '';
    if (this.#closing) this.#stopListening();
    else if (name === 'EMFILE' || name === 'ENFILE') {
      this.#rest = this.loop.after(REST_MS, () => this.#accept());
    } else this.#accept();
  }

  #stopListening(): void {
    this.platform.posix.close(this.#listener);
    this.#listener = -1;
    this.#releaseIfOver();
  }

  #releaseIfOver(): void {
    if (this.#listener >= 0 || this.open > 0) return;
    this.buffers.free();
    this.answers.free();
  }
}

class Connection {
  readonly buffer: number;
  readonly #server: UringServer;
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

  constructor(server: UringServer, fd: number, buffer: number) {
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
    const { loop, platform } = this.#server;
    if (this.#closing) return;
    this.#closing = true;
    if (this.#linger) loop.cancel(this.#linger);
    platform.linux!.shutdown(this.#fd, SHUT_RDWR);
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

  /** Our side says its end and waits for theirs; see epoll-server.ts. */
  #end(): void {
    const { loop, platform } = this.#server;
    if (this.#conversation.ends_first) {
      platform.linux!.shutdown(this.#fd, SHUT_WR);
      this.#linger = loop.after(LINGER_MS, () => this.close());
      if (!this.#receiving) this.#receive();
    } else this.close();
  }

  #releaseIfIdle(): void {
    if (this.#receiving || this.#sending || this.#fd < 0) return;
    this.#server.platform.posix.close(this.#fd);
    this.#fd = -1;
    this.#server.forget(this);
  }
}
