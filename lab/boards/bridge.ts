// The master side of a pseudo-terminal, as an emulated board's serial port: pty(7), poll(2). Bytes
// are kept until they are taken, in both directions. Every call is preceded by poll, so none blocks.
// On Linux inotify(7) tells of openings: a port closed and opened again within a moment looks to
// poll as if it had been open all the time, and a board must be reset by every opening.
import { SystemCallError } from '../errors.ts';
import { IN_OPEN, INOTIFY_EVENT_BYTES, INOTIFY_MASK } from '../ffi/linux/constants.ts';
import type { Memory, Platform } from '../ffi/platform.ts';

const POLLIN = 0x1;
const POLLHUP = 0x10;
const EINTR = 'EINTR';
const NOTHING = new Uint8Array(0);
const BUFFER_OFFSET = 64;
const BUFFER_BYTES = 4096;
/** Two minutes of a line at 115200 baud. */
const OUT_LIMIT_BYTES = 1 << 20;

export class PtyBridge {
  /** Path of the side that programs open. */
  readonly path: string;
  /** Does a program have it open? */
  open = false;
  /** How often it has been opened while nobody had it open. */
  openings = 0;
  readonly #platform: Platform;
  readonly #master: number;
  readonly #memory: Memory;
  readonly #view: DataView;
  readonly #watch: number;
  /** Programs that have it open, by the events seen so far. */
  #holders = 0;
  #doubtful = false;
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
    this.#view = new DataView(buffer, byteOffset, BUFFER_OFFSET + BUFFER_BYTES);
    this.#watch = platform.linux?.watchOpenings(slave_path) ?? -1;
  }

  /** Bits per second that the program at the other end has set; 0 where it cannot be told. */
  get host_baud(): number {
    return this.#platform.posix.lineSpeed(this.#master);
  }

  /** Can waiting for a program to come be left to the system? */
  get watches(): boolean {
    return this.#watch >= 0;
  }

  /** Bytes of the board that no program has taken yet. */
  get unsent_bytes(): number {
    return this.#out.length - this.#out_first;
  }

  /**
   * Wait up to `timeout_ms` for a byte or a change; refreshes `open` and `openings`. Where nothing
   * watches for openings, a line that nobody holds open reports a hang-up at once, for ever: the
   * caller has to pause by itself then.
   */
  poll(timeout_ms: number): void {
    const was_open = this.open;
    const revents = this.#poll(timeout_ms);
    const hung_up = (revents & POLLHUP) !== 0;
    this.#readable = (revents & POLLIN) !== 0;
    // A program that wrote and closed has left bytes: it counts as open until they are read.
    this.open = !hung_up || this.#readable;
    if (this.#watch >= 0) this.#countHolders(hung_up, was_open);
    else if (this.open && !was_open) this.openings++;
  }

  /**
   * Follow what inotify has seen since the last time. Like events that nobody has read yet are merged
   * into one, so the count may be wrong: when nothing new comes, it is set by what poll says.
   */
  #countHolders(hung_up: boolean, was_open: boolean): void {
    const { posix } = this.#platform;
    const at = this.#memory.address + BUFFER_OFFSET;
    const told = (this.#view.getInt16(14, true) & POLLIN) !== 0;
    const got = told ? posix.read(this.#watch, at, BUFFER_BYTES) : 0;
    for (let event = 0; event < got; event += INOTIFY_EVENT_BYTES) {
      const mask = this.#view.getUint32(BUFFER_OFFSET + event + INOTIFY_MASK, true);
      if ((mask & IN_OPEN) === 0) this.#holders = Math.max(0, this.#holders - 1);
      else if (this.#holders++ === 0) this.openings++;
    }
    // The event of an opening comes a moment after the opening itself: look twice.
    const doubtful = got <= 0 && hung_up === this.#holders > 0;
    if (doubtful && this.#doubtful) {
      if (!hung_up && !was_open) this.openings++;
      this.#holders = hung_up ? 0 : 1;
    }
    this.#doubtful = doubtful;
  }

  #poll(timeout_ms: number): number {
    const view = this.#view;
    // A closed line's hang-up would end every wait at once: poll(2) passes over negative numbers.
    const aside = this.#watch >= 0 && !this.open && timeout_ms > 0;
    view.setInt32(0, aside ? -1 : this.#master, true);
    view.setInt16(4, POLLIN, true);
    view.setInt16(6, 0, true);
    view.setInt32(8, this.#watch, true);
    view.setInt16(12, POLLIN, true);
    const { posix } = this.#platform;
    if (posix.poll(this.#memory.address, 2, timeout_ms) < 0) this.#mustBe('poll', EINTR);
    return aside ? this.#poll(0) : view.getInt16(6, true);
  }

  /** What programs have written, at most `limit_bytes` of it, as a copy. Call after `poll`. */
  read(limit_bytes = BUFFER_BYTES): Uint8Array {
    if (!this.#readable) return NOTHING;
    this.#readable = false;
    const { posix } = this.#platform;
    const length = Math.min(limit_bytes, BUFFER_BYTES);
    const got = posix.read(this.#master, this.#memory.address + BUFFER_OFFSET, length);
    if (got < 0) {
      this.#mustBe('read', 'EIO', 'EAGAIN', EINTR); // EIO: closed between poll and read
      return NOTHING;
    }
    return this.#memory.bytes.slice(BUFFER_OFFSET, BUFFER_OFFSET + got);
  }

  /**
   * Queue a byte of the board's. With nobody listening it is lost, as on a wire; so it is when a
   * program that has the port open has let OUT_LIMIT_BYTES pile up unread.
   */
  send(byte: number): void {
    if (this.open && this.unsent_bytes < OUT_LIMIT_BYTES) this.#out.push(byte);
  }

  /** Pass on what fits; the rest stays queued. The master never blocks: a write may be short. */
  flush(): void {
    const { posix } = this.#platform;
    const { bytes, address } = this.#memory;
    while (this.#out_first < this.#out.length) {
      const length = Math.min(this.unsent_bytes, BUFFER_BYTES);
      for (let i = 0; i < length; i++) bytes[BUFFER_OFFSET + i] = this.#out[this.#out_first + i]!;
      const written = posix.write(this.#master, address + BUFFER_OFFSET, length);
      if (written < 1) {
        this.#mustBe('write', 'EAGAIN', 'EIO', EINTR);
        // EIO: nobody has it open. EAGAIN: its program does not read.
        if (this.#errnoName() === 'EIO') this.drop();
        return;
      }
      this.#out_first += written;
      this.#compact();
    }
    this.drop();
  }

  /** A program that never quite keeps up must not make the queue's taken part grow for ever. */
  #compact(): void {
    if (this.#out_first < OUT_LIMIT_BYTES) return;
    this.#out = this.#out.slice(this.#out_first);
    this.#out_first = 0;
  }

  /** Forget what is queued for the program. */
  drop(): void {
    if (this.#out.length > 0) this.#out = [];
    this.#out_first = 0;
  }

  #errnoName(): string {
    return this.#platform.errnoName(this.#platform.errno());
  }

  #mustBe(call: string, ...allowed: string[]): void {
    const name = this.#errnoName();
    if (!allowed.includes(name)) throw new SystemCallError(call, name, `on ${this.path}`);
  }

  /** Hang up. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#watch >= 0) this.#platform.posix.close(this.#watch);
    this.#platform.posix.close(this.#master);
    this.#memory.free();
  }
}
