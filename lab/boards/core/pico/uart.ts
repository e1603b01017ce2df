// UART0 and UART1: a PL011 (ARM DDI 0183, "PrimeCell UART") as the RP2040 has it, with FIFOs 32 deep,
// in place of rp2040js's. Both directions are timed bit by bit from the divisor. Items as named in
// fidelity.ts.
import type { Device } from './bus.ts';
import { type Clock, Plan } from './clock.ts';

const FIFO_PLACES = 32;
/** Bit times without a character until the receive timeout (DDI 0183, UARTRTINTR). */
const TIMEOUT_BITS = 32;
// Registers (RP2040 datasheet, UART, List of Registers)
const DR = 0x00;
const RSR = 0x04;
const FR = 0x18;
const ILPR = 0x20;
const IBRD = 0x24;
const FBRD = 0x28;
const LCR_H = 0x2c;
const CR = 0x30;
const IFLS = 0x34;
const IMSC = 0x38;
const RIS = 0x3c;
const MIS = 0x40;
const ICR = 0x44;
const DMACR = 0x48;
const PERIPHERAL_ID = 0xfe0;
const IDS = [0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1];
// Interrupts
const RX = 1 << 4;
const TX = 1 << 5;
const RT = 1 << 6;
const OE = 1 << 10;
/** Overrun, in the data register and in the status register. */
const DATA_OVERRUN = 1 << 11;
const STATUS_OVERRUN = 1 << 3;
const ENABLE = 1;
const LOOPBACK = 1 << 7;
const TRANSMIT_ON = 1 << 8;
const RECEIVE_ON = 1 << 9;
const FIFOS_ON = 1 << 4;
const RECEIVE_DMA = 1;
const TRANSMIT_DMA = 2;
/** Entries at which the FIFOs ask for service, by IFLS: 1/8, 1/4, 1/2, 3/4, 7/8. */
const LEVELS = [4, 8, 16, 24, 28, 28, 28, 28];

/** What a UART is connected to. */
export interface UartWires {
  /** Cycles of clk_sys in one of clk_peri. */
  peripheralCycles(): number;
  setInterrupt(high: boolean): void;
  /** One DREQ pulse: a byte to fetch, or a place to fill. */
  requestReceive(): void;
  requestTransmit(): void;
  /** Do the pins 0 and 1 have the function "UART"? */
  transmitPin(): boolean;
  receivePin(): boolean;
}

