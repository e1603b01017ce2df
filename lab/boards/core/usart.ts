// USART0 as the datasheet describes it (section 20), in place of avr8js's own data path: a receiver
// with two places behind its shift register, a transmitter with one before it, both timed bit by
// bit from UBRR and U2X. avr8js keeps the configuration registers. Items as named in fidelity.ts.
import { AVRUSART, type CPU, usart0Config } from 'avr8js';

interface Flag {
  readonly address: number;
  readonly flagRegister: number;
  readonly flagMask: number;
  readonly enableRegister: number;
  readonly enableMask: number;
  constant?: boolean;
}
interface Insides {
  readonly RXC: Flag;
  readonly UDRE: Flag;
  readonly TXC: Flag;
  readonly cyclesPerChar: number;
}

const { UCSRA, UCSRB, UBRRL, UBRRH, UDR } = usart0Config;
const DATA_OVERRUN = 0x08;
const DOUBLE_SPEED = 0x02;
const MULTI_PROCESSOR = 0x01;
const TRANSMIT_COMPLETE = 0x40;
const RECEIVER_ON = 0x10;
const TRANSMITTER_ON = 0x08;
/** Two places in the buffer and one in the shift register (section 20.7.4, DOR). */
const RECEIVE_PLACES = 3;

export class Usart {
  /** Bytes the board did not get: overrun, or its receiver was off. */
  lost_bytes = 0;
  /** A byte has left over the wire; `cycle` is the end of its stop bit. */
  onTransmit: (byte: number, cycle: number) => void = () => {};
  /** A byte is complete in the receiver at `cycle`. */
  onReceived: (byte: number, cycle: number) => void = () => {};
  /** The receive line falls at `cycle`: start bits and every 1 followed by 0. */
  onFallingEdge: (cycle: number) => void = () => {};

  readonly #cpu: CPU;
  readonly #inside: Insides;
  readonly #waiting: number[] = [];
  #waiting_first = 0;
  #line_free_cycle = 0;
  #line_busy = false;
  readonly #received: number[] = [];
  #shifting = false;
  #held = -1;

  constructor(cpu: CPU, clock_hz: number) {
    this.#cpu = cpu;
    this.#inside = new AVRUSART(cpu, usart0Config, clock_hz) as unknown as Insides;
    this.#inside.UDRE.constant = true; // item "data-register-empty"
    cpu.readHooks[UDR] = () => this.#read();
    cpu.writeHooks[UDR] = value => this.#write(value);
    this.#guardStatus();
  }

  /** Bytes of the host that are not yet complete in the receiver. */
  get pending_bytes(): number {
    return this.#waiting.length - this.#waiting_first + (this.#line_busy ? 1 : 0);
  }

  /** Is a byte on its way out? */
  get transmitting(): boolean {
    return this.#shifting;
  }

  /** Cycles that one byte takes on the wire at the present setting. */
  get byte_cycles(): number {
    return this.#inside.cyclesPerChar;
  }

  /** Cycles that one bit takes: section 20.3.1. */
  get bit_cycles(): number {
    const { data } = this.#cpu;
    const divisor = ((data[UBRRH]! << 8) | data[UBRRL]!) + 1;
    return divisor * (data[UCSRA]! & DOUBLE_SPEED ? 8 : 16);
  }

  /** The host sends a byte; it follows the ones before it at wire speed. */
  receive(byte: number): void {
    this.#waiting.push(byte & 0xff);
    if (!this.#line_busy) this.#nextFrame();
  }

  #at(cycle: number, callback: () => void): void {
    this.#cpu.addClockEvent(callback, cycle - this.#cpu.cycles);
  }

