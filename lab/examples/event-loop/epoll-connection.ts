// One connection of the server on epoll: told that bytes are there, it fetches them and answers; where
// the client takes no more, it waits for room and reads nothing meanwhile.
import { EAGAIN, EPOLLIN, EPOLLOUT, MSG_NOSIGNAL, SHUT_WR } from '../../ffi/linux/constants.ts';
import { Conversation } from './conversation.ts';
import type { EpollServer } from './epoll-server.ts';
import { LINGER_MS } from './listen.ts';
import type { Timer } from './timers.ts';

export class EpollConnection {
  readonly #server: EpollServer;
  readonly #conversation: Conversation;
  readonly #ready = (): void => this.#continue();
  #fd: number;
  #blocked = false;
  /** Set once the client was told the end: what it still sends is read and thrown away. */
  #linger: Timer | undefined;

  constructor(server: EpollServer, fd: number) {
    this.#server = server;
    this.#fd = fd;
    this.#conversation = new Conversation(server.answers);
    server.loop.watch(fd, EPOLLIN, this.#ready);
  }

  close(): void {
    const { loop, platform } = this.#server;
    if (this.#linger) loop.cancel(this.#linger);
    loop.unwatch(this.#fd);
    platform.posix.close(this.#fd);
    this.#fd = -1;
    this.#server.forget(this);
  }

  #continue(): void {
    if (this.#blocked) this.#speak();
    else this.#listen();
  }

  #listen(): void {
    const { loop, platform, buffer, buffer_address } = this.#server;
    loop.calls++;
    const got = platform.linux!.recv(this.#fd, buffer_address[0], buffer.length, 0);
    if (got < 0) {
      if (platform.errno() !== EAGAIN) this.close();
    } else if (this.#linger) {
      if (got === 0) this.close();
    } else {
      const { requests } = this.#conversation;
      if (got === 0) this.#conversation.hearEnd();
      else this.#conversation.hear(buffer.bytes, 0, got);
      this.#server.requests += this.#conversation.requests - requests;
      this.#speak();
    }
  }

  /** Send until all is said, or until the client takes no more: then go on when it does. */
  #speak(): void {
    const { answers, loop, platform } = this.#server;
    const conversation = this.#conversation;
    while (conversation.speaks()) {
      const address = answers.address(conversation.block_offset);
      loop.calls++;
      const sent = platform.linux!.send(this.#fd, address, conversation.block_bytes, MSG_NOSIGNAL);
      if (sent >= 0) conversation.said(sent);
      else {
        if (platform.errno() === EAGAIN) this.#block(true);
        else this.close();
        return;
      }
    }
    this.#block(false);
    if (conversation.over) this.#end();
  }

  /** Wait for room instead of requests, or again for requests. */
  #block(blocked: boolean): void {
    if (blocked === this.#blocked) return;
    this.#blocked = blocked;
    this.#server.loop.watch(this.#fd, blocked ? EPOLLOUT : EPOLLIN, this.#ready);
  }

  /**
   * Closing now, with bytes of the client unread, would reset the connection, and the reset could
   * overtake the last answer (RFC 9112, section 9.6). So our side says its end, and waits for theirs.
   */
  #end(): void {
    const { loop, platform } = this.#server;
    if (this.#conversation.ends_first) {
      platform.linux!.shutdown(this.#fd, SHUT_WR);
      this.#linger = loop.after(LINGER_MS, () => this.close());
    } else this.close();
  }
}
