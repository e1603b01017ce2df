// kqueue(2): one queue for whatever can happen, and one call that changes the interest and waits. It tells
// beside the event how much there is to read. BSD and macOS have it; on Linux a library emulates it.
import { SystemCallError, Unsupported } from '../errors.ts';
import {
  EINTR,
  EV_ADD,
  EV_DELETE,
  EV_ERROR,
  EVFILT_READ,
  EVFILT_WRITE,
} from '../ffi/linux/constants.ts';
import {
  KEVENT_DATA,
  KEVENT_FILTER,
  KEVENT_FLAGS,
  KEVENT_IDENT,
  keventBytes,
} from '../ffi/linux/structs.ts';
import type { KqueueCalls, Memory } from '../ffi/platform.ts';
import {
  type BlockingEngine,
  type Driver,
  type DriverFacts,
  type OpenContext,
  READ,
} from './driver.ts';
import { Duration } from './parts/duration.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { kept, Slots } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'kqueue',
  title: 'kqueue',
  form: 'synchronous',
  reports: 'readiness',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['stream', 'events'],
  platforms: ['darwin', 'freebsd', 'linux'],
  cost: 'two system calls per event; a change of interest rides on the call that waits',
  needs: 'macOS or FreeBSD, or libkqueue, whose file IOLAB_LIBKQUEUE names',
  parameters: {},
  source: 'https://man.freebsd.org/cgi/man.cgi?query=kqueue&sektion=2',
  emulated_by: 'on Linux libkqueue, over epoll(7); elsewhere nothing: the kernel does it itself',
};

/** At most so many changes go with a call: the old interest, the new one. */
const CHANGES = 2;
const NONE = 0;

class Kqueue extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly #calls: KqueueCalls;
  readonly #stride: number;
  /** The changes, then the event. */
  readonly #kevents: Memory;
  readonly #view: DataView;
  readonly #changes: readonly [number, null];
  readonly #event: readonly [number, null];
  readonly #timeout: Duration;
  #interest = NONE;
  #queue = -1;
  #fd: number;

  constructor(context: OpenContext) {
    super(context);
    this.#calls = this.platform.kqueue();
    this.#stride = keventBytes(this.platform.os);
    this.#fd = openTarget(context, true);
    this.#kevents = this.platform.memory((CHANGES + 1) * this.#stride);
    this.#view = new DataView(this.#kevents.bytes.buffer);
    this.#changes = kept(this.#kevents.address);
    this.#event = kept(this.#kevents.address + CHANGES * this.#stride);
    this.#timeout = new Duration(this.platform, 1);
    try {
      this.#register();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The first interest is registered alone, so that a device which cannot be watched is found out. */
  #register(): void {
    const { errno, errnoName } = this.platform;
    this.#queue = this.#calls.kqueue();
    if (this.#queue < 0) throw new SystemCallError('kqueue', errnoName(errno()));
    const count = this.#changeTo(EVFILT_READ);
    if (this.#calls.kevent(this.#queue, this.#changes[0], count, 0, 0, 0) >= 0) return;
    const name = errnoName(errno());
    throw new Unsupported(`kevent: ${name}`, 'choose a device that knows readiness', name);
  }

  /** Fills in what must change for `filter` to be watched, and nothing else. Returns how many. */
  #changeTo(filter: number): number {
    if (filter === this.#interest) return 0;
    let count = 0;
    if (this.#interest !== NONE) this.#change(count++, this.#interest, EV_DELETE);
    this.#change(count++, filter, EV_ADD);
    this.#interest = filter;
    return count;
  }

  #change(index: number, filter: number, flags: number): void {
    const at = index * this.#stride;
    this.#view.setUint32(at + KEVENT_IDENT, this.#fd, true);
    this.#view.setInt16(at + KEVENT_FILTER, filter, true);
    this.#view.setUint16(at + KEVENT_FLAGS, flags, true);
  }

  submit(slots: Uint32Array, count: number): number {
    return this.accept(slots, count, this.#fd);
  }

  wait(min: number, deadline_ns: number): number {
    const { errno } = this.platform;
    while (this.ready() < min && this.pending > 0) {
      const read = this.operations.opcode[this.oldest()] === READ;
      const changes = this.#changeTo(read ? EVFILT_READ : EVFILT_WRITE);
      this.counters.syscalls++;
      this.counters.polls++;
      const events = this.#ask(changes, deadline_ns);
      if (events === 0) break;
      if (events < 0 && errno() === EINTR) continue;
      const failed = events < 0 ? errno() : this.#failed();
      if (failed !== 0) this.finishOldest(-failed);
      else this.drain(this.#fd);
    }
    return this.take();
  }

  /** Without a deadline no time is handed over: the wait has no end. */
  #ask(changes: number, deadline_ns: number): number {
    let timeout = 0;
    if (deadline_ns !== Number.POSITIVE_INFINITY) {
      this.#timeout.set(deadline_ns - this.platform.now());
      timeout = this.#timeout.address[0];
    }
    const { kevent } = this.#calls;
    return kevent(this.#queue, this.#changes[0], changes, this.#event[0], 1, timeout);
  }

  /** The errno that the event carries in the place of its data, or 0. */
  #failed(): number {
    const at = CHANGES * this.#stride;
    if ((this.#view.getUint16(at + KEVENT_FLAGS, true) & EV_ERROR) === 0) return 0;
    return this.#view.getInt32(at + KEVENT_DATA, true);
  }

  close(): void {
    if (this.#fd < 0) return;
    if (this.#queue >= 0) this.platform.posix.close(this.#queue);
    this.platform.posix.close(this.#fd);
    this.#fd = -1;
    this.#timeout.free();
    this.#kevents.free();
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => new Kqueue(context).close()),
  open: async context => new Kqueue(context),
};
