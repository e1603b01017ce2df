// Runs the processor: exceptions in and out, interrupts latched, sleep skipped over, and between them
// instructions (thumb.ts). ARMv6-M architecture reference manual (DDI 0419), chapter B1; cycles from
// the Cortex-M0+ technical reference manual (DDI 0484). Items as named in fidelity.ts.
import type { RP2040 } from 'rp2040js';
import type { Bus } from './bus.ts';
import type { Clock } from './clock.ts';
import { Thumb } from './thumb.ts';

const SP = 13;
const LR = 14;
const PC = 15;
const NMI = 2;
const HARD_FAULT = 3;
const SV_CALL = 11;
const PEND_SV = 14;
const SYS_TICK = 15;
const FIRST_INTERRUPT = 16;
const LOWEST_PRIORITY = 4;
/** From the moment an interrupt is seen to the handler's first instruction, memory without waits. */
const ENTRY_CYCLES = 15;
/** Eight words from the stack and the fetch behind them; ARM gives no number. */
const EXIT_CYCLES = 10;
const SLEEP_ON_EXIT = 2;

export class Processor {
  asleep = false;
  asleep_cycles = 0;
  /** A fault within a fault handler: the processor stands still until a reset (DDI 0419, "Lockup"). */
  locked_up = false;
  /** The system control register (SCR). */
  control = 0;
  readonly #core: RP2040['core'];
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #thumb: Thumb;
  readonly #r: Int32Array;
  /** Interrupt signals that are high, and interrupts whose handlers run, a bit each. */
  #lines = 0;
  #active = 0;
  #faulted = false;

