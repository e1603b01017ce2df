// The analog converter: avr8js times the conversion, this reads the voltage of the pins when the chip
// would hold it, and mends how the control register is written. Datasheet section 24; items as named
// in fidelity.ts.
import { type ADCMuxInput, AVRADC, adcConfig, type CPU } from 'avr8js';

/** What avr8js's converter keeps to itself. */
interface Insides {
  converting: boolean;
  conversionCycles: number;
  readonly ADC: Flag;
}
interface Flag {
  readonly address: number;
  readonly flagRegister: number;
  readonly flagMask: number;
}

const { ADCSRA } = adcConfig;
const ENABLED = 0x80;
const START = 0x40;
const FINISHED = 0x10;
/** A conversion's length in its own clocks, the first after switching on, and when it samples. */
const FIRST_CLOCKS = 25;
const FIRST_SAMPLE_CLOCKS = 13.5;
const SAMPLE_CLOCKS = 1.5;
const STEPS = 1024;
/** avr8js's kinds of input, an enum at run time only. */
const SINGLE_ENDED = 0;
const CONSTANT = 2;
const TEMPERATURE_V = 0.378; // 25 °C (section 24.8)

export class Adc {
  readonly #cpu: CPU;
  readonly #adc: AVRADC;
  readonly #voltage: (channel: number) => number;
  #sample = () => {};
  #finish = () => {};

  /** `voltage` of an analog channel (0: A0), asked at the moment of sampling. */
  constructor(cpu: CPU, voltage: (channel: number) => number) {
    this.#cpu = cpu;
    this.#voltage = voltage;
    this.#adc = new AVRADC(cpu, adcConfig);
    this.#adc.onADCRead = input => this.#convert(input);
    this.#mendControl();
  }

  /** item "analog-sample": the value is the voltage at the sampling moment. */
  #convert(input: ADCMuxInput): void {
    const first = (this.#adc as unknown as Insides).conversionCycles === FIRST_CLOCKS;
    const { prescaler, sampleCycles, referenceVoltage } = this.#adc;
    let value = 0;
    this.#sample = () => {
      const steps = Math.floor((this.#voltageOf(input) / referenceVoltage) * STEPS);
      value = Math.min(STEPS - 1, Math.max(0, steps));
    };
    this.#finish = () => this.#adc.completeADCRead(value);
    const sampled = (first ? FIRST_SAMPLE_CLOCKS : SAMPLE_CLOCKS) * prescaler;
    this.#cpu.addClockEvent(this.#sample, sampled);
    this.#cpu.addClockEvent(this.#finish, sampleCycles);
  }

  #voltageOf(input: ADCMuxInput): number {
    if (input.type === SINGLE_ENDED) return this.#voltage((input as { channel: number }).channel);
    if (input.type === CONSTANT) return (input as { voltage: number }).voltage;
    return TEMPERATURE_V;
  }

  /** item "analog-control" */
  #mendControl(): void {
    const cpu = this.#cpu;
    const inside = this.#adc as unknown as Insides;
    const write = cpu.writeHooks[ADCSRA]!;
    cpu.writeHooks[ADCSRA] = (value, old, address, mask) => {
      if (value & FINISHED) cpu.clearInterrupt(inside.ADC as Parameters<CPU['clearInterrupt']>[0]);
      const on = (value & ENABLED) !== 0;
      if (!on && inside.converting) {
        cpu.clearClockEvent(this.#sample);
        cpu.clearClockEvent(this.#finish);
        inside.converting = false;
      }
      const running = inside.converting ? START : 0;
      const finished = cpu.data[ADCSRA]! & FINISHED;
      const start = on ? value & START : 0;
      const next = (value & ~(FINISHED | START)) | finished | running | start;
      write(next, old, address, mask);
      cpu.data[ADCSRA] = next;
      return true;
    };
  }
}
