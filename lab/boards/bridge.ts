// The master side of a pseudo-terminal, as an emulated board's serial port: pty(7), poll(2). Bytes
// are kept until they are taken, in both directions. Every call is preceded by poll, so none blocks.
import { SystemCallError } from '../errors.ts';
import type { Memory, Platform } from '../ffi/platform.ts';

const POLLIN = 0x1;
const POLLOUT = 0x4;
const POLLHUP = 0x10;
const EINTR = 'EINTR';
const BUFFER_OFFSET = 64;
const BUFFER_BYTES = 4096;
/** Two minutes of a line at 115200 baud. */
const OUT_LIMIT_BYTES = 1 << 20;

export class PtyBridge {
  /** Path of the side that programs open. */
  readonly path: string;
  /** Does a program have it open? */
  open = false;
  readonly #platform: Platform;
  readonly #master: number;
  readonly #memory: Memory;
  readonly #pollfd: DataView;
  #out: number[] = [];
  #out_first = 0;
  #readable = false;
  #closed = false;

  /** Throws SystemCallError when the system has no pseudo-terminal left. */
  constructor(platform: Platform) {
    this.#platform = platform;
    const { master, slave_path } = platform.posix.openPty();
    this.#master = master;
    this.path = slave_path;
    this.#memory = platform.memory(BUFFER_OFFSET + BUFFER_BYTES);
    const { buffer, byteOffset } = this.#memory.bytes;
    this.#pollfd = new DataView(buffer, byteOffset, 8);
  }

  /** Bytes of the board that no program has taken yet. */
  get unsent_bytes(): number {
    return this.#out.length - this.#out_first;
  }

  /**
   * Wait up to `timeout_ms` for a byte or a change; refreshes `open`. A line that nobody holds open
   * reports a hang-up at once, for ever: the caller has to pause by itself then.
   */
  poll(timeout_ms: number): void {
    const revents = this.#poll(POLLIN, timeout_ms);
    this.#readable = (revents & POLLIN) !== 0;
    // A program that wrote and closed has left bytes: it counts as open until they are read.
    this.open = (revents & POLLHUP) === 0 || this.#readable;
  }

  #poll(events: number, timeout_ms: number): number {
    const view = this.#pollfd;
    view.setInt32(0, this.#master, true);
    view.setInt16(4, events, true);
    view.setInt16(6, 0, true);
    const { posix } = this.#platform;
    if (posix.poll(this.#memory.address, 1, timeout_ms) < 0) this.#mustBe('poll', EINTR);
    return view.getInt16(6, true);
  }

  /** Hand over what programs have written, at most one buffer. Call after `poll`. */
  read(take: (byte: number) => void): number {
    if (!this.#readable) return 0;
    this.#readable = false;
    const { posix } = this.#platform;
    const got = posix.read(this.#master, this.#memory.address + BUFFER_OFFSET, BUFFER_BYTES);
    if (got < 0) {
      this.#mustBe('read', 'EIO', 'EAGAIN', EINTR); // EIO: closed between poll and read
      return 0;
    }
    for (let i = 0; i < got; i++) take(this.#memory.bytes[BUFFER_OFFSET + i]!);
    return got;
  }

  /**
   * Queue a byte of the board's. With nobody listening it is lost, as on a wire; so it is when a
   * program that has the port open has let OUT_LIMIT_BYTES pile up unread.
   */
  send(byte: number): void {
    if (this.open && this.unsent_bytes < OUT_LIMIT_BYTES) this.#out.push(byte);
  }

  /** Pass on what fits; the rest stays queued. */
  flush(): void {
    const { posix } = this.#platform;
    const at = this.#memory.address + BUFFER_OFFSET;
    while (this.#out_first < this.#out.length) {
      const revents = this.#poll(POLLOUT, 0);
      if ((revents & POLLHUP) !== 0) {
        this.drop();
        return;
      }
      if ((revents & POLLOUT) === 0) break;
      // One byte: room for one is all that POLLOUT promises, and a longer write could block.
      this.#memory.bytes[BUFFER_OFFSET] = this.#out[this.#out_first]!;
      if (posix.write(this.#master, at, 1) < 1) {
        this.#mustBe('write', 'EAGAIN', 'EIO', EINTR);
        break;
      }
      this.#out_first++;
    }
    if (this.#out_first === this.#out.length) this.drop();
  }

  /** Forget what is queued for the program. */
  drop(): void {
    this.#out = [];
    this.#out_first = 0;
  }

  #mustBe(call: string, ...allowed: string[]): void {
    const name = this.#platform.errnoName(this.#platform.errno());
    if (!allowed.includes(name)) throw new SystemCallError(call, name, `on ${this.path}`);
  }

  /** Hang up. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#platform.posix.close(this.#master);
    this.#memory.free();
  }
}
