// epoll(7), edge-triggered: a wait reports that something changed, once. Whoever does not take all
// there is hears of the rest only when more comes, so each wait begins by draining.
import { SystemCallError } from '../errors.ts';
import {
  EINTR,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_MOD,
  EPOLLET,
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
  id: 'epoll-edge',
  title: 'epoll, edge-triggered',
  form: 'synchronous',
  reports: 'readiness',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['stream', 'events'],
  platforms: ['linux'],
  cost: 'three system calls per event: the wait, the read, and a read that finds no more; a burst shares the first and the last',
  needs: 'a descriptor that knows readiness, and a reader that always drains it',
  parameters: {},
  source: 'https://man7.org/linux/man-pages/man7/epoll.7.html',
  emulated_by: 'nothing: the kernel does it itself',
};

class EpollEdge extends Slots implements BlockingEngine {
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
    if (this.#control(EPOLL_CTL_ADD) === 0) return;
    const error = new SystemCallError('epoll_ctl', this.platform.errnoName(this.platform.errno()));
    this.close();
    throw error;
  }

  #control(operation: number): number {
    this.#words[0] = this.#interest | EPOLLET;
    return this.platform.linux!.epoll_ctl(this.#epoll, operation, this.#fd, this.#address[0]);
  }

  submit(slots: Uint32Array, count: number): number {
    return this.accept(slots, count, this.#fd);
  }

  wait(min: number, deadline_ns: number): number {
    const { linux, errno } = this.platform;
    // What an earlier edge announced may still lie there, and nobody will announce it again.
    this.drain(this.#fd);
    while (this.ready() < min && this.pending > 0) {
      this.#watch(this.operations.opcode[this.oldest()] === READ ? EPOLLIN : EPOLLOUT);
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

  /** A change of interest looks at the device too, so no edge is lost by it. */
  #watch(interest: number): void {
    if (interest === this.#interest) return;
    this.#interest = interest;
    this.counters.syscalls++;
    this.#control(EPOLL_CTL_MOD);
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
  probe: context => probeByOperation(facts, context, () => new EpollEdge(context).close()),
  open: async context => new EpollEdge(context),
};
