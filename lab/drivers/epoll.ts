// epoll(7), level-triggered: the interest stays in the kernel, and a wait reports what is ready for
// as long as it is. Waiting costs the same whether one descriptor is watched or ten thousand.

import { Unsupported } from '../errors.ts';
import {
  EINTR,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_MOD,
  EPOLLIN,
  EPOLLOUT,
} from '../ffi/linux/constants.ts';
import { EPOLL_EVENT_BYTES } from '../ffi/linux/structs.ts';
import type { Memory } from '../ffi/platform.ts';
import {
  type BlockingEngine,
  type Driver,
  type DriverFacts,
  type OpenContext,
  READ,
} from './driver.ts';
import { openTarget, probeByOperation } from './parts/open.ts';
import { kept, Slots, timeoutMilliseconds } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'epoll',
  title: 'epoll, level-triggered',
  form: 'synchronous',
  reports: 'readiness',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['stream', 'events'],
  platforms: ['linux'],
  cost: 'two system calls per event; the interest is registered once',
  needs: 'a descriptor that knows readiness: regular files are refused (EPERM)',
  parameters: {},
  source: 'https://man7.org/linux/man-pages/man7/epoll.7.html',
  emulated_by: 'nothing: the kernel does it itself',
};

class Epoll extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  readonly #event: Memory;
  readonly #address: readonly [number, null];
  readonly #words: Uint32Array;
  #interest = EPOLLIN;
  #fd: number;
  #epoll: number;

  constructor(context: OpenContext) {
    super(context);
    this.#event = this.platform.memory(EPOLL_EVENT_BYTES);
    this.#address = kept(this.#event.address);
    this.#words = new Uint32Array(this.#event.bytes.buffer, 0, EPOLL_EVENT_BYTES / 4);
    this.#fd = openTarget(context, true);
    this.#epoll = this.platform.linux!.epoll_create1(EPOLL_CLOEXEC);
    try {
      this.#control(EPOLL_CTL_ADD);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Tell the kernel what to watch for; it keeps this until told otherwise. */
  #control(operation: number): void {
    this.#words[0] = this.#interest;
    const { linux, errno, errnoName } = this.platform;
    if (linux!.epoll_ctl(this.#epoll, operation, this.#fd, this.#address[0]) === 0) return;
    const name = errnoName(errno());
    const why = name === 'EPERM' ? 'a regular file is always ready, so epoll refuses it' : name;
    throw new Unsupported(`epoll_ctl: ${why}`, 'use blocking or io-uring for files', name);
  }

  submit(slots: Uint32Array, count: number): number {
    return this.accept(slots, count, this.#fd);
  }

  wait(min: number, deadline_ns: number): number {
    const { linux, errno } = this.platform;
    while (this.ready() < min && this.pending > 0) {
      const interest = this.operations.opcode[this.oldest()] === READ ? EPOLLIN : EPOLLOUT;
      if (interest !== this.#interest) {
        this.#interest = interest;
        this.counters.syscalls++;
        this.#control(EPOLL_CTL_MOD);
      }
      const timeout_ms = timeoutMilliseconds(this.platform, deadline_ns);
      this.counters.syscalls++;
      this.counters.polls++;
      const ready = linux!.epoll_wait(this.#epoll, this.#address[0], 1, timeout_ms);
      if (ready === 0) break;
      if (ready > 0) this.drain(this.#fd);
      else if (errno() !== EINTR) this.finishOldest(-errno());
    }
    return this.take();
  }

  close(): void {
    if (this.#fd < 0) return;
    this.platform.posix.close(this.#epoll);
    this.platform.posix.close(this.#fd);
    this.#fd = -1;
    this.#event.free();
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  // A file is asked for real too: the kernel's own refusal says it best.
  probe: context =>
    probeByOperation({ ...facts, serves: [...facts.serves, 'block'] }, context, () =>
      new Epoll(context).close(),
    ),
  open: async context => new Epoll(context),
};
