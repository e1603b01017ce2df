// A reactor: handlers wait for readiness, one loop asks poll(2) for all of them and calls those whose
// descriptor is ready; the handler then makes the call itself. The name and the four verbs are those of
// Schmidt's pattern ("Reactor", 1995). A loop that is more than this: event-loop/.
import { SystemCallError } from '../errors.ts';
import { EINTR } from '../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS, POLLFD_REVENTS } from '../ffi/linux/structs.ts';
import type { Memory, Platform } from '../ffi/platform.ts';

/** Gets what is there: POLLIN, POLLOUT, POLLHUP … */
export type EventHandler = (events: number) => void;

interface Registration {
  readonly fd: number;
  readonly events: number;
  readonly handler: EventHandler;
}

const FOR_EVER = -1;

export class Reactor {
  readonly #platform: Platform;
  readonly #registered = new Map<number, Registration>();
  /** What the array of struct pollfd says, in its order; made anew where handlers came or went. */
  #polled: Registration[] = [];
  #set: Memory | undefined;
  #changed = false;
  #stopped = false;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** Call `handler` whenever one of `events` is there. One handler for a descriptor; the new one counts. */
  addHandler(fd: number, events: number, handler: EventHandler): void {
    this.#registered.set(fd, { fd, events, handler });
    this.#changed = true;
  }

  /** Also from a handler: it is not called any more, even if its descriptor was just found ready. */
  removeHandler(fd: number): void {
    if (this.#registered.delete(fd)) this.#changed = true;
  }

  /** Until `stop`, or until no handler is left. Throws SystemCallError. */
  run(): void {
    while (!this.#stopped && this.#registered.size > 0) {
      if (this.#changed) this.#write();
      const { address, bytes } = this.#set!;
      const ready = this.#platform.posix.poll(address, this.#polled.length, FOR_EVER);
      if (ready < 0 && this.#platform.errno() !== EINTR) {
        throw new SystemCallError('poll', this.#platform.errnoName(this.#platform.errno()));
      }
      if (ready > 0) this.#dispatch(new DataView(bytes.buffer));
    }
    this.#stopped = false;
  }

  /** `run` returns after the handlers of this round. */
  stop(): void {
    this.#stopped = true;
  }

  /** The descriptors belong to those who added them. Idempotent. */
  close(): void {
    this.#registered.clear();
    this.#set?.free();
    this.#set = undefined;
  }

  #dispatch(set: DataView): void {
    const polled = this.#polled;
    for (let i = 0; i < polled.length; i++) {
      const events = set.getInt16(i * POLLFD_BYTES + POLLFD_REVENTS, true);
      const { fd, handler } = polled[i]!;
      // Another handler of this round may have removed this one, or put another in its place.
      if (events !== 0 && this.#registered.get(fd) === polled[i]) handler(events);
    }
  }

  #write(): void {
    this.#polled = [...this.#registered.values()];
    const length = this.#polled.length * POLLFD_BYTES;
    if (this.#set === undefined || this.#set.length < length) {
      this.#set?.free();
      this.#set = this.#platform.memory(2 * length);
    }
    const set = new DataView(this.#set.bytes.buffer);
    for (const [i, { fd, events }] of this.#polled.entries()) {
      set.setInt32(i * POLLFD_BYTES, fd, true);
      set.setInt16(i * POLLFD_BYTES + POLLFD_EVENTS, events, true);
    }
    this.#changed = false;
  }
}
