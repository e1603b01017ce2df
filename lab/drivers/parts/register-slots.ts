// What every driver over a device's registers shares: one exchange at a time. A slot's bytes are what the
// device is given, and its answer takes their place. How the driver learns that there is an answer is all
// in which its files differ.
import { DeviceGone, Unsupported } from '../../errors.ts';
import type { Registers } from '../../registers/access.ts';
import { exchangeOf } from '../../registers/exchanges.ts';
import { claim, type Holder, openRegisters } from '../../registers/pci.ts';
import { ALL, GONE, type RegisterProgram, SOME } from '../../registers/program.ts';
import { createProgram } from '../../registers/programs.ts';
import type { BlockingEngine, Counters, DriverFacts, OpenContext, Probe } from '../driver.ts';
import { probeByOperation } from './open.ts';
import type { SleepInRead } from './sleep-in-read.ts';
import { Slots } from './slots.ts';

const PROBE_LIMIT_NS = 2e9;

/** A function of the bus in the driver's hands. */
export interface Held {
  readonly registers: Registers;
  readonly counters: Counters;
  /** Give it back, when its registers are closed. */
  readonly release: () => void;
}

export const newCounters = (): Counters => ({ syscalls: 0, polls: 0, interrupts: 0 });

/** The register program and the folder in sysfs of the target. Throws Unsupported. */
export function registersOf({ target }: Pick<OpenContext, 'target'>) {
  const { registers, path, device } = target;
  if (registers) return { program: registers.program, path };
  throw new Unsupported(`${device} has no registers to be driven by hand`, 'choose vm:edu');
}

/** Take the function from whoever has it, and open its first region. Throws as pci.ts. */
export function hold(context: OpenContext, holder: Holder): Held {
  const { path } = registersOf(context);
  const counters = newCounters();
  const release = claim(path, holder);
  try {
    const registers = openRegisters(context.platform, path, 0, counters);
    return { registers, counters, release };
  } catch (error) {
    release();
    throw error;
  }
}

export abstract class RegisterSlots extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  override readonly counters: Counters;
  protected readonly program: RegisterProgram;
  readonly #held: Held;
  #busy = false;
  #open = true;

  /** Throws DeviceGone, Unsupported, RangeError; then `held` is given back. */
  constructor(context: OpenContext, held: Held) {
    super(context);
    this.counters = held.counters;
    this.#held = held;
    try {
      this.program = createProgram(registersOf(context).program, held.registers);
      if (context.slot_bytes < this.program.most_bytes)
        throw new RangeError(`a slot must have room for ${this.program.most_bytes} bytes`);
      this.program.begin();
    } catch (error) {
      this.letGo();
      throw error;
    }
  }

  submit(slots: Uint32Array, count: number): number {
    const accepted = Math.min(count, this.room());
    for (let i = 0; i < accepted; i++) this.enqueue(slots[i]!);
    this.startNext();
    return accepted;
  }

  abstract wait(min: number, deadline_ns: number): number;

  /** Hand the oldest exchange to the device, if one waits and the device has none. */
  protected startNext(): void {
    if (this.#busy || this.pending === 0) return;
    const slot = this.oldest();
    this.#busy = true;
    this.program.start(this.slot(slot), this.operations.length_bytes[slot]!);
  }

  /** Ask until there is all of it, or nothing more for now; true where there is all of it. */
  protected look(): boolean {
    for (;;) {
      this.counters.polls++;
      const found = this.program.look();
      if (found !== SOME) return found === ALL;
    }
  }

  /** As SleepInRead.read. What is asked there is asked of the kernel: polls are of the device. */
  protected sleepOn(sleep: SleepInRead, deadline_ns: number): number {
    const { polls } = this.counters;
    const got = sleep.read(deadline_ns, this.counters);
    this.counters.polls = polls;
    return got;
  }

  /** Take the answer: the exchange under way is finished, now. */
  protected takeAnswer(): void {
    this.complete(this.program.take(this.slot(this.oldest())));
  }

  /** The exchange under way ended with `result`. The device gets no other before `startNext`. */
  protected complete(result: number): void {
    this.#busy = false;
    this.finishOldest(result);
  }

  /** Close what the mechanism holds beside the registers, while the device is silent already. */
  protected abstract closeLine(): void;

  close(): void {
    if (!this.#open) return;
    this.program.end();
    this.closeLine();
    this.letGo();
  }

  /** Without the line: for one that did not come to be. */
  protected letGo(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#held.registers.free();
    this.#held.release();
    this.free();
  }
}

/** The usual probe: take the device, exchange something, compare the answer, give it back. */
export function probeRegisters(
  facts: DriverFacts,
  context: OpenContext,
  open: (context: OpenContext) => RegisterSlots,
): Promise<Probe> {
  return probeByOperation(facts, context, () => {
    const engine = open({ ...context, depth: 1 });
    try {
      const { bytes, fill, right } = exchangeOf(registersOf(context).program, {});
      const request = new Uint8Array(bytes);
      fill(Math.random, request);
      engine.slot(0).set(request);
      engine.operations.length_bytes[0] = bytes;
      engine.submit(Uint32Array.of(0), 1);
      if (engine.wait(1, context.platform.now() + PROBE_LIMIT_NS) === 0)
        throw new Unsupported('the device does not answer in time', 'unplug it and plug it in');
      const [result = 0] = engine.completions.result;
      if (result === GONE) throw new DeviceGone('the device went away while it was asked');
      if (result !== bytes || !right(request, engine.slot(0)))
        throw new Unsupported('the device answers with something else', 'is it another device?');
    } finally {
      engine.close();
    }
  });
}
