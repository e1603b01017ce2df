// Runs the processor: instructions.ts and avr8js execute the instructions; clock events, interrupts
// and sleep are timed here, where avr8js departs from the datasheet (see fidelity.ts, items named in the comments).
import { avrInterrupt, type CPU } from 'avr8js';
import { execute, executeCommon } from './instructions.ts';

/** What avr8js keeps to itself and a run loop needs. */
interface ClockEvent {
  readonly cycles: number;
  readonly callback: () => void;
  readonly next: ClockEvent | null;
}
interface Insides {
  nextClockEvent: ClockEvent | null;
  readonly pendingInterrupts: { address: number; constant?: boolean }[];
  clearInterrupt(interrupt: { address: number }): void;
}

const SEI = 0x9478;
const RETI = 0x9518;
const SLEEP = 0x9588;
/** SMCR in data space, and its sleep enable bit (section 10.11.1). */
const SMCR = 0x53;
const SLEEP_ENABLE = 1;
const SREG = 95;
const INTERRUPTS_ON = 0x80;
/** Cycles that avr8js leaves out of an interrupt's entry: it counts 2, section 7.7.1 says 4. */
const ENTRY_EXTRA_CYCLES = 2;
/** Waking from sleep costs this on top (section 7.7.1). */
const WAKE_CYCLES = 4;

export class Processor {
  asleep = false;
  asleep_cycles = 0;
  readonly #cpu: CPU;
  readonly #inside: Insides;

  constructor(cpu: CPU) {
    this.#cpu = cpu;
    this.#inside = cpu as unknown as Insides;
  }

  /** The cycle of the next planned change, or Infinity. */
  get next_event_cycle(): number {
    return this.#inside.nextClockEvent?.cycles ?? Number.POSITIVE_INFINITY;
  }

  /** Run until the cycle counter reads at least `until`; it may pass it by one instruction. */
  run(until: number): void {
    const cpu = this.#cpu;
    const program = cpu.progMem;
    const data = cpu.data;
    while (cpu.cycles < until) {
      if (this.asleep) {
        this.#sleep(until);
        continue;
      }
      // item "interrupt-delay": an interrupt that waits now has to wait for one more instruction
      const limit = this.#interruptWaits()
        ? cpu.cycles + 1
        : Math.min(until, this.next_event_cycle);
      let opcode = 0;
      const before = cpu.cycles;
      executeCommon(cpu, limit);
      if (cpu.cycles === before) {
        opcode = program[cpu.pc]!;
        if (opcode === SLEEP && data[SMCR]! & SLEEP_ENABLE) this.asleep = true;
        execute(cpu);
      }
      this.#fireEvents();
      if (opcode !== SEI && opcode !== RETI && !this.asleep) this.#interrupt();
    }
  }

  /** item "sleep": nothing happens until the next clock event, so go there at once. */
  #sleep(until: number): void {
    const cpu = this.#cpu;
    const before = cpu.cycles;
    while (!this.#interruptWaits() && cpu.cycles < until) {
      const next = Math.min(this.next_event_cycle, until);
      if (next > cpu.cycles) cpu.cycles = next;
      this.#fireEvents();
    }
    this.asleep_cycles += cpu.cycles - before;
    if (!this.#interruptWaits()) return;
    this.asleep = false;
    cpu.cycles += WAKE_CYCLES;
    this.#fireEvents();
    this.#interrupt();
  }

  #fireEvents(): void {
    const inside = this.#inside;
    let event = inside.nextClockEvent;
    while (event !== null && event.cycles <= this.#cpu.cycles) {
      inside.nextClockEvent = event.next; // first, so that the callback may plan and cancel freely
      event.callback();
      event = inside.nextClockEvent;
    }
  }

  #interruptWaits(): boolean {
    return this.#cpu.nextInterrupt >= 0 && (this.#cpu.data[SREG]! & INTERRUPTS_ON) !== 0;
  }

  #interrupt(): void {
    if (!this.#interruptWaits()) return;
    const cpu = this.#cpu;
    const interrupt = this.#inside.pendingInterrupts[cpu.nextInterrupt]!;
    avrInterrupt(cpu, interrupt.address);
    cpu.cycles += ENTRY_EXTRA_CYCLES; // item "interrupt-entry"
    if (!interrupt.constant) this.#inside.clearInterrupt(interrupt);
    this.#fireEvents();
  }
}
