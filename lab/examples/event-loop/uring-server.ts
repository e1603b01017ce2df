// The same server on the io_uring loop: accepting, receiving and sending are operations that end. A
// buffer must be handed over before anybody knows whether bytes will come, so every connection has one of
// its own, idle or not; and it may only be given back when the operation on it has ended. What the server
// leaves out is listed in epoll-server.ts.
import { EINVAL, SHUT_RDWR, SHUT_WR } from '../../ffi/linux/constants.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import { Answers } from './answers.ts';
import {
  BUFFER_BYTES,
  CompletionConnection,
  type CompletionServer,
} from './completion-connection.ts';
import { listenOn, MOST_CONNECTIONS, REST_MS, type Server, type ServerOptions } from './listen.ts';
import type { Timer } from './timers.ts';
import type { UringLoop } from './uring-loop.ts';

export class UringServer implements Server, CompletionServer {
  readonly port: number;
  requests = 0;
  accepted = 0;
  readonly loop: UringLoop;
  readonly platform: Platform;
  readonly answers: Answers;
  readonly buffers: Memory;
  readonly #connections = new Set<CompletionConnection>();
  /** Numbers of buffers that nobody uses. */
  readonly #free: number[];
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

  endSending(fd: number): void {
    this.platform.linux!.shutdown(fd, SHUT_WR);
  }

  cutOff(fd: number): void {
    this.platform.linux!.shutdown(fd, SHUT_RDWR);
  }

  closeConnection(fd: number): void {
    this.platform.posix.close(fd);
  }

  forget(connection: CompletionConnection): void {
    this.#connections.delete(connection);
    this.#free.push(connection.buffer);
    this.#releaseIfOver();
  }

  #accept(): void {
    this.#rest = undefined;
    const done = this.#accepted.bind(this);
    if (this.#many) this.#accepting = this.loop.acceptMany(this.#listener, done);
    else this.#accepting = this.loop.accept(this.#listener, done);
  }

  #accepted(result: number, more: boolean): void {
    if (result >= 0) {
      this.accepted++;
      const buffer = this.#closing ? undefined : this.#free.pop();
      if (buffer === undefined) this.platform.posix.close(result);
      else this.#connections.add(new CompletionConnection(this, result, buffer));
    }
    if (more) return;
    if (this.#closing) this.#stopListening();
    else if (result >= 0) this.#accept();
    else if (result === -EINVAL && this.#many) {
      this.#many = false;
      this.#accept();
      // Mostly no descriptor is left: those who wait cannot be taken before others leave.
    } else this.#rest = this.loop.after(REST_MS, () => this.#accept());
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