  constructor(core: RP2040['core'], bus: Bus, clock: Clock) {
    this.#core = core;
    this.#bus = bus;
    this.#clock = clock;
    this.#r = new Int32Array(core.registers.buffer);
    const fault = () => {
      this.#faulted = true;
      clock.attention();
    };
    bus.onFault = fault;
    this.#thumb = new Thumb(core, bus, clock, {
      leaveException: code => this.#leave(code),
      sleep: event => this.#fallAsleep(event),
      fault,
    });
    core.setInterrupt = (interrupt, high) => this.setLine(interrupt, high);
  }

  /** Bits 31 to 28 of the APSR; rp2040js's own copy is not kept up. */
  get flags(): number {
    return this.#thumb.flags;
  }

  setFlags(apsr: number): void {
    this.#thumb.flags = apsr;
  }

  /** item "interrupt-latch": a signal that rises makes its interrupt pending until it is taken. */
  setLine(interrupt: number, high: boolean): void {
    const bit = 1 << interrupt;
    if (!high) {
      this.#lines &= ~bit;
      return;
    }
    if (this.#lines & bit) return;
    this.#lines |= bit;
    this.#core.pendingInterrupts |= bit;
    this.#clock.attention();
  }

  /** NVIC_ICPR: what is still signalled stays pending, unless its handler runs. */
  clearPending(mask: number): void {
    this.#core.pendingInterrupts &= ~mask | (this.#lines & ~this.#active);
  }

  /** Run until the clock reads at least `until`; it may pass it by one instruction. */
  run(until: number): void {
    const clock = this.#clock;
    while (clock.cycles < until) {
      clock.catchUp();
      if (this.asleep && !this.#sleep(until)) continue;
      clock.stop = until;
      if (this.#take()) continue;
      if (clock.next_cycle < clock.stop) clock.stop = clock.next_cycle;
      this.#thumb.run();
    }
    clock.catchUp();
  }

  /** item "sleep": go to the next plan at once. True when the processor is awake again. */
  #sleep(until: number): boolean {
    const clock = this.#clock;
    while (!this.#wakes()) {
      if (clock.cycles >= until) return false;
      const before = clock.cycles;
      clock.cycles = Math.min(clock.next_cycle, until);
      this.asleep_cycles += clock.cycles - before;
      clock.catchUp();
    }
    this.asleep = false;
    return true;
  }

  /** An interrupt that would be taken but for PRIMASK ends the sleep (DDI 0419, "Wait For Interrupt"). */
  #wakes(): boolean {
    return !this.locked_up && this.#priority(this.#waiting()) < this.#running();
  }

  #fallAsleep(event: boolean): void {
    const core = this.#core;
    if (event && core.eventRegistered) {
      core.eventRegistered = false;
      return;
    }
    this.asleep = true;
    this.#clock.attention();
  }

  /** Priority of the code that runs, PRIMASK aside. */
  #running(): number {
    return this.#core.IPSR === 0 ? LOWEST_PRIORITY : this.#priority(this.#core.IPSR);
  }

  #priority(exception: number): number {
    return exception === 0 ? LOWEST_PRIORITY : this.#core.exceptionPriority(exception);
  }

  /** The exception to take first among those that wait: lowest priority number, then lowest number. */
  #waiting(): number {
    const core = this.#core;
    if (core.pendingNMI) return NMI;
    const interrupts = core.pendingInterrupts & core.enabledInterrupts;
    if (!interrupts && !core.pendingSVCall && !core.pendingPendSV && !core.pendingSystick) return 0;
    let found = 0;
    let best = LOWEST_PRIORITY;
    const consider = (exception: number) => {
      const priority = core.exceptionPriority(exception);
      if (priority < best) {
        best = priority;
        found = exception;
      }
    };
    if (core.pendingSVCall) consider(SV_CALL);
    if (core.pendingPendSV) consider(PEND_SV);
    if (core.pendingSystick) consider(SYS_TICK);
    for (let left = interrupts; left !== 0; left &= left - 1) {
      consider(FIRST_INTERRUPT + 31 - Math.clz32(left & -left));
    }
    return found;
  }

  /** Enter the exception that waits, if it may be entered. */
  #take(): boolean {
    const core = this.#core;
    if (this.#faulted) {
      this.#faulted = false;
      const hopeless = core.IPSR === HARD_FAULT || core.IPSR === NMI;
      this.locked_up = this.asleep = hopeless;
      if (!hopeless) this.#enter(HARD_FAULT);
      return true;
    }
    const exception = this.#waiting();
    if (exception === 0) return false;
    // PRIMASK raises the running code to priority 0, which masks all but NMI and HardFault.
    const running = Math.min(this.#running(), core.PM ? 0 : LOWEST_PRIORITY);
    if (this.#priority(exception) >= running) return false;
    if (exception === NMI) core.pendingNMI = false;
    else if (exception === SV_CALL) core.pendingSVCall = false;
    else if (exception === PEND_SV) core.pendingPendSV = false;
    else if (exception === SYS_TICK) core.pendingSystick = false;
    else core.pendingInterrupts &= ~(1 << (exception - FIRST_INTERRUPT));
    this.#enter(exception);
    return true;
  }

  /** item "interrupt-entry" (DDI 0419, B1.5.6) */
  #enter(exception: number): void {
    const core = this.#core;
    const r = this.#r;
    const in_handler = core.currentMode === 1;
    const on_process_stack = core.SPSEL === 1 && !in_handler;
    const padded = (r[SP]! & 4) !== 0;
    const frame = (r[SP]! - 0x20) & ~7;
    const status = this.#thumb.flags | (1 << 24) | (padded ? 1 << 9 : 0) | core.IPSR;
    const saved = [r[0]!, r[1]!, r[2]!, r[3]!, r[12]!, r[LR]!, r[PC]!, status];
    for (let i = 0; i < 8; i++) this.#bus.store32(frame + 4 * i, saved[i]!);
    r[SP] = frame;
    r[LR] = in_handler ? 0xfffffff1 : on_process_stack ? 0xfffffffd : 0xfffffff9;
    core.currentMode = 1;
    core.IPSR = exception;
    core.switchStack(0);
    core.eventRegistered = true;
    if (exception >= FIRST_INTERRUPT) this.#active |= 1 << (exception - FIRST_INTERRUPT);
    r[PC] = this.#bus.load32((core.VTOR + 4 * exception) | 0) & ~1;
    this.#clock.cycles += ENTRY_CYCLES;
  }

  /** item "interrupt-exit" (DDI 0419, B1.5.8) */
  #leave(code: number): void {
    const core = this.#core;
    const r = this.#r;
    const bit = core.IPSR >= FIRST_INTERRUPT ? 1 << (core.IPSR - FIRST_INTERRUPT) : 0;
    this.#active &= ~bit;
    core.pendingInterrupts |= this.#lines & bit; // the signal is still high
    const to_thread = (code & 8) !== 0;
    core.switchStack(to_thread && code & 4 ? 1 : 0);
    core.currentMode = to_thread ? 0 : 1;
    const frame = r[SP]!;
    const word = (index: number) => this.#bus.load32(frame + 4 * index);
    for (let i = 0; i < 4; i++) r[i] = word(i);
    r[12] = word(4);
    r[LR] = word(5);
    r[PC] = word(6) & ~1;
    const status = word(7);
    r[SP] = (frame + 0x20) | (status & (1 << 9) ? 4 : 0);
    this.#thumb.flags = status;
    core.IPSR = status & 0x3f;
    core.eventRegistered = true;
    this.#clock.cycles += EXIT_CYCLES;
    this.#clock.attention();
    if (to_thread && this.control & SLEEP_ON_EXIT) this.#fallAsleep(false);
  }
}
