// The pins from outside: levels, inputs held or let go, jumper wires. rp2040js knows what the program
// drives; here is what a meter would read, and what inputs see of it. RP2040 datasheet, chapter "GPIO".
import type { RP2040 } from 'rp2040js';

export const PINS = 30;
const UART = 2;
/** Pads after a reset: input on, pull-down, Schmitt trigger, 4 mA. item "pad-reset" */
const PAD_RESET = 0x56;

export interface Outside {
  /** Inputs held from outside. */
  readonly driven: ReadonlyMap<number, boolean>;
  /** Jumper wires: input by output. */
  readonly wires: readonly (readonly [from: number, to: number])[];
}

export class Pins {
  readonly #chip: RP2040;
  readonly #outside: Outside;
  readonly #seen: boolean[] = new Array<boolean>(PINS).fill(false);

  constructor(chip: RP2040, outside: Outside) {
    this.#chip = chip;
    this.#outside = outside;
    for (const pin of chip.gpio) {
      pin.padValue = PAD_RESET;
      pin.checkForUpdates();
      pin.addListener(() => this.update());
    }
    this.update();
  }

  /** Is the pin given to a UART? */
  hasUart(pin: number): boolean {
    return this.#chip.gpio[pin]!.functionSelect === UART;
  }

  /** What a meter would read. A UART's output counts as idle: its bits are not drawn. */
  level(pin: number): boolean {
    return this.#level(pin, 0);
  }

  #level(number: number, hops: number): boolean {
    const pin = this.#chip.gpio[number];
    if (pin === undefined) throw new RangeError(`pin ${number}; the Pico has 0 to ${PINS - 1}`);
    if (pin.outputEnable && !pin.outputDisable) return pin.outputValue;
    if (this.hasUart(number)) return true;
    const driven = this.#outside.driven.get(number);
    if (driven !== undefined) return driven;
    const wire = hops < PINS ? this.#outside.wires.find(([, to]) => to === number) : undefined;
    return wire === undefined ? pin.pullupEnabled : this.#level(wire[0], hops + 1);
  }

  /** item "pad-readback": inputs see what is on their pads, the program's own output included. */
  update(): void {
    for (let number = 0; number < PINS; number++) {
      const level = this.level(number);
      if (level === this.#seen[number]) continue;
      this.#seen[number] = level;
      this.#chip.gpio[number]!.setInputValue(level);
    }
  }
}
