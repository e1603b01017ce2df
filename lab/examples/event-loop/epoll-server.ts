// A hello-world HTTP/1.1 server on the epoll loop: keep-alive, pipelining, heads and bodies split anywhere,
// limits on both, malformed requests refused. All connections share one buffer, because bytes are only
// fetched when they are there and are used up at once.
//
// Left out, and needed by a server that meets the world: TLS; request bodies that are more than skipped,
// chunked ones (answered 501), 100-continue; time limits on idle and slow clients; HTTP/1.0 keep-alive,
// keep-alive after HEAD, upgrades, HTTP/2; the Date field; routes, files, compression, logs; more than
// one process; addresses other than 127.0.0.1.
import { kept } from '../../drivers/parts/slots.ts';
import { EPOLLIN, SOCK_CLOEXEC, SOCK_NONBLOCK } from '../../ffi/linux/constants.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import { Answers } from './answers.ts';
import { EpollConnection } from './epoll-connection.ts';
import type { EpollLoop } from './epoll-loop.ts';
import { listenOn, MOST_CONNECTIONS, REST_MS, type Server, type ServerOptions } from './listen.ts';
import type { Timer } from './timers.ts';

const BUFFER_BYTES = 65_536;
/** Accepted in one turn; others come in the next. */
const MOST_ACCEPTS = 64;

export class EpollServer implements Server {
  readonly port: number;
  requests = 0;
  accepted = 0;
  readonly loop: EpollLoop;
  readonly platform: Platform;
  readonly answers: Answers;
  readonly buffer: Memory;
  readonly buffer_address: readonly [number, null];
  readonly #most: number;
  readonly #connections = new Set<EpollConnection>();
  #listener: number;
  #rest: Timer | undefined;

  constructor(loop: EpollLoop, { port, most_connections = MOST_CONNECTIONS }: ServerOptions) {
    this.loop = loop;
    this.platform = loop.platform;
    this.#most = most_connections;
    const listening = listenOn(this.platform, port, SOCK_NONBLOCK);
    this.#listener = listening.fd;
    this.port = listening.port;
    this.answers = new Answers(this.platform);
    this.buffer = this.platform.memory(BUFFER_BYTES);
    this.buffer_address = kept(this.buffer.address);
    this.#listen();
  }

  get open(): number {
    return this.#connections.size;
  }

  close(): void {
    if (this.#listener < 0) return;
    if (this.#rest) this.loop.cancel(this.#rest);
    this.loop.unwatch(this.#listener);
    this.platform.posix.close(this.#listener);
    this.#listener = -1;
    for (const connection of this.#connections) connection.close();
    this.buffer.free();
    this.answers.free();
  }

  forget(connection: EpollConnection): void {
    this.#connections.delete(connection);
  }

  #listen(): void {
    this.loop.watch(this.#listener, EPOLLIN, () => this.#accept());
  }

  #accept(): void {
    const { linux, posix } = this.platform;
    for (let i = 0; i < MOST_ACCEPTS; i++) {
      this.loop.calls++;
      const fd = linux!.accept4(this.#listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) {
        this.#refused(this.platform.errno());
        return;
      }
      this.accepted++;
      if (this.open < this.#most) this.#connections.add(new EpollConnection(this, fd));
      else posix.close(fd);
    }
  }

  /** EAGAIN is the usual end; a client that has left already (ECONNABORTED …) concerns nobody. */
  #refused(errno: number): void {
    const name = this.platform.errnoName(errno);
    if (name !== 'EMFILE' && name !== 'ENFILE') return;
    // The one that waits cannot be taken, so the listener stays ready: without a rest the loop would
    // turn and turn.
    this.loop.unwatch(this.#listener);
    this.#rest = this.loop.after(REST_MS, () => this.#listen());
  }
}
