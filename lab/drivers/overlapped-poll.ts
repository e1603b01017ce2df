// Overlapped operations that nobody waits for: the program looks again and again whether one has ended,
// in the OVERLAPPED structure itself (HasOverlappedIoCompleted) or by a call (GetOverlappedResult).

import type { Memory } from '../ffi/platform.ts';
import { ERROR_IO_INCOMPLETE } from '../ffi/windows/constants.ts';
import { WORD_BYTES } from '../ffi/windows/structs.ts';
import type { Driver, DriverFacts, OpenContext } from './driver.ts';
import { onWindows } from './parts/handle.ts';
import { InFlight } from './parts/in-flight.ts';
import { probeByOperation } from './parts/open.ts';
import { OverlappedSlots } from './parts/overlapped-slots.ts';
import { kept } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'overlapped-poll',
  title: 'Overlapped, polled',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'polling',
  loop: 'blocking',
  serves: ['stream', 'events', 'block'],
  platforms: ['win32'],
  cost: 'one system call per operation, and a processor that does nothing but look',
  needs: 'Windows, and a handle with the overlapped flag',
  parameters: {
    look: {
      meaning: 'memory: at the structure; call: by GetOverlappedResult',
      default: 'memory',
      values: ['memory', 'call'],
    },
  },
  source: 'https://learn.microsoft.com/windows/win32/api/ioapiset/nf-ioapiset-getoverlappedresult',
  emulated_by: 'nothing: the kernel does it itself',
};

class OverlappedPoll extends OverlappedSlots {
  readonly #flying: InFlight;
  /** On a stream what has ended is taken in order. */
  readonly #opcodes: Uint8Array | undefined;
  readonly #transferred: Memory;
  readonly #address: readonly [number, null];
  readonly #hasEnded: (slot: number) => boolean;
  readonly #seen = (slot: number, together: boolean) =>
    this.ended(slot, this.overlapped.outcome(slot), together);

  constructor(context: OpenContext) {
    super(context);
    this.#flying = new InFlight(this.depth);
    this.#opcodes = this.overlapped.ordered ? this.operations.opcode : undefined;
    this.#transferred = this.platform.memory(WORD_BYTES);
    this.#address = kept(this.#transferred.address);
    const by_call = context.parameters.look === 'call';
    this.#hasEnded = by_call ? slot => this.#ask(slot) : slot => this.overlapped.hasEnded(slot);
  }

  #ask(slot: number): boolean {
    const { windows, overlapped } = this;
    this.counters.syscalls++;
    const { value } = overlapped.handle;
    const at = overlapped.address(slot);
    if (windows.GetOverlappedResult(value, at, this.#address[0], 0)) return true;
    return windows.GetLastError() !== ERROR_IO_INCOMPLETE;
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
    for (;;) {
      this.counters.polls++;
      if (this.#flying.take(this.#opcodes, this.#hasEnded, this.#seen) > 0) return true;
      if (this.platform.now() >= deadline_ns) return false;
    }
  }

  protected release(): void {
    this.#transferred.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context =>
    probeByOperation(facts, context, () => new OverlappedPoll(onWindows(context)).close()),
  open: async context => new OverlappedPoll(onWindows(context)),
};
