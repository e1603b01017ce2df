// The Uno's pins and what is wired to them: outputs drive, pull-ups pull, jumper wires join, and a
// voltage may be applied from outside. avr8js knows each port by itself; the wires are ours. Datasheet
// sections 13 and 14; items as named in fidelity.ts.
import { AVRIOPort, type CPU, portBConfig, portCConfig, portDConfig } from 'avr8js';

/** Pins by the numbers printed on the board; A0 is 14. */
export const PIN_COUNT = 20;
export const FIRST_ANALOG_PIN = 14;
export const SUPPLY_V = 5;
/** Pins 0 and 1 are the serial line, which is wired to the host. */
const FIRST_FREE_PIN = 2;
/** Between 0.3 and 0.6 of the supply the chip may read either level (section 29.2): half is ours. */
const THRESHOLD_V = SUPPLY_V / 2;
const PCICR = 0x68;

interface Flag {
  readonly address: number;
  readonly flagRegister: number;
  readonly flagMask: number;
  readonly enableRegister: number;
  readonly enableMask: number;
}
/** What avr8js's port keeps to itself. */
interface Insides {
  readonly PCINT: Flag;
}

// avr8js's PinState, which is an enum at run time only.
const LOW = 0;
const HIGH = 1;
const PULLED_UP = 3;

export class Pins {
  /** Pins that are joined have the same net. */
  readonly #net = Int8Array.from({ length: PIN_COUNT }, (_, pin) => pin);
  readonly #applied_v: (number | undefined)[] = new Array(PIN_COUNT).fill(undefined);
  readonly #read = new Uint8Array(PIN_COUNT);
  #ports: readonly AVRIOPort[] = [];
  #listener: (pin: number, level: boolean) => void = () => {};

  /** The chip behind the pins, new after each reset: wires and voltages stay. */
  attach(cpu: CPU): void {
    this.#ports = [portBConfig, portCConfig, portDConfig].map(each => new AVRIOPort(cpu, each));
    this.#mendPinChange(cpu);
    for (const port of this.#ports) port.addListener(() => this.#settle());
    for (let pin = 0; pin < PIN_COUNT; pin++) this.#tell(pin);
    this.#settle();
  }

  /** Called when the level of a pin changes, whether it is an input or an output. */
  set onChange(listener: (pin: number, level: boolean) => void) {
    this.#listener = listener;
  }

  /** What a meter would read at this pin, in volts; 0 where nothing drives it. */
  voltage(pin: number): number {
    const net = this.#net[pin]!;
    let driven: number | undefined;
    let pulled_up = false;
    for (let one = 0; one < PIN_COUNT; one++) {
      if (this.#net[one] !== net) continue;
      const applied_v = this.#applied_v[one];
      if (applied_v !== undefined) return applied_v;
      const state = this.#state(one);
      if (state === LOW) driven = 0;
      else if (state === HIGH) driven ??= SUPPLY_V;
      else if (state === PULLED_UP) pulled_up = true;
    }
    return driven ?? (pulled_up ? SUPPLY_V : 0);
  }

  level(pin: number): boolean {
    return this.voltage(pin) > THRESHOLD_V;
  }

  /** Hold a pin at a voltage from outside; undefined lets go. Throws RangeError for no such pin. */
  apply(pin: number, volts: number | undefined): void {
    this.#check(pin);
    this.#applied_v[pin] = volts;
    this.#settle();
  }

  /** A jumper wire between two pins. Throws RangeError for no such pin. */
  connect(from: number, to: number): void {
    this.#check(from);
    this.#check(to);
    const [keep, gone] = [this.#net[from]!, this.#net[to]!];
    for (let pin = 0; pin < PIN_COUNT; pin++) if (this.#net[pin] === gone) this.#net[pin] = keep;
    this.#settle();
  }

  #check(pin: number): void {
    if (Number.isInteger(pin) && pin >= FIRST_FREE_PIN && pin < PIN_COUNT) return;
    throw new RangeError(
      `no free pin ${pin}: the Uno has ${FIRST_FREE_PIN} to ${PIN_COUNT - 1} (A0 is 14); ` +
        '0 and 1 are its serial line',
    );
  }

  #state(pin: number): number {
    const [port, bit] = placeOf(pin);
    return this.#ports[port]!.pinState(bit);
  }

  /** Let every input read what its wires say. item "pull-up": also where only that is there. */
  #settle(): void {
    for (let pin = 0; pin < PIN_COUNT; pin++) {
      const level = this.level(pin) ? 1 : 0;
      if (level === this.#read[pin]) continue;
      this.#read[pin] = level;
      this.#tell(pin);
      this.#listener(pin, level === 1);
    }
  }

  #tell(pin: number): void {
    const [port, bit] = placeOf(pin);
    this.#ports[port]!.setPin(bit, this.#read[pin] === 1);
  }

  /** item "pin-change": masks are masks, and switching the interrupt on lets a waiting one in. */
  #mendPinChange(cpu: CPU): void {
    for (const { portConfig } of this.#ports) {
      const mask = portConfig.pinChange!.PCMSK;
      cpu.writeHooks[mask] = value => {
        cpu.data[mask] = value;
        return true;
      };
    }
    cpu.writeHooks[PCICR] = value => {
      cpu.data[PCICR] = value;
      for (const port of this.#ports) {
        cpu.updateInterruptEnable((port as unknown as Insides).PCINT, value);
      }
      return true;
    };
  }
}

/** Which of the ports B, C and D, and which of its bits. */
function placeOf(pin: number): readonly [port: number, bit: number] {
  if (pin < 8) return [2, pin];
  return pin < FIRST_ANALOG_PIN ? [0, pin - 8] : [1, pin - FIRST_ANALOG_PIN];
}
