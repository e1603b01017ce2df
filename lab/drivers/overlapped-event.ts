// An event flag for each operation: the system raises the one in the OVERLAPPED structure at the
// operation's end, and the thread sleeps until one of many is up. One wait takes 64 flags and no more, so
// of a deeper queue the other flags are watched by wait threads of the system's pool, which raise one
// flag that stands for all of them.

import type { Memory } from '../ffi/platform.ts';
import {
  INFINITE,
  INVALID_HANDLE_VALUE,
  MAXIMUM_WAIT_OBJECTS,
  WAIT_FAILED,
  WAIT_TIMEOUT,
  WT_EXECUTEINWAITTHREAD,
} from '../ffi/windows/constants.ts';
import { windowsError } from '../ffi/windows/errors.ts';
import { WORD_BYTES } from '../ffi/windows/structs.ts';
import type { Driver, DriverFacts, OpenContext } from './driver.ts';
import { onWindows } from './parts/handle.ts';
import { InFlight } from './parts/in-flight.ts';
import { probeByOperation } from './parts/open.ts';
import { OverlappedSlots } from './parts/overlapped-slots.ts';
import { kept, timeoutMilliseconds } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'overlapped-event',
  title: 'Event flags (Windows)',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'blocking',
  serves: ['stream', 'events', 'block'],
  platforms: ['win32'],
  cost: 'two system calls per operation, one that starts it and one that sleeps on all flags; which one is up is then looked for among them',
  needs: 'Windows, and a handle with the overlapped flag',
  parameters: {},
  source:
    'https://learn.microsoft.com/windows/win32/api/synchapi/nf-synchapi-waitformultipleobjects',
  emulated_by:
    'nothing up to 64 operations; beyond, wait threads of the system’s pool pass the flag on',
};

/** One place is left for the flag that stands for the others. */
const DIRECT = MAXIMUM_WAIT_OBJECTS - 1;

class OverlappedEvent extends OverlappedSlots {
  readonly #flying: InFlight;
  /** On a stream what has ended is taken in order. */
  readonly #opcodes: Uint8Array | undefined;
  readonly #events: number[] = [];
  readonly #memory: Memory;
  readonly #handles: Uint32Array;
  readonly #list: readonly [number, null];
  /** Raised by the pool's threads for the slots from DIRECT on. */
  #shared = 0;
  readonly #watches: number[] = [];

  readonly #hasEnded = (slot: number) => this.overlapped.hasEnded(slot);
  readonly #seen = (slot: number, together: boolean) =>
    this.ended(slot, this.overlapped.outcome(slot), together);

  constructor(context: OpenContext) {
    super(context);
    this.#flying = new InFlight(this.depth);
    this.#opcodes = this.overlapped.ordered ? this.operations.opcode : undefined;
    this.#memory = this.platform.memory(MAXIMUM_WAIT_OBJECTS * WORD_BYTES);
    this.#handles = new Uint32Array(this.#memory.bytes.buffer, 0, MAXIMUM_WAIT_OBJECTS * 2);
    this.#list = kept(this.#memory.address);
    try {
      for (let slot = 0; slot < this.depth; slot++) this.#flag(slot);
      if (this.depth > MAXIMUM_WAIT_OBJECTS) this.#watchTheRest();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Taken down by whoever it wakes, so that a watch fires once for each time it is raised. */
  #createEvent(): number {
    const { windows } = this;
    const event = windows.CreateEventW(0, 0, 0, 0);
    if (event === 0) throw windowsError('CreateEventW', windows.GetLastError());
    return event;
  }

  #flag(slot: number): void {
    const event = this.#createEvent();
    this.#events.push(event);
    this.overlapped.setEvent(slot, event);
  }

  /** SetEvent itself is what the pool's thread calls, so nothing of ours runs there. */
  #watchTheRest(): void {
    const { windows, depth } = this;
    this.#shared = this.#createEvent();
    const raise = windows.symbol('SetEvent');
    const at = this.#memory.address;
    for (let slot = DIRECT; slot < depth; slot++) {
      const event = this.#events[slot]!;
      const { RegisterWaitForSingleObject: watch } = windows;
      if (!watch(at, event, raise, this.#shared, INFINITE, WT_EXECUTEINWAITTHREAD)) {
        throw windowsError('RegisterWaitForSingleObject', windows.GetLastError());
      }
      this.#watches.push(this.#handles[0]! + this.#handles[1]! * 2 ** 32);
    }
  }

  /** On a stream an earlier one may have ended, too, and has to be seen before. */
  protected endedAtOnce(slot: number): void {
    if (this.#opcodes && this.inFlight > 0) this.started(slot);
    else this.finish(slot, this.overlapped.outcome(slot));
  }

  protected override started(slot: number): void {
    super.started(slot);
    this.#flying.add(slot);
  }

  protected collect(deadline_ns: number): boolean {
    if (this.#look() > 0) return true;
    const count = this.#fill();
    const { windows, counters } = this;
    const ms = timeoutMilliseconds(this.platform, deadline_ns);
    counters.syscalls++;
    const limit_ms = ms < 0 ? INFINITE : ms;
    const woke = windows.WaitForMultipleObjects(count, this.#list[0], 0, limit_ms);
    if (woke === WAIT_FAILED) throw windowsError('WaitForMultipleObjects', windows.GetLastError());
    // A flag may still be up from an end that was seen before: then nothing is found, and it waits again.
    return this.#look() > 0 || woke !== WAIT_TIMEOUT;
  }

  #look(): number {
    this.counters.polls++;
    return this.#flying.take(this.#opcodes, this.#hasEnded, this.#seen);
  }

  /** The flags to sleep on: those in flight, and the one that stands for the rest. */
  #fill(): number {
    const { slots, count } = this.#flying;
    let filled = 0;
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!;
      if (this.#shared !== 0 && slot >= DIRECT) continue;
      this.#handles[2 * filled++] = this.#events[slot]!;
    }
    if (this.#shared !== 0) this.#handles[2 * filled++] = this.#shared;
    return filled;
  }

  protected release(): void {
    const { windows } = this;
    // Returns when the pool's thread is done with the flag.
    for (const watch of this.#watches) windows.UnregisterWaitEx(watch, INVALID_HANDLE_VALUE);
    for (const event of this.#events) windows.CloseHandle(event);
    if (this.#shared !== 0) windows.CloseHandle(this.#shared);
    this.#memory.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context =>
    probeByOperation(facts, context, () => new OverlappedEvent(onWindows(context)).close()),
  open: async context => new OverlappedEvent(onWindows(context)),
};