export class Uart implements Device {
  /** Bytes the board did not get: overrun, its receiver off, or its pin not connected. */
  lost_bytes = 0;
  onTransmit: (byte: number, cycle: number) => void = () => {};
  onReceived: (byte: number, cycle: number) => void = () => {};
  readonly #clock: Clock;
  readonly #wires: UartWires;
  /** The host's bytes that are not on the wire yet; the one that is. */
  #coming: number[] = [];
  #on_wire = -1;
  #line_free = 0;
  #received: number[] = [];
  #overrun = false;
  #leaving: number[] = [];
  #shifting = -1;
  #shift_end = 0;
  #divisor = 0;
  #ibrd = 0;
  #fbrd = 0;
  #lcr = 0;
  #cr = RECEIVE_ON | TRANSMIT_ON;
  #ifls = 0x12;
  #mask = 0;
  #raw = 0;
  #dma = 0;
  #status = 0;
  readonly #arrive = new Plan(cycle => this.#arrived(cycle));
  readonly #sent = new Plan(cycle => this.#shifted(cycle));
  readonly #timeout = new Plan(() => {
    if (this.#received.length > 0) this.#raise(RT); // item "receive-timeout"
  });

  constructor(clock: Clock, wires: UartWires) {
    this.#clock = clock;
    this.#wires = wires;
  }

  /** As after a reset of the peripheral; bytes on the wire stay there. */
  reset(): void {
    this.#received = [];
    this.#leaving = [];
    this.#shifting = -1;
    this.#overrun = false;
    this.#divisor = this.#ibrd = this.#fbrd = this.#lcr = 0;
    this.#cr = RECEIVE_ON | TRANSMIT_ON;
    this.#ifls = 0x12;
    this.#mask = this.#raw = this.#dma = this.#status = 0;
    this.#clock.cancel(this.#sent);
    this.#clock.cancel(this.#timeout);
    this.#signal();
  }

  get pending_bytes(): number {
    return this.#coming.length + (this.#on_wire >= 0 ? 1 : 0);
  }

  /** Is a byte on its way out, or waiting for it? */
  get transmitting(): boolean {
    return this.#shifting >= 0 || (this.#leaving.length > 0 && this.#on(TRANSMIT_ON));
  }

  /** Cycles of clk_sys per bit: a fraction. item "baud-timing" (DDI 0183, 3.3.6 UARTFBRD) */
  get bit_cycles(): number {
    return 16 * Math.max(this.#divisor, 1) * this.#wires.peripheralCycles();
  }

  /** Start bit, data, parity, stop bits. */
  get #frame_bits(): number {
    const data = 5 + ((this.#lcr >> 5) & 3);
    return 1 + data + (this.#lcr & 2 ? 1 : 0) + (this.#lcr & 8 ? 2 : 1);
  }

  get byte_cycles(): number {
    return this.#frame_bits * this.bit_cycles;
  }

  /** Is the UART on, with a divisor? */
  get enabled(): boolean {
    return (this.#cr & ENABLE) !== 0 && this.#divisor >= 1;
  }

  /** Entries in the receive FIFO, free places in the transmit FIFO: the DMA's credit at its start. */
  get receive_level(): number {
    return this.#dma & RECEIVE_DMA ? this.#received.length : 0;
  }

  get transmit_space(): number {
    return this.#dma & TRANSMIT_DMA ? this.#places - this.#leaving.length : 0;
  }

  #on(part: number): boolean {
    return this.enabled && (this.#cr & part) !== 0;
  }

  get #fifos(): boolean {
    return (this.#lcr & FIFOS_ON) !== 0;
  }

  /** item "fifo-depth": 32 with FIFOs, else 1 (the shift registers come on top). */
  get #places(): number {
    return this.#fifos ? FIFO_PLACES : 1;
  }

  // The host's side

  /** The host sends a byte; it follows the ones before it at wire speed. */
  receive(byte: number): void {
    this.#coming.push(byte & 0xff);
    if (this.#on_wire < 0) this.#nextFrame();
  }

  #nextFrame(): void {
    this.#on_wire = this.#coming.shift() ?? -1;
    if (this.#on_wire < 0) return;
    const start = Math.max(this.#line_free, this.#clock.now);
    const bit = this.bit_cycles;
    this.#line_free = start + this.#frame_bits * bit;
    // item "stop-bit": the stop bit is sampled in its middle, and then the byte is there
    this.#clock.plan(this.#arrive, this.#line_free - bit / 2);
  }

  #arrived(cycle: number): void {
    const byte = this.#on_wire;
    const heard = this.#wires.receivePin() && (this.#cr & LOOPBACK) === 0;
    if (heard && this.#on(RECEIVE_ON)) this.#take(byte, cycle);
    else this.lost_bytes++;
    this.#nextFrame();
  }

  #take(byte: number, cycle: number): void {
    if (this.#received.length >= this.#places) {
      // item "overrun": the FIFO keeps what it has
      this.lost_bytes++;
      this.#overrun = true;
      this.#status |= STATUS_OVERRUN;
      this.#raise(OE);
      return;
    }
    this.#received.push(byte | (this.#overrun ? DATA_OVERRUN : 0));
    this.#overrun = false;
    this.onReceived(byte, cycle);
    if (this.#received.length >= this.#receive_trigger) this.#raise(RX);
    this.#clock.plan(this.#timeout, cycle + TIMEOUT_BITS * this.bit_cycles);
    if (this.#dma & RECEIVE_DMA) this.#wires.requestReceive();
  }

  /** item "receive-threshold" */
  get #receive_trigger(): number {
    return this.#fifos ? LEVELS[(this.#ifls >> 3) & 7]! : 1;
  }

  get #transmit_trigger(): number {
    return this.#fifos ? LEVELS[this.#ifls & 7]! : 0;
  }

  // The program's side

  read(offset: number): number {
    switch (offset) {
      case DR:
        return this.#readData();
      case RSR:
        return this.#status;
      case FR:
        return this.#flags();
      case IBRD:
        return this.#ibrd;
      case FBRD:
        return this.#fbrd;
      case LCR_H:
        return this.#lcr;
      case CR:
        return this.#cr;
      case IFLS:
        return this.#ifls;
      case IMSC:
        return this.#mask;
      case RIS:
        return this.#raw;
      case MIS:
        return this.#raw & this.#mask;
      case DMACR:
        return this.#dma;
      default:
        return offset >= PERIPHERAL_ID ? (IDS[(offset - PERIPHERAL_ID) >> 2] ?? 0) : 0;
    }
  }

  #readData(): number {
    const entry = this.#received.shift() ?? 0;
    this.#status = (this.#status & STATUS_OVERRUN) | ((entry >> 8) & 7);
    if (this.#received.length < this.#receive_trigger) this.#raw &= ~RX;
    if (this.#received.length === 0) {
      this.#raw &= ~RT;
      this.#clock.cancel(this.#timeout);
    }
    this.#signal();
    return entry;
  }

  #flags(): number {
    const { length } = this.#received;
    const leaving = this.#leaving.length;
    return (
      (this.#shifting >= 0 || leaving > 0 ? 1 << 3 : 0) |
      (length === 0 ? 1 << 4 : 0) |
      (leaving >= this.#places ? 1 << 5 : 0) |
      (length >= this.#places ? 1 << 6 : 0) |
      (leaving === 0 ? 1 << 7 : 0)
    );
  }

  write(offset: number, value: number, raw: number): void {
    switch (offset) {
      case DR:
        this.#send(value & 0xff);
        break;
      case RSR:
        this.#status = 0;
        break;
      case IBRD:
        this.#ibrd = value & 0xffff;
        break;
      case FBRD:
        this.#fbrd = value & 0x3f;
        break;
      case LCR_H:
        this.#setLine(value & 0xff);
        break;
      case CR:
        this.#cr = value & 0xffff;
        this.#shift();
        break;
      case IFLS:
        this.#ifls = value & 0x3f;
        break;
      case IMSC:
        this.#mask = value & 0x7ff;
        this.#signal();
        break;
      case ICR:
        this.#clear(raw & 0x7ff);
        break;
      case DMACR:
        this.#setDma(value & 7);
        break;
      case FR:
      case ILPR:
        break;
    }
  }

  /** The divisor takes effect with this register (DDI 0183, 3.3.7 UARTLCR_H). item "divisor-latch" */
  #setLine(value: number): void {
    const flush = ((this.#lcr ^ value) & FIFOS_ON) !== 0;
    this.#lcr = value;
    this.#divisor = this.#ibrd + this.#fbrd / 64;
    if (!flush) return;
    this.#received = [];
    this.#leaving = [];
    this.#raw &= ~(RX | RT);
    this.#signal();
  }

  #setDma(value: number): void {
    const risen = value & ~this.#dma;
    this.#dma = value;
    if (risen & RECEIVE_DMA) for (const _ of this.#received) this.#wires.requestReceive();
    const space = risen & TRANSMIT_DMA ? this.transmit_space : 0;
    for (let i = 0; i < space; i++) this.#wires.requestTransmit();
  }

  #clear(mask: number): void {
    this.#raw &= ~mask;
    if (mask & RT && this.#received.length > 0) {
      this.#clock.plan(this.#timeout, this.#clock.now + TIMEOUT_BITS * this.bit_cycles);
    }
    this.#signal();
  }

  /** item "transmit-fifo" */
  #send(byte: number): void {
    if (this.#leaving.length >= this.#places) return; // written while full: lost
    this.#leaving.push(byte);
    if (this.#leaving.length > this.#transmit_trigger) this.#raw &= ~TX;
    this.#signal();
    this.#shift();
  }

  /** The next byte moves to the shift register, if that is free. */
  #shift(start = Math.max(this.#shift_end, this.#clock.now)): void {
    if (this.#shifting >= 0 || !this.#on(TRANSMIT_ON)) return;
    const before = this.#leaving.length;
    if (before === 0) return;
    this.#shifting = this.#leaving.shift()!;
    this.#shift_end = start + this.byte_cycles;
    this.#clock.plan(this.#sent, this.#shift_end);
    // item "transmit-interrupt": raised when the level passes the threshold downwards
    const trigger = this.#transmit_trigger;
    if (before > trigger && before - 1 <= trigger) this.#raise(TX);
    if (this.#dma & TRANSMIT_DMA) this.#wires.requestTransmit();
  }

  #shifted(cycle: number): void {
    const byte = this.#shifting;
    this.#shifting = -1;
    if (this.#cr & LOOPBACK) {
      if (this.#on(RECEIVE_ON)) this.#take(byte, cycle);
    } else if (this.#wires.transmitPin()) this.onTransmit(byte, cycle);
    this.#shift(this.#shift_end);
  }

  #raise(interrupt: number): void {
    this.#raw |= interrupt;
    this.#signal();
  }

  #signal(): void {
    this.#wires.setInterrupt((this.#raw & this.#mask) !== 0);
  }
}
