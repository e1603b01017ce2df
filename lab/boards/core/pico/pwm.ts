// The PWM slices (RP2040 datasheet, chapter "PWM"), in place of rp2040js's: counters are computed when
// they are looked at, exactly, and wraps become events only where someone waits for them. A slice at
// clk/1 is a cycle counter. Items as named in fidelity.ts.
import type { Device } from './bus.ts';
import { type Clock, Plan } from './clock.ts';

const SLICES = 8;
const SLICE_BYTES = 0x14;
const EN = 0xa0;
const INTR = 0xa4;
const INTE = 0xa8;
const INTF = 0xac;
const INTS = 0xb0;
// Bits of CSR
const ENABLE = 1;
const PHASE_CORRECT = 2;
const A_INVERTED = 4;
const B_INVERTED = 8;
const DIVMODE = 0x30;
const RETARD = 1 << 6;
const ADVANCE = 1 << 7;
const STROBES = RETARD | ADVANCE;

export interface PwmWires {
  setInterrupt(high: boolean): void;
  /** One DREQ pulse of this slice. */
  request(slice: number): void;
  /** Does the DMA wait for this slice's wrap? */
  requested(slice: number): boolean;
}

class Slice {
  csr = 0;
  /** The divider in sixteenths. */
  div = 16;
  cc = 0;
  top = 0xffff;
  /** What a program has written, in force from the next wrap on (datasheet, "Double Buffering"). */
  next_cc = 0;
  next_top = 0xffff;
  /** The counter stood at `origin_count` at this cycle: a multiple of 1/16, so exact. */
  origin_cycle = 0;
  origin_count = 0;

  get running(): boolean {
    return (this.csr & (ENABLE | DIVMODE)) === ENABLE;
  }

  /** Counts from one wrap to the next. */
  get period(): number {
    return this.csr & PHASE_CORRECT ? Math.max(1, 2 * this.top) : this.top + 1;
  }

  /** Cycle at which the count that now runs wraps. */
  get wrap_cycle(): number {
    // A counter beyond a lowered top runs on to 16 bits.
    const limit = this.origin_count >= this.period ? 0x1_0000 : this.period;
    return this.origin_cycle + ((limit - this.origin_count) * this.div) / 16;
  }

  /** The count at `cycle`, which lies before the next wrap. */
  count(cycle: number): number {
    if (!this.running) return this.origin_count;
    return this.origin_count + Math.floor(((cycle - this.origin_cycle) * 16) / this.div);
  }
}

export class Pwm implements Device {
  /** rp2040js asks its own slices to follow clk_sys; there are none. */
  readonly channels: readonly never[] = [];
  readonly gpioDirection = 0xffff_ffff;
  readonly #clock: Clock;
  readonly #wires: PwmWires;
  readonly #slices = Array.from({ length: SLICES }, () => new Slice());
  readonly #plans: readonly Plan[];
  #raw = 0;
  #enable = 0;
  #force = 0;

  constructor(clock: Clock, wires: PwmWires) {
    this.#clock = clock;
    this.#wires = wires;
    this.#plans = this.#slices.map((_, index) => new Plan(() => this.#wrapped(index)));
  }

  reset(): void {
    for (const slice of this.#slices) Object.assign(slice, new Slice());
    for (const plan of this.#plans) this.#clock.cancel(plan);
    this.#raw = this.#enable = this.#force = 0;
    this.#signal();
  }

  /** Bring a slice up to the present cycle. */
  #sync(slice: Slice, index: number): void {
    const now = this.#clock.now;
    if (!slice.running) return;
    while (slice.wrap_cycle <= now) {
      slice.origin_cycle = slice.wrap_cycle;
      slice.origin_count = 0;
      slice.cc = slice.next_cc;
      slice.top = slice.next_top;
      this.#raw |= 1 << index;
      const turn = (slice.period * slice.div) / 16;
      slice.origin_cycle += Math.floor((now - slice.origin_cycle) / turn) * turn;
    }
  }

  /** Hold the count as it is now, so that its rate may change. */
  #hold(slice: Slice): void {
    slice.origin_count = slice.count(this.#clock.now);
    slice.origin_cycle = this.#clock.now;
  }

  #wrapped(index: number): void {
    const slice = this.#slices[index]!;
    this.#sync(slice, index);
    if (this.#wires.requested(index)) this.#wires.request(index);
    this.#plan(index);
    this.#signal();
  }

  #plan(index: number): void {
    const slice = this.#slices[index]!;
    const plan = this.#plans[index]!;
    const wanted = this.#enable & (1 << index) || this.#wires.requested(index);
    if (wanted && slice.running) this.#clock.plan(plan, slice.wrap_cycle);
    else this.#clock.cancel(plan);
  }

