// The processor's private bus: SysTick and the system control register are ours, the interrupt
// controller's registers rp2040js's. ARMv6-M architecture reference manual (DDI 0419), chapter B3.
import type { RP2040 } from 'rp2040js';
import type { Device } from './bus.ts';
import { type Clock, Plan } from './clock.ts';
import type { Processor } from './processor.ts';

const SYST_CSR = 0x10;
const SYST_RVR = 0x14;
const SYST_CVR = 0x18;
const SYST_CALIB = 0x1c;
const NVIC_ICPR = 0x280;
const SCR = 0xd10;
const ENABLE = 1;
const TICKINT = 2;
const PROCESSOR_CLOCK = 4;
const COUNTFLAG = 1 << 16;

export class PrivateBus implements Device {
  /** Set right after the processor is made. */
  processor!: Processor;
  /** Cycles of clk_sys per tick of the reference: the watchdog's microsecond; 0 while off. */
  tickCycles: () => number = () => 0;
  readonly #chip: RP2040;
  readonly #clock: Clock;
  #csr = 0;
  #reload = 0;
  /** While on: the counter reaches 0 next at this cycle, and shows 0 until that one. */
  #zero_cycle = Number.POSITIVE_INFINITY;
  #zero_until = 0;
  /** While off: where it stands. */
  #stands = 0;
  #counted = false;
  readonly #reached = new Plan(() => this.#sync());

  constructor(chip: RP2040, clock: Clock) {
    this.#chip = chip;
    this.#clock = clock;
  }

  get #scale(): number {
    return this.#csr & PROCESSOR_CLOCK ? 1 : Math.max(1, this.tickCycles());
  }

  /** item "systick": carry the counter on to the present cycle. */
  #sync(): void {
    const now = this.#clock.now;
    if ((this.#csr & ENABLE) === 0 || now < this.#zero_cycle) return;
    this.#counted = true;
    if (this.#csr & TICKINT) {
      this.#chip.core.pendingSystick = true;
      this.#clock.attention();
    }
    const turn = (this.#reload + 1) * this.#scale;
    const turns = this.#reload > 0 ? Math.floor((now - this.#zero_cycle) / turn) : 0;
    this.#turnFrom(this.#zero_cycle + turns * turn);
  }

  /** The counter shows 0 from `cycle` on for one tick, then reloads; without a reload it stays at 0. */
  #turnFrom(cycle: number): void {
    const scale = this.#scale;
    this.#zero_until = cycle + scale;
    this.#countTo(
      this.#reload > 0 ? this.#zero_until + this.#reload * scale : Number.POSITIVE_INFINITY,
    );
  }

  #countTo(zero_cycle: number): void {
    this.#zero_cycle = zero_cycle;
    const rings = (this.#csr & TICKINT) !== 0 && zero_cycle !== Number.POSITIVE_INFINITY;
    if (rings) this.#clock.plan(this.#reached, zero_cycle);
    else this.#clock.cancel(this.#reached);
  }

  #value(): number {
    if ((this.#csr & ENABLE) === 0) return this.#stands;
    this.#sync();
    const { now } = this.#clock;
    if (now < this.#zero_until || this.#zero_cycle === Number.POSITIVE_INFINITY) return 0;
    return Math.ceil((this.#zero_cycle - now) / this.#scale);
  }

  /** Go on from `value`, or stand there. */
  #startFrom(value: number): void {
    this.#clock.cancel(this.#reached);
    this.#stands = value;
    if ((this.#csr & ENABLE) === 0) return;
    const { now } = this.#clock;
    this.#zero_until = 0;
    if (value > 0) this.#countTo(now + value * this.#scale);
    else this.#turnFrom(now);
  }

  read(offset: number): number {
    switch (offset) {
      case SYST_CSR: {
        this.#sync();
        const flag = this.#counted ? COUNTFLAG : 0;
        this.#counted = false;
        return flag | this.#csr;
      }
      case SYST_RVR:
        return this.#reload;
      case SYST_CVR:
        return this.#value();
      case SYST_CALIB:
        return 0x270f;
      case SCR:
        return this.processor.control;
      default:
        return this.#chip.ppb.readUint32(offset);
    }
  }

  write(offset: number, value: number): void {
    switch (offset) {
      case SYST_CSR: {
        const value_now = this.#value();
        this.#csr = value & 7;
        this.#startFrom(value_now);
        break;
      }
      case SYST_RVR: {
        const value_now = this.#value();
        this.#reload = value & 0xffffff;
        this.#startFrom(value_now);
        break;
      }
      case SYST_CVR: // any value clears it, and the flag
        this.#value();
        this.#counted = false;
        this.#startFrom(0);
        break;
      case SCR:
        this.processor.control = value & 0x16;
        break;
      case NVIC_ICPR:
        this.processor.clearPending(value);
        break;
      default:
        this.#chip.ppb.writeUint32(offset, value);
    }
    this.#clock.attention(); // priorities, enables or pending bits may have changed
  }
}
