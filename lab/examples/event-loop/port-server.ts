// The same server on the completion port: a socket is made before anybody has come, and accepting fills it.
// Every connection has a buffer of its own, as on io_uring, and for the same reason. What the server leaves
// out is listed in epoll-server.ts.
import { SystemCallError } from '../../errors.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import {
  ACCEPT_ADDRESS_BYTES,
  IPPROTO_TCP,
  SD_SEND,
  SO_EXCLUSIVEADDRUSE,
  SO_UPDATE_ACCEPT_CONTEXT,
  SOL_SOCKET,
  TCP_NODELAY,
} from '../../ffi/windows/winsock.ts';
import { bindLocally, openSocket } from '../ports/handles.ts';
import { windowsOf } from '../ports/port.ts';
import { Answers } from './answers.ts';
import {
  BUFFER_BYTES,
  CompletionConnection,
  type CompletionServer,
} from './completion-connection.ts';
import { MOST_CONNECTIONS, REST_MS, type Server, type ServerOptions } from './listen.ts';
import { must, type PortLoop } from './port-loop.ts';
import type { Timer } from './timers.ts';

const BACKLOG = 200;
const NONE = -1;
/** Tries to accept that may fail in a row. */
const MOST_FAILED = 16;

/** A socket that listens on this machine alone, in the loop, and what accepting on it needs. */
export class Listener {
  readonly port: number;
  readonly #loop: PortLoop;
  readonly #platform: Platform;
  readonly #socket: number;
  /** Two addresses, then an option's value. */
  readonly #memory: Memory;
  readonly #view: DataView;
  #waiting = NONE;

  constructor(loop: PortLoop, port: number) {
    this.#loop = loop;
    this.#platform = loop.platform;
    this.#memory = this.#platform.memory(2 * ACCEPT_ADDRESS_BYTES + 8);
    this.#view = new DataView(this.#memory.bytes.buffer, this.#memory.bytes.byteOffset);
    this.#socket = openSocket(this.#platform);
    try {
      this.#set(this.#socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
      this.port = bindLocally(this.#platform, this.#socket, port);
      const sockets = windowsOf(this.#platform).sockets();
      must(this.#platform, sockets.listen(this.#socket, BACKLOG), 'listen');
      loop.attach(this.#socket);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * The next connection, ready to be used, or −1 where accepting failed. Throws SystemCallError where it
   * could not begin, mostly because no handle is left.
   */
  accept(done: (socket: number) => void): number {
    const socket = openSocket(this.#platform);
    this.#waiting = socket;
    const { address } = this.#memory;
    try {
      return this.#loop.accept(this.#socket, socket, address, result => {
        this.#waiting = NONE;
        const good = result >= 0 && this.#prepare(socket);
        if (!good) windowsOf(this.#platform).sockets().closesocket(socket);
        done(good ? socket : NONE);
      });
    } catch (error) {
      this.#waiting = NONE;
      windowsOf(this.#platform).sockets().closesocket(socket);
      throw error;
    }
  }

  /** False where the client has left meanwhile: its socket takes no options any more. */
  #prepare(socket: number): boolean {
    try {
      // It takes over the listening socket's properties, as accept(2) would have had it do.
      this.#set(socket, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, this.#socket, 8);
      this.#set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
      this.#loop.attach(socket);
      return true;
    } catch (error) {
      if (error instanceof SystemCallError) return false;
      throw error;
    }
  }

  /** Nothing may be accepting any more. */
  close(): void {
    const { closesocket } = windowsOf(this.#platform).sockets();
    if (this.#waiting !== NONE) closesocket(this.#waiting);
    closesocket(this.#socket);
    this.#memory.free();
  }

  #set(socket: number, level: number, option: number, value: number, bytes = 4): void {
    const at = 2 * ACCEPT_ADDRESS_BYTES;
    this.#view.setBigInt64(at, BigInt(value), true);
    const { setsockopt } = windowsOf(this.#platform).sockets();
    const address = this.#memory.address + at;
    must(this.#platform, setsockopt(socket, level, option, address, bytes), `option ${option}`);
  }
}

export class PortServer implements Server, CompletionServer {
  readonly port: number;
  requests = 0;
  accepted = 0;
  readonly loop: PortLoop;
  readonly platform: Platform;
  readonly answers: Answers;
  readonly buffers: Memory;
  readonly #connections = new Set<CompletionConnection>();
  /** Numbers of buffers that nobody uses. */
  readonly #free: number[];
  readonly #listener: Listener;
  #accepting = NONE;
  #failed = 0;
  #listening = true;
  #closing = false;
  #rest: Timer | undefined;

  constructor(loop: PortLoop, { port, most_connections = MOST_CONNECTIONS }: ServerOptions) {
    this.loop = loop;
    this.platform = loop.platform;
    this.#listener = new Listener(loop, port);
    this.port = this.#listener.port;
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

  endSending(socket: number): void {
    windowsOf(this.platform).sockets().shutdown(socket, SD_SEND);
  }

  cutOff(socket: number): void {
    this.loop.abortAll(socket);
  }

  closeConnection(socket: number): void {
    windowsOf(this.platform).sockets().closesocket(socket);
  }

  forget(connection: CompletionConnection): void {
    this.#connections.delete(connection);
    this.#free.push(connection.buffer);
    this.#releaseIfOver();
  }

  #accept(): void {
    this.#rest = undefined;
    this.#accepting = this.#listener.accept(socket => this.#accepted(socket));
  }

  #acceptAgain(): void {
    try {
      this.#accept();
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      this.#restAWhile();
    }
  }

  /** Those who wait are taken when others have left. */
  #restAWhile(): void {
    this.#failed = 0;
    this.#rest = this.loop.after(REST_MS, () => this.#acceptAgain());
  }

  #accepted(socket: number): void {
    if (socket !== NONE) {
      this.accepted++;
      const buffer = this.#closing ? undefined : this.#free.pop();
      if (buffer === undefined) this.closeConnection(socket);
      else this.#connections.add(new CompletionConnection(this, socket, buffer));
    }
    // A client may have left before it was taken: that concerns nobody else. Where many fail in a row it is
    // more than that.
    this.#failed = socket === NONE ? this.#failed + 1 : 0;
    if (this.#closing) this.#stopListening();
    else if (this.#failed < MOST_FAILED) this.#acceptAgain();
    else this.#restAWhile();
  }

  #stopListening(): void {
    this.#listener.close();
    this.#listening = false;
    this.#releaseIfOver();
  }

  #releaseIfOver(): void {
    if (this.#listening || this.open > 0) return;
    this.buffers.free();
    this.answers.free();
  }
}
