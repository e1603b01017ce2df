// Callbacks on polling alone: the program comes by now and then, asks, and calls those whose answer is there.
// A callback runs only where the program looks, so it never meets the work half done.
import { devicesIn, type Machine } from './machine.ts';
import type { Callbacks } from './talk.ts';

export class PolledCallbacks implements Callbacks {
  readonly #machine: Machine;
  readonly #callbacks: ((answer: number) => void)[] = [];

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  start(device: number, question: number, callback: (answer: number) => void): void {
    this.#callbacks[device] = callback;
    this.#machine.start(device, question);
  }

  look(): void {
    for (const device of devicesIn(this.#machine.poll())) {
      this.#machine.call(this.#callbacks[device]!, this.#machine.take(device));
    }
  }
}
