// Registers that count how often they are touched: on a bus that is what moving bytes by hand costs,
// whatever the machine's speed.
import type { Registers } from '../../../registers/access.ts';

export class CountedRegisters implements Registers {
  readonly length: number;
  /** Loads and stores together. */
  accesses = 0;
  readonly #registers: Registers;

  constructor(registers: Registers) {
    this.#registers = registers;
    this.length = registers.length;
  }

  load32(at: number): number {
    this.accesses++;
    return this.#registers.load32(at);
  }

  store32(at: number, value: number): void {
    this.accesses++;
    this.#registers.store32(at, value);
  }

  load8(at: number): number {
    this.accesses++;
    return this.#registers.load8(at);
  }

  store8(at: number, value: number): void {
    this.accesses++;
    this.#registers.store8(at, value);
  }

  free(): void {
    this.#registers.free();
  }
}
