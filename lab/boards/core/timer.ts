// Mends avr8js's timers: events only where something happens instead of at every tick, flags raised
// and cleared as the chip does, a prescaler that runs freely, and input capture for Timer1.
// Datasheet sections 15 to 18.
import { AVRTimer, type AVRTimerConfig, type CPU, timer2Config } from 'avr8js';

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
  compA: number;
  compB: number;
  count: (reschedule?: boolean, external?: boolean) => void;
  timerUpdated: (value: number, previous: number) => void;
  updateCompPin(compare: number, pin: 'A' | 'B'): void;
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
const GTCCR = 0x43;
const RESET_PRESCALER_01 = 0x01; // PSRSYNC
const RESET_PRESCALER_2 = 0x02; // PSRASY

export class Timer {
  readonly #cpu: CPU;
  readonly #config: AVRTimerConfig;
  readonly #inside: Insides;
  readonly #capture: Flag;
  #prescaler_zero_cycle = 0;

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
    this.#missTop();
    this.#matchWhenLeft();
    this.#countLazily();
    this.#clearFlagsOneByOne();
    this.#resetPrescaler();
  }

  /** item "missed-top": a counter beyond TOP never meets it and runs on to its end (16.9.2). */
  #missTop(): void {
    const inside = this.#inside;
    const end = this.#config.bits === 16 ? 0xffff : 0xff;
    const top = Object.getOwnPropertyDescriptor(AVRTimer.prototype, 'TOP')?.get;
    if (!top) throw new Error('avr8js has changed: its timer has no TOP');
    Object.defineProperty(inside, 'TOP', {
      get: () => {
        const value = top.call(inside) as number;
        return inside.tcnt > value ? end : value;
      },
    });
  }

  /**
   * item "compare-flag": the flag rises, and the pin changes, one tick after the counter has reached
   * the value: with the step that leaves it (section 15.8, figure 15-10).
   */
  #matchWhenLeft(): void {
    const inside = this.#inside;
    const cpu = this.#cpu;
    let written = false;
    inside.timerUpdated = (value, previous) => {
      const turn = inside.TOP + 1;
      const steps = value > previous ? value - previous : value - previous + turn;
      // A written value is compared only after its tick: writing blocks a match (section 16.7.2).
      const first = written ? 1 : 0;
      written = false;
      const left = (match: number) => {
        const after = (match - previous + turn) % turn;
        return match < turn && after >= first && after < steps;
      };
      if (left(inside.ocrA)) {
        cpu.setInterruptFlag(inside.OCFA);
        if (inside.compA) inside.updateCompPin(inside.compA, 'A');
      }
      if (left(inside.ocrB)) {
        cpu.setInterruptFlag(inside.OCFB);
        if (inside.compB) inside.updateCompPin(inside.compB, 'B');
      }
    };
    const { TCNT } = this.#config;
    const write = cpu.writeHooks[TCNT]!;
    const update = inside.timerUpdated;
    cpu.writeHooks[TCNT] = (value, old, address, mask) => {
      inside.timerUpdated = () => {}; // avr8js reports the written value as a step
      const done = write(value, old, address, mask);
      inside.timerUpdated = update;
      written = true;
      return done;
    };
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
      const untilLeft = (match: number) => {
        const ticks = (match + 1 - tcnt) % turn;
        return ticks > 0 ? ticks : ticks + turn;
      };
      return Math.max(1, Math.min(turn - tcnt, untilLeft(inside.ocrA), untilLeft(inside.ocrB)));
    };
    /** Until here the counter only counts; 0 where nothing is planned. */
    let planned_cycle = 0;
    const plan = () => {
      planned_cycle = inside.lastCycle + ticksToNext() * inside.divider;
      cpu.addClockEvent(inside.count, planned_cycle - cpu.cycles);
    };
    inside.count = (reschedule = true, external = false) => {
      const divider_changes = inside.updateDivider;
      step(false, external);
      if (divider_changes && inside.divider) {
        // item "prescaler-phase": the prescaler has been running; only its tap was chosen now
        inside.lastCycle -= (cpu.cycles - this.#prescaler_zero_cycle) % inside.divider;
        while (cpu.clearClockEvent(inside.count)); // planned by avr8js
        plan();
      } else if (reschedule && inside.divider) plan();
      if (inside.divider === 0) planned_cycle = 0;
    };
    const { OCRA, OCRB, TCNT, bits } = this.#config;
    const readSlowly = cpu.readHooks[TCNT]!;
    cpu.readHooks[TCNT] = address => {
      const { lastCycle, divider, tcnt } = inside;
      const changes = inside.tcntUpdated || inside.updateDivider || cpu.cycles >= planned_cycle;
      if (changes) return readSlowly(address);
      const value = tcnt + Math.floor((cpu.cycles - lastCycle) / divider);
      if (bits === 16) cpu.data[address + 1] = value >> 8;
      cpu.data[address] = value;
      return value & 0xff;
    };
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

  /** item "prescaler-phase": GTCCR (section 17.2); Timer2 has a prescaler of its own. */
  #resetPrescaler(): void {
    const cpu = this.#cpu;
    const inside = this.#inside;
    const mine = this.#config.TCCRB === timer2Config.TCCRB ? RESET_PRESCALER_2 : RESET_PRESCALER_01;
    const reset = () => {
      inside.count(false);
      this.#prescaler_zero_cycle = inside.lastCycle = cpu.cycles;
      cpu.data[GTCCR]! &= ~mine;
      // Counting again plans the next event from here.
      if (cpu.clearClockEvent(inside.count)) inside.count();
    };
    const others = cpu.writeHooks[GTCCR];
    cpu.writeHooks[GTCCR] = (value, old, address, mask) => {
      if (value & mine) cpu.addClockEvent(reset, 0); // at the end of the instruction
      return others?.(value, old, address, mask);
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