  /** The DMA waits for other requests now. */
  planAll(): void {
    for (let index = 0; index < SLICES; index++) {
      this.#sync(this.#slices[index]!, index);
      this.#plan(index);
    }
  }

  /** Levels of the outputs, a bit per pin: A on even pins, B on odd ones, twice. */
  get gpioValue(): number {
    let levels = 0;
    this.#slices.forEach((slice, index) => {
      this.#sync(slice, index);
      const raw = slice.count(this.#clock.now);
      const count = raw > slice.top ? 2 * slice.top - raw : raw;
      const a = count < (slice.cc & 0xffff) !== ((slice.csr & A_INVERTED) !== 0);
      const b = count < slice.cc >>> 16 !== ((slice.csr & B_INVERTED) !== 0);
      levels |= ((a ? 1 : 0) | (b ? 2 : 0)) << (2 * index);
    });
    return levels | (levels << 16);
  }

  /** rp2040js tells of an input's change; slices that count edges of input B are not made here. */
  gpioOnInput(): void {}

  read(offset: number): number {
    if (offset < EN) {
      const index = Math.floor(offset / SLICE_BYTES);
      return this.#readSlice(this.#slices[index]!, index, offset - index * SLICE_BYTES);
    }
    switch (offset) {
      case EN:
        return this.#slices.reduce((bits, slice, index) => bits | ((slice.csr & 1) << index), 0);
      case INTR:
      case INTS:
        this.#slices.forEach((slice, index) => {
          this.#sync(slice, index);
        });
        return offset === INTR ? this.#raw : (this.#raw & this.#enable) | this.#force;
      case INTE:
        return this.#enable;
      case INTF:
        return this.#force;
      default:
        return 0;
    }
  }

  #readSlice(slice: Slice, index: number, register: number): number {
    switch (register) {
      case 0x00:
        return slice.csr;
      case 0x04:
        return slice.div & 0xfff;
      case 0x08: {
        this.#sync(slice, index);
        const count = slice.count(this.#clock.now);
        const falls = slice.csr & PHASE_CORRECT && count > slice.top;
        return (falls ? 2 * slice.top - count : count) & 0xffff;
      }
      case 0x0c:
        return slice.next_cc;
      default:
        return slice.next_top;
    }
  }

  write(offset: number, value: number, raw: number): void {
    if (offset < EN) {
      const index = Math.floor(offset / SLICE_BYTES);
      const slice = this.#slices[index]!;
      this.#sync(slice, index);
      this.#writeSlice(slice, offset - index * SLICE_BYTES, value);
      this.#plan(index);
      return;
    }
    // INTR and the slices share the present cycle.
    this.#slices.forEach((slice, index) => {
      this.#sync(slice, index);
      if (offset === EN) this.#setControl(slice, (slice.csr & ~ENABLE) | ((value >> index) & 1));
    });
    if (offset === INTR) this.#raw &= ~raw;
    else if (offset === INTE) this.#enable = value & 0xff;
    else if (offset === INTF) this.#force = value & 0xff;
    this.planAll();
    this.#signal();
  }

  #writeSlice(slice: Slice, register: number, value: number): void {
    switch (register) {
      case 0x00:
        this.#setControl(slice, value);
        break;
      case 0x04:
        this.#hold(slice);
        slice.div = value & 0xfff;
        if (slice.div < 16) slice.div += 0x1000; // integer part 0 divides by 256
        break;
      case 0x08:
        slice.origin_count = value & 0xffff;
        slice.origin_cycle = this.#clock.now;
        break;
      case 0x0c:
        slice.next_cc = value;
        if (!slice.running) slice.cc = value;
        break;
      case 0x10:
        slice.next_top = value & 0xffff;
        if (!slice.running) slice.top = slice.next_top;
        break;
    }
  }

  #setControl(slice: Slice, value: number): void {
    this.#hold(slice);
    if (value & ADVANCE && slice.running) slice.origin_count++;
    if (value & RETARD && slice.running) slice.origin_count--;
    slice.csr = value & 0xff & ~STROBES;
  }

  #signal(): void {
    this.#wires.setInterrupt(((this.#raw & this.#enable) | this.#force) !== 0);
  }
}
