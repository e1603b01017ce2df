// THE board interface: an emulated microcontroller with a serial line and pins, as the paces, the
// terminal bridge, the simulator page and the tests see it. Pure: implementations run in a browser
// too. All times are in cycles of the board's own clock since its last reset.

/** A byte and the cycle at which it was complete. */
export type ByteListener = (byte: number, cycle: number) => void;

/** What a pace needs to know of a board. */
export interface Clocked {
  /** Cycles since reset. */
  readonly cycles: number;
  readonly asleep: boolean;
  /** Nothing is on the wire in either direction, and nothing of the host's waits. */
  readonly line_idle: boolean;
  /** The cycle of the next planned change (timer, wire), or Infinity. */
  readonly next_event_cycle: number;
}

/** A board by its processor and its serial line. */
export interface SerialBoard extends Clocked {
  /** Cycles per second. */
  readonly clock_hz: number;
  /** Cycles since reset in which the processor slept. */
  readonly asleep_cycles: number;
  /** Bytes sent to the board that it could not take, since reset. */
  readonly lost_bytes: number;
  /** Bytes of the host still waiting or on the wire. */
  readonly pending_bytes: number;
  /** Cycles one byte takes on the wire at the firmware's present setting. */
  readonly byte_cycles: number;
  /** The line's real rate at the firmware's present setting, in bits per second; 0 when off. */
  readonly baud: number;
  /** A reset: cycles count from 0 again, bytes on their way are gone. Listeners stay. */
  reset(): void;
  /** Run until `cycles` is at least `until_cycles`; it may pass it by the instruction under way. */
  run(until_cycles: number): void;
  /** The host sends a byte now, or right after those it has sent before. */
  receive(byte: number): void;
  /** Called for every byte the board has sent, with the cycle at which its stop bit ended. */
  onTransmit(listener: ByteListener): void;
  /** Called for every byte complete in the receiver, with that cycle: the true arrival. */
  onReceive(listener: ByteListener): void;
}

/** A whole board. Pins go by the board's own numbers: on the Uno 13 is the LED and 14 is A0. */
export interface Board extends SerialBoard {
  /** Level of a pin, as a meter would read it. */
  pin(number: number): boolean;
  /** Hold an input from outside at a level; `undefined` lets go. Stays through a reset. */
  drive(number: number, level: boolean | undefined): void;
  /** A jumper wire from an output to an input. Stays through a reset. */
  connect(from_pin: number, to_pin: number): void;
}