  /** item "baud-timing": the wire's next frame begins when the one before has ended. */
  #nextFrame(): void {
    if (this.#waiting_first === this.#waiting.length) {
      this.#waiting.length = this.#waiting_first = 0;
      this.#line_busy = false;
      return;
    }
    this.#line_busy = true;
    const start = Math.max(this.#line_free_cycle, this.#cpu.cycles);
    if (start > this.#cpu.cycles) this.#at(start, () => this.#startBit(start));
    else this.#startBit(start);
  }

  #startBit(start: number): void {
    const byte = this.#waiting[this.#waiting_first++]!;
    if (this.#waiting_first === 1024) {
      this.#waiting.splice(0, this.#waiting_first);
      this.#waiting_first = 0;
    }
    const cpu = this.#cpu;
    const divisor = ((cpu.data[UBRRH]! << 8) | cpu.data[UBRRL]!) + 1;
    const double = (cpu.data[UCSRA]! & DOUBLE_SPEED) !== 0;
    const bit = divisor * (double ? 8 : 16);
    const end = start + this.byte_cycles;
    this.#line_free_cycle = end;
    let heard = (cpu.data[UCSRB]! & RECEIVER_ON) !== 0;
    if (heard && this.#received.length >= RECEIVE_PLACES) {
      // item "receive-buffer": the start bit finds every place taken
      cpu.data[UCSRA]! |= DATA_OVERRUN;
      heard = false;
    }
    this.#at(start + lastFall(byte) * bit, () => this.onFallingEdge(start + lastFall(byte) * bit));
    // item "stop-bit-vote": complete after samples 8 to 10 of 16, or 4 to 6 of 8, of the stop bit
    const complete = end - bit + divisor * (double ? 6 : 10);
    this.#at(complete, () => {
      if (heard && cpu.data[UCSRB]! & RECEIVER_ON) {
        this.#received.push(byte);
        cpu.setInterruptFlag(this.#inside.RXC);
        this.onReceived(byte, complete);
      } else this.lost_bytes++;
      this.#nextFrame();
    });
  }

  #read(): number {
    const cpu = this.#cpu;
    const byte = this.#received.shift() ?? 0;
    cpu.data[UCSRA]! &= ~DATA_OVERRUN;
    if (this.#received.length === 0) cpu.clearInterrupt(this.#inside.RXC);
    return byte;
  }

  /** item "transmit-buffer" */
  #write(value: number): boolean {
    const cpu = this.#cpu;
    if ((cpu.data[UCSRB]! & TRANSMITTER_ON) === 0) return true;
    if (!this.#shifting) this.#shift(value, cpu.cycles);
    else if (this.#held < 0) {
      this.#held = value;
      cpu.clearInterrupt(this.#inside.UDRE);
    } // else: written while the data register is full, ignored (section 20.6.3)
    return true;
  }

  #shift(byte: number, start: number): void {
    const cpu = this.#cpu;
    const end = start + this.byte_cycles;
    this.#shifting = true;
    this.#at(end, () => {
      this.onTransmit(byte, end);
      if (this.#held >= 0) {
        const next = this.#held;
        this.#held = -1;
        this.#shift(next, end);
        cpu.setInterruptFlag(this.#inside.UDRE);
      } else {
        this.#shifting = false;
        cpu.setInterruptFlag(this.#inside.TXC);
      }
    });
  }

  /** item "status-bits": writing UCSRA or UCSRB leaves the read-only flags alone. */
  #guardStatus(): void {
    const cpu = this.#cpu;
    const { RXC, UDRE, TXC } = this.#inside;
    const writable = DOUBLE_SPEED | MULTI_PROCESSOR;
    cpu.writeHooks[UCSRA] = value => {
      cpu.data[UCSRA] = (cpu.data[UCSRA]! & ~writable) | (value & writable);
      if (value & TRANSMIT_COMPLETE) cpu.clearInterrupt(TXC);
      return true;
    };
    cpu.writeHooks[UCSRB] = value => {
      cpu.data[UCSRB] = value;
      for (const flag of [RXC, UDRE, TXC]) cpu.updateInterruptEnable(flag, value);
      if ((value & RECEIVER_ON) === 0) {
        this.#received.length = 0; // section 20.7.7: disabling the receiver flushes it
        cpu.data[UCSRA]! &= ~DATA_OVERRUN;
        cpu.clearInterrupt(RXC);
      }
      return true;
    };
  }
}

/** Bit times from a frame's first edge to its last falling one (start bit 0, then data, low first). */
function lastFall(byte: number): number {
  for (let bit = 7; bit > 0; bit--) {
    if (((byte >> bit) & 1) === 0 && (byte >> (bit - 1)) & 1) return bit + 1;
  }
  return 0;
}
