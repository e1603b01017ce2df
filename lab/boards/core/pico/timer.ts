// The microsecond timer with its four alarms, and the watchdog's tick that it counts (RP2040
// datasheet, chapters "Timer" and "Watchdog"), in place of rp2040js's: no tick, no time. Items as
// named in fidelity.ts.
import type { Device } from './bus.ts';
import { type Clock, Plan } from './clock.ts';

const ALARMS = 4;
const WRAP = 2 ** 32;
const TICK_ENABLE = 1 << 9;
const TICK_RUNNING = 1 << 10;

/** WATCHDOG: the tick generator and the scratch registers. It never bites here. */
export class Watchdog implements Device {
  /** Cycles of clk_ref per tick; 0 while off. */
  tick_cycles = 0;
  onTick: () => void = () => {};
  readonly #scratch = new Uint32Array(8);
  #tick = 0;

  read(offset: number): number {
    if (offset === 0x2c) return this.#tick | (this.#tick & TICK_ENABLE ? TICK_RUNNING : 0);
    return offset >= 0x0c && offset <= 0x28 ? this.#scratch[(offset - 0x0c) >> 2]! : 0;
  }

  write(offset: number, value: number): void {
    if (offset >= 0x0c && offset <= 0x28) this.#scratch[(offset - 0x0c) >> 2] = value;
    if (offset !== 0x2c) return;
    this.#tick = value & 0x3ff;
    this.tick_cycles = this.#tick & TICK_ENABLE ? this.#tick & 0x1ff : 0;
    this.onTick();
  }
}

export interface TimerWires {
  setInterrupt(alarm: number, high: boolean): void;
  /** Cycles of clk_sys per tick; 0 while there is none. */
  tickCycles(): number;
}

export class Timer implements Device {
  readonly #clock: Clock;
  readonly #wires: TimerWires;
  /** `#origin_us` ticks had been counted at `#origin_cycle`, at `#period` cycles each. */
  #origin_us = 0;
  #origin_cycle = 0;
  #period = 0;
  #paused = false;
  #latched = 0;
  #written_low = 0;
  readonly #targets = new Float64Array(ALARMS);
  readonly #plans: readonly Plan[];
  #armed = 0;
  #raw = 0;
  #enable = 0;
  #force = 0;

  constructor(clock: Clock, wires: TimerWires) {
    this.#clock = clock;
    this.#wires = wires;
    this.#plans = Array.from({ length: ALARMS }, (_, alarm) => new Plan(() => this.#ring(alarm)));
  }

  reset(): void {
    this.#setTime(0);
    this.#armed = this.#raw = this.#enable = this.#force = 0;
    this.#paused = false;
    this.tickChanged();
    this.#signal();
  }

  /** Microseconds counted. */
  #now(): number {
    if (this.#period === 0) return this.#origin_us;
    return this.#origin_us + Math.floor((this.#clock.now - this.#origin_cycle) / this.#period);
  }

  #setTime(us: number): void {
    this.#origin_us = us;
    this.#origin_cycle = this.#clock.now;
  }

  /** The tick, clk_ref or clk_sys has changed: count on from here. */
  tickChanged(): void {
    const period = this.#paused ? 0 : this.#wires.tickCycles();
    if (period !== this.#period) this.#setTime(this.#now());
    this.#period = period;
    this.#plans.forEach((_, alarm) => {
      this.#plan(alarm);
    });
  }

  /** An alarm rings when the low word equals its own (datasheet, "Alarms"). */
  #plan(alarm: number): void {
    const plan = this.#plans[alarm]!;
    this.#clock.cancel(plan);
    if ((this.#armed & (1 << alarm)) === 0 || this.#period === 0) return;
    const us = this.#now();
    const ahead = (((this.#targets[alarm]! - us) % WRAP) + WRAP) % WRAP;
    const ticks = us + ahead - this.#origin_us;
    this.#clock.plan(plan, this.#origin_cycle + ticks * this.#period);
  }

  #ring(alarm: number): void {
    this.#armed &= ~(1 << alarm);
    this.#raw |= 1 << alarm;
    this.#signal();
  }

  read(offset: number): number {
    const us = this.#now();
    switch (offset) {
      case 0x08:
        return this.#latched;
      case 0x0c:
        this.#latched = Math.floor(us / WRAP);
        return us % WRAP;
      case 0x10:
      case 0x14:
      case 0x18:
      case 0x1c:
        return this.#targets[(offset - 0x10) >> 2]!;
      case 0x20:
        return this.#armed;
      case 0x24:
        return Math.floor(us / WRAP);
      case 0x28:
        return us % WRAP;
      case 0x30:
        return this.#paused ? 1 : 0;
      case 0x34:
        return this.#raw;
      case 0x38:
        return this.#enable;
      case 0x3c:
        return this.#force;
      case 0x40:
        return (this.#raw & this.#enable) | this.#force;
      default:
        return 0;
    }
  }

  write(offset: number, value: number, raw: number): void {
    switch (offset) {
      case 0x00:
        this.#setTime(value * WRAP + this.#written_low);
        this.tickChanged();
        break;
      case 0x04:
        this.#written_low = value;
        break;
      case 0x10:
      case 0x14:
      case 0x18:
      case 0x1c: {
        const alarm = (offset - 0x10) >> 2;
        this.#targets[alarm] = value;
        this.#armed |= 1 << alarm;
        this.#plan(alarm);
        break;
      }
      case 0x20:
        this.#armed &= ~raw;
        for (let alarm = 0; alarm < ALARMS; alarm++) this.#plan(alarm);
        break;
      case 0x30:
        this.#paused = (value & 1) !== 0;
        this.tickChanged();
        break;
      case 0x34:
        this.#raw &= ~raw;
        break;
      case 0x38:
        this.#enable = value & 15;
        break;
      case 0x3c:
        this.#force = value & 15;
        break;
    }
    this.#signal();
  }

  #signal(): void {
    const high = (this.#raw & this.#enable) | this.#force;
    for (let alarm = 0; alarm < ALARMS; alarm++) {
      this.#wires.setInterrupt(alarm, (high & (1 << alarm)) !== 0);
    }
  }
}
