// The emulated Arduino Uno: an ATmega328P at 16 MHz on avr8js, corrected where avr8js departs from
// the datasheet (fidelity.ts lists every correction). Pure: the same code runs behind a pseudo-
// terminal and in a reader's browser, and the same bytes at the same cycles give the same answers.
import { CPU, timer0Config, timer1Config, timer2Config } from 'avr8js';
import { Adc } from './adc.ts';
import type { Board, ByteListener } from './board.ts';
import { FIRST_ANALOG_PIN, Pins, SUPPLY_V } from './pins.ts';
import { Processor } from './processor.ts';
import { Timer } from './timer.ts';
import { Usart } from './usart.ts';

export const UNO_CLOCK_HZ = 16_000_000;
const FLASH_BYTES = 32_768;
const SRAM_BYTES = 2048;
const MCUSR = 0x54;
const EXTERNAL_RESET = 0x02;

export interface UnoOptions {
  /** A wire from pin 0 (receive) to pin 8 (input capture), so that arrivals are stamped. */
  readonly capture_wire?: boolean;
}

export class UnoBoard implements Board {
  readonly clock_hz = UNO_CLOCK_HZ;
  readonly #image: Uint8Array;
  readonly #capture_wire: boolean;
  readonly #transmit_listeners: ByteListener[] = [];
  readonly #receive_listeners: ByteListener[] = [];
  readonly #pin_listeners: ((pin: number, level: boolean, cycle: number) => void)[] = [];
  #cpu!: CPU;
  #processor!: Processor;
  #usart!: Usart;
  readonly #pins = new Pins();

  /** `image`: flash contents from address 0 (hex.ts). Throws RangeError when it does not fit. */
  constructor(image: Uint8Array, options: UnoOptions = {}) {
    if (image.length > FLASH_BYTES) {
      throw new RangeError(`image of ${image.length} bytes; the Uno's flash has ${FLASH_BYTES}`);
    }
    this.#image = image;
    this.#capture_wire = options.capture_wire ?? true;
    this.#pins.onChange = (pin, level) => {
      for (const listener of this.#pin_listeners) listener(pin, level, this.cycles);
    };
    this.reset();
  }

  /** A reset: cycles count from 0 again, bytes on their way are gone. Listeners stay. */
  reset(): void {
    // avr8js's own reset drops its clock events and keeps its peripherals: build anew instead.
    const flash = new Uint16Array(FLASH_BYTES / 2).fill(0xffff);
    new Uint8Array(flash.buffer).set(this.#image);
    const cpu = new CPU(flash, SRAM_BYTES);
    cpu.data[MCUSR] = EXTERNAL_RESET;
    const timers = [timer0Config, timer1Config, timer2Config].map(each => new Timer(cpu, each));
    const usart = new Usart(cpu, UNO_CLOCK_HZ);
    usart.onTransmit = (byte, cycle) => {
      for (const listener of this.#transmit_listeners) listener(byte, cycle);
    };
    usart.onReceived = (byte, cycle) => {
      for (const listener of this.#receive_listeners) listener(byte, cycle);
    };
    if (this.#capture_wire) usart.onFallingEdge = cycle => timers[1]!.edge(false, cycle);
    this.#cpu = cpu;
    this.#pins.attach(cpu);
    new Adc(cpu, channel => this.#pins.voltage(FIRST_ANALOG_PIN + channel));
    this.#processor = new Processor(cpu);
    this.#usart = usart;
  }

  /** Run until `cycles` is at least `until_cycles`; it may pass it by the instruction under way. */
  run(until_cycles: number): void {
    this.#processor.run(until_cycles);
  }

  /** The host sends a byte now, or right after those it has sent before. */
  receive(byte: number): void {
    this.#usart.receive(byte);
  }

  /** Called for every byte the board has sent, with the cycle at which its stop bit ended. */
  onTransmit(listener: ByteListener): void {
    this.#transmit_listeners.push(listener);
  }

  /** Called for every byte complete in the receiver, with that cycle: the true arrival. */
  onReceive(listener: ByteListener): void {
    this.#receive_listeners.push(listener);
  }

  /** Cycles since reset. */
  get cycles(): number {
    return this.#cpu.cycles;
  }

  get asleep(): boolean {
    return this.#processor.asleep;
  }

  /** Cycles since reset in which the processor slept. */
  get asleep_cycles(): number {
    return this.#processor.asleep_cycles;
  }

  /** Bytes sent to the board that it could not take, since reset. */
  get lost_bytes(): number {
    return this.#usart.lost_bytes;
  }

  /** Bytes of the host still waiting or on the wire. */
  get pending_bytes(): number {
    return this.#usart.pending_bytes;
  }

  /** Nothing is on the wire in either direction. */
  get line_idle(): boolean {
    return this.#usart.pending_bytes === 0 && !this.#usart.transmitting;
  }

  /** The cycle of the next planned change (timer, wire), or Infinity. */
  get next_event_cycle(): number {
    return this.#processor.next_event_cycle;
  }

  /** Cycles one byte takes on the wire at the firmware's present setting. */
  get byte_cycles(): number {
    return this.#usart.byte_cycles;
  }

  /** Bits per second that the line really has at the firmware's present setting. */
  get baud(): number {
    return UNO_CLOCK_HZ / this.#usart.bit_cycles;
  }

  /** Level of a pin, as a meter would read it, by the Uno's number: 13 is the LED, 14 is A0. */
  pin(number: number): boolean {
    return this.#pins.level(number);
  }

  /** Called when a pin's level changes, with the cycle: outputs, inputs and pulses alike. */
  onPin(listener: (pin: number, level: boolean, cycle: number) => void): void {
    this.#pin_listeners.push(listener);
  }

  /** Hold a pin at a level from outside, as a closed switch does; undefined lets go. */
  drive(number: number, level: boolean | undefined): void {
    this.#pins.apply(number, level === undefined ? undefined : level ? SUPPLY_V : 0);
  }

  /** Hold a pin at a voltage from outside, as a potentiometer does; undefined lets go. */
  apply(number: number, volts: number | undefined): void {
    this.#pins.apply(number, volts);
  }

  /** A jumper wire between two pins. Throws RangeError for a pin that is not there or not free. */
  connect(from_pin: number, to_pin: number): void {
    this.#pins.connect(from_pin, to_pin);
  }
}
