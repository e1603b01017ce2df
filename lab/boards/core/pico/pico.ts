// The emulated Raspberry Pi Pico: the chip (chip.ts) with an image, a host on the serial line and hands
// on the pins. Pure: the same code runs behind a pseudo-terminal and in a reader's browser, and the
// same bytes at the same cycles give the same answers.
import type { Board, ByteListener } from '../board.ts';
import { Chip } from './chip.ts';
import { readImage, type Start } from './image.ts';

/** The LED on the board. */
export const PICO_LED_PIN = 25;

export class PicoBoard implements Board {
  readonly #start: Start;
  readonly #transmit_listeners: ByteListener[] = [];
  readonly #receive_listeners: ByteListener[] = [];
  readonly #driven = new Map<number, boolean>();
  readonly #wires: [number, number][] = [];
  #chip!: Chip;

  /**
   * `file`: a .uf2 or .bin, for RAM or flash. Throws RangeError when it is damaged, for another chip, or
   * does not fit (uf2.ts, image.ts).
   */
  constructor(file: Uint8Array) {
    this.#start = readImage(file);
    this.reset();
  }

  /** A reset: cycles count from 0 again, bytes on their way are gone. Listeners and wires stay. */
  reset(): void {
    const chip = new Chip({ driven: this.#driven, wires: this.#wires });
    chip.load(this.#start);
    chip.uart.onTransmit = (byte, cycle) => {
      for (const listener of this.#transmit_listeners) listener(byte, cycle);
    };
    chip.uart.onReceived = (byte, cycle) => {
      for (const listener of this.#receive_listeners) listener(byte, cycle);
    };
    this.#chip = chip;
  }

  /** Run until `cycles` is at least `until_cycles`; it may pass it by the instruction under way. */
  run(until_cycles: number): void {
    this.#chip.processor.run(until_cycles);
  }

  /** The host sends a byte now, or right after those it has sent before. */
  receive(byte: number): void {
    this.#chip.uart.receive(byte);
  }

  /** Called for every byte the board has sent, with the cycle at which its stop bit ended. */
  onTransmit(listener: ByteListener): void {
    this.#transmit_listeners.push(listener);
  }

  /** Called for every byte complete in the receiver, with that cycle: the true arrival. */
  onReceive(listener: ByteListener): void {
    this.#receive_listeners.push(listener);
  }

  /** clk_sys as the firmware has set it by now. */
  get clock_hz(): number {
    return this.#chip.clock.hz;
  }

  /** Cycles of clk_sys since reset. */
  get cycles(): number {
    return this.#chip.clock.cycles;
  }

  get asleep(): boolean {
    return this.#chip.processor.asleep;
  }

  /** Cycles since reset in which the processor slept. */
  get asleep_cycles(): number {
    return this.#chip.processor.asleep_cycles;
  }

  /** A fault within a fault handler has stopped the processor until a reset. */
  get locked_up(): boolean {
    return this.#chip.processor.locked_up;
  }

  /** Bytes sent to the board that it could not take, since reset. */
  get lost_bytes(): number {
    return this.#chip.uart.lost_bytes;
  }

  /** Bytes of the host still waiting or on the wire. */
  get pending_bytes(): number {
    return this.#chip.uart.pending_bytes;
  }

  /** Nothing is on the wire in either direction. */
  get line_idle(): boolean {
    return this.#chip.uart.pending_bytes === 0 && !this.#chip.uart.transmitting;
  }

  /** The cycle of the next planned change (timer, wire, DMA), or Infinity. */
  get next_event_cycle(): number {
    return this.#chip.clock.next_cycle;
  }

  /** Cycles one byte takes on the wire at the firmware's present setting: a fraction. */
  get byte_cycles(): number {
    return this.#chip.uart.byte_cycles;
  }

  /** The line's real rate at the firmware's present setting, in bits per second; 0 when off. */
  get baud(): number {
    const { uart, clock } = this.#chip;
    return uart.enabled ? clock.hz / uart.bit_cycles : 0;
  }

  /** Level of a GPIO, as a meter would read it. Throws RangeError for a number that is none. */
  pin(number: number): boolean {
    return this.#chip.pins.level(number);
  }

  /** Hold an input from outside at a level; `undefined` lets go. Stays through a reset. */
  drive(number: number, level: boolean | undefined): void {
    this.pin(number);
    if (level === undefined) this.#driven.delete(number);
    else this.#driven.set(number, level);
    this.#chip.pins.update();
  }

  /** A jumper wire from an output to an input. Stays through a reset. */
  connect(from_pin: number, to_pin: number): void {
    this.pin(from_pin);
    this.pin(to_pin);
    this.#wires.push([from_pin, to_pin]);
    this.#chip.pins.update();
  }
}
