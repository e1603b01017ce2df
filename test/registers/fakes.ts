// Devices in memory, made of their descriptions and not of our code for them: a register file whose reads
// and writes do what the description says. They can vanish at any access, as an unplugged device does.
import type { Registers } from '../../lab/registers/access.ts';

/** Reads as all ones from the access on that `vanishes_at` counts to. */
abstract class FakeRegisters implements Registers {
  abstract readonly length: number;
  accesses = 0;
  vanishes_at = Number.POSITIVE_INFINITY;
  /** What a bus reads as where nobody answers: all ones on most, nought on some. */
  absent = -1;

  get gone(): boolean {
    return this.accesses >= this.vanishes_at;
  }

  protected touch(): boolean {
    return this.accesses++ < this.vanishes_at;
  }

  abstract load32(at: number): number;
  abstract store32(at: number, value: number): void;
  abstract load8(at: number): number;
  abstract store8(at: number, value: number): void;
  free(): void {}
}

/** edu as qemu.org/docs/master/specs/edu.html describes it; a computation takes `work` questions. */
export class FakeEdu extends FakeRegisters {
  readonly length = 2 ** 20;
  work = 3;
  interrupts = 0;
  interrupt_status = 0;
  #liveness = 0;
  #value = 0;
  #left = 0;
  #interrupting = false;

  load32(at: number): number {
    if (!this.touch()) return this.absent;
    switch (at) {
      case 0x00:
        return 0x0100_00ed;
      case 0x04:
        return this.#liveness;
      case 0x08:
        return this.#value;
      case 0x20:
        return this.#status();
      case 0x24:
        return this.interrupt_status;
      default:
        return -1;
    }
  }

  #status(): number {
    if (this.#left > 0 && --this.#left === 0) this.#finish();
    return (this.#left > 0 ? 0x01 : 0) | (this.#interrupting ? 0x80 : 0);
  }

  #finish(): void {
    let product = 1n;
    for (let n = BigInt(this.#value >>> 0); n > 1n; n--) product = (product * n) & 0xffff_ffffn;
    this.#value = Number(product) | 0;
    if (this.#interrupting) this.#raise(1);
  }

  /** The time of a computation passes without a question. */
  finish(): void {
    if (this.#left > 0) {
      this.#left = 0;
      this.#finish();
    }
  }

  #raise(bits: number): void {
    this.interrupt_status |= bits;
    this.interrupts++;
  }

  store32(at: number, value: number): void {
    if (!this.touch()) return;
    if (at === 0x04) this.#liveness = ~value;
    // While it computes it takes no other number.
    else if (at === 0x08 && this.#left === 0) {
      this.#value = value;
      this.#left = this.work;
    } else if (at === 0x20) this.#interrupting = (value & 0x80) !== 0;
    else if (at === 0x60) this.#raise(value);
    else if (at === 0x64) this.interrupt_status &= ~value;
  }

  /** Single bytes are no accesses of this device's. */
  load8(): number {
    return this.touch() ? 0 : 0xff;
  }

  store8(): void {
    this.touch();
  }
}

const QUEUE = 16;
const TRIGGERS = [1, 4, 8, 14];

/** A 16550 by its data sheet. In the loop a byte arrives after `travel` further accesses. */
export class FakeUart extends FakeRegisters {
  readonly length = 8;
  travel = 0;
  /** The next byte to arrive finds the queue full. */
  overrun = false;
  readonly #transit: { byte: number; at: number }[] = [];
  readonly #received: number[] = [];
  #interrupt_enable = 0;
  #fifo_control = 0;
  #line_control = 0;
  #modem_control = 0;
  #scratch = 0;
  #divisor = 0;
  #faults = 0;

  load32(): number {
    return this.touch() ? -1 : -1;
  }

  store32(): void {
    this.touch();
  }

  protected override touch(): boolean {
    const there = super.touch();
    while (this.#transit.length > 0 && this.#transit[0]!.at <= this.accesses) {
      const { byte } = this.#transit.shift()!;
      if (this.overrun || this.#received.length === QUEUE) this.#faults |= 0x02;
      else this.#received.push(byte);
      this.overrun = false;
    }
    return there;
  }

  get #divisorShown(): boolean {
    return (this.#line_control & 0x80) !== 0;
  }

  load8(at: number): number {
    if (!this.touch()) return 0xff;
    if (at === 0) return this.#divisorShown ? this.#divisor & 0xff : (this.#received.shift() ?? 0);
    if (at === 1) return this.#divisorShown ? this.#divisor >> 8 : this.#interrupt_enable;
    if (at === 2) return (this.wantsInterrupt ? 0x04 : 0x01) | (this.#fifo_control & 1 ? 0xc0 : 0);
    if (at === 3) return this.#line_control;
    if (at === 4) return this.#modem_control;
    if (at === 5) {
      const faults = this.#faults;
      this.#faults = 0;
      return (this.#received.length > 0 ? 1 : 0) | faults | 0x60;
    }
    return at === 7 ? this.#scratch : 0;
  }

  /** Received data wants an interrupt: as many as the trigger says are there. */
  get wantsInterrupt(): boolean {
    const trigger = TRIGGERS[this.#fifo_control >> 6]!;
    return (this.#interrupt_enable & 1) !== 0 && this.#received.length >= trigger;
  }

  get divisor(): number {
    return this.#divisor;
  }

  store8(at: number, value: number): void {
    if (!this.touch()) return;
    if (at === 0 && this.#divisorShown) this.#divisor = (this.#divisor & 0xff00) | value;
    else if (at === 1 && this.#divisorShown) this.#divisor = (this.#divisor & 0xff) | (value << 8);
    else if (at === 0 && this.#modem_control & 0x10) this.#loop(value);
    else if (at === 1) this.#interrupt_enable = value & 0x0f;
    else if (at === 2) {
      if (value & 0x02) this.#received.length = 0;
      this.#fifo_control = value & 0xc9;
    } else if (at === 3) this.#line_control = value;
    else if (at === 4) this.#modem_control = value & 0x1f;
    else if (at === 7) this.#scratch = value;
  }

  #loop(byte: number): void {
    const last = this.#transit.at(-1)?.at ?? this.accesses;
    this.#transit.push({ byte, at: Math.max(last, this.accesses) + this.travel });
  }

  /** A byte comes by the wire. */
  arrive(byte: number): void {
    this.#received.push(byte);
  }
}

/** A clock that a sleep moves: no test waits. */
export function fakeClock() {
  let time_ns = 1;
  return {
    now: () => {
      time_ns += 1000;
      return time_ns;
    },
    sleepUntil: (to_ns: number) => {
      time_ns = Math.max(time_ns, to_ns);
    },
  };
}
