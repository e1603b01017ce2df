// Mends avr8js's timers: events only where something happens instead of at every tick, flags cleared
// one by one, and input capture for Timer1. Datasheet sections 15, 16 and 18.
import { AVRTimer, type AVRTimerConfig, type CPU } from 'avr8js';

/** What avr8js's timer keeps to itself. */
interface Insides {
  lastCycle: number;
  divider: number;
  tcnt: number;
  tcntUpdated: boolean;
  updateDivider: boolean;
  timerMode: number;
  ocrA: number;
  ocrB: number;
  readonly TOP: number;
  count: (reschedule?: boolean, external?: boolean) => void;
  readonly OVF: Flag;
  readonly OCFA: Flag;
  readonly OCFB: Flag;
}
interface Flag {
  readonly address: number;
  readonly flagRegister: number;
  readonly flagMask: number;
  readonly enableRegister: number;
  readonly enableMask: number;
}

/** avr8js's timer modes in which the counter runs up and down: left to it, tick by tick. */
const PHASE_CORRECT = 1;
const PHASE_AND_FREQUENCY_CORRECT = 4;
const CAPTURE_FLAG = 0x20; // ICF1 in TIFR1 and ICIE1 in TIMSK1
const CAPTURE_RISING = 0x40; // ICES1 in TCCR1B

export class Timer {
  readonly #cpu: CPU;
  readonly #config: AVRTimerConfig;
  readonly #inside: Insides;
  readonly #capture: Flag;

  constructor(cpu: CPU, config: AVRTimerConfig) {
    this.#cpu = cpu;
    this.#config = config;
    this.#inside = new AVRTimer(cpu, config) as unknown as Insides;
    this.#capture = {
      address: config.captureInterrupt,
      flagRegister: config.TIFR,
      flagMask: CAPTURE_FLAG,
      enableRegister: config.TIMSK,
      enableMask: CAPTURE_FLAG,
    };
    this.#countLazily();
    this.#clearFlagsOneByOne();
  }

  /** item "timer-events" */
  #countLazily(): void {
    const inside = this.#inside;
    const cpu = this.#cpu;
    const step = inside.count;
    const ticksToNext = () => {
      const { tcnt, TOP, timerMode } = inside;
      if (timerMode === PHASE_CORRECT || timerMode === PHASE_AND_FREQUENCY_CORRECT) return 1;
      const turn = TOP + 1;
      const until = (match: number) => {
        const ticks = (match - tcnt) % turn;
        return ticks > 0 ? ticks : ticks + turn;
      };
      return Math.max(1, Math.min(turn - tcnt, until(inside.ocrA), until(inside.ocrB)));
    };
    const plan = () => {
      const at = inside.lastCycle + ticksToNext() * inside.divider;
      cpu.addClockEvent(inside.count, at - cpu.cycles);
    };
    inside.count = (reschedule = true, external = false) => {
      const divider_changes = inside.updateDivider;
      step(false, external);
      // A change of the divider plans an event of its own.
      if (reschedule && inside.divider && !divider_changes) plan();
    };
    const { OCRA, OCRB } = this.#config;
    for (const register of [OCRA, OCRB]) {
      const write = cpu.writeHooks[register]!;
      cpu.writeHooks[register] = (value, old, address, mask) => {
        inside.count(false);
        const done = write(value, old, address, mask);
        if (cpu.clearClockEvent(inside.count)) plan();
        return done;
      };
    }
  }

  /** item "timer-flags" */
  #clearFlagsOneByOne(): void {
    const cpu = this.#cpu;
    const { TIFR, TIMSK } = this.#config;
    const { OVF, OCFA, OCFB } = this.#inside;
    const flags = [OVF, OCFA, OCFB];
    if (this.#config.captureInterrupt) flags.push(this.#capture);
    cpu.writeHooks[TIFR] = value => {
      for (const flag of flags) if (value & flag.flagMask) cpu.clearInterrupt(flag);
      return true;
    };
    const writeMask = cpu.writeHooks[TIMSK]!;
    cpu.writeHooks[TIMSK] = (value, old, address, mask) => {
      if (this.#config.captureInterrupt) cpu.updateInterruptEnable(this.#capture, value);
      return writeMask(value, old, address, mask);
    };
  }

  /** item "input-capture": an edge on the capture pin at cycle `at` (section 16.6). */
  edge(rising: boolean, at: number): void {
    const { TCCRB, ICR } = this.#config;
    const cpu = this.#cpu;
    const inside = this.#inside;
    if (((cpu.data[TCCRB]! & CAPTURE_RISING) !== 0) !== rising || !inside.divider) return;
    inside.count(false);
    // The instruction under way may have carried the clock past the edge.
    const ticks_since = Math.max(0, Math.ceil((inside.lastCycle - at) / inside.divider));
    const captured = (inside.tcnt - ticks_since) & 0xffff;
    cpu.data[ICR] = captured & 0xff;
    cpu.data[ICR + 1] = captured >> 8;
    cpu.setInterruptFlag(this.#capture);
  }
}
