// Completion routines (ReadFileEx, WriteFileEx): at an operation's end the system queues a call of a
// function of ours to the thread that started it, and makes the call when that thread next sleeps
// alertably (SleepEx). So the callback runs on this very thread, at a moment that it chose.

import type { NativeCallback } from '../ffi/windows/calls.ts';
import { INFINITE } from '../ffi/windows/constants.ts';
import { type Driver, type DriverFacts, type OpenContext, READ } from './driver.ts';
import { onWindows } from './parts/handle.ts';
import { probeByOperation } from './parts/open.ts';
import { PENDING } from './parts/overlapped.ts';
import { OverlappedSlots } from './parts/overlapped-slots.ts';
import { timeoutMilliseconds } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'alertable',
  title: 'Completion routines',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'blocking',
  serves: ['stream', 'events', 'block'],
  platforms: ['win32'],
  cost: 'two system calls per operation, one that starts it and one that sleeps until it is called; the calls come one after the other, on the same thread',
  needs:
    'Windows, and a handle with the overlapped flag; only the thread that started an operation hears of its end',
  parameters: {},
  source: 'https://learn.microsoft.com/windows/win32/fileio/alertable-i-o',
  emulated_by: 'nothing: the kernel does it itself',
};

class Alertable extends OverlappedSlots {
  readonly #routine: NativeCallback;
  #called = 0;

  constructor(context: OpenContext) {
    super(context);
    this.#routine = this.windows.completionRoutine((error, transferred, structure) =>
      this.#call(error, transferred, structure),
    );
  }

  protected override start(slot: number): number {
    const { windows, overlapped, counters } = this;
    const { value } = overlapped.handle;
    const { opcode, length_bytes } = this.operations;
    overlapped.prepare(slot);
    counters.syscalls++;
    const begin = opcode[slot] === READ ? windows.ReadFileEx : windows.WriteFileEx;
    const at = overlapped.address(slot);
    const routine = this.#routine.address;
    if (begin(value, this.address(slot), length_bytes[slot]!, at, routine)) return PENDING;
    return -windows.GetLastError();
  }

  /** What is started has its call, whenever it ends: `start` never says that it has. */
  protected endedAtOnce(slot: number): void {
    this.started(slot);
  }

  #call(error: number, transferred: number, structure: number): void {
    const slot = this.overlapped.slotOf(structure >>> 0);
    const result = error === 0 ? transferred : this.overlapped.refused(slot, error);
    this.ended(slot, result, this.#called++ > 0);
  }

  protected collect(deadline_ns: number): boolean {
    const ms = timeoutMilliseconds(this.platform, deadline_ns);
    this.counters.syscalls++;
    this.counters.polls++;
    this.#called = 0;
    this.windows.SleepEx(ms < 0 ? INFINITE : ms, 1);
    return this.#called > 0;
  }

  protected release(): void {
    this.#routine.release();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context =>
    probeByOperation(facts, context, () => new Alertable(onWindows(context)).close()),
  open: async context => new Alertable(onWindows(context)),
};
