// Callbacks on an interrupt: the handler asks who has an answer and calls them at once, on top of whatever
// runs. Nobody has to come by, and the callback may meet the work half done.
import { devicesIn, type Machine } from './machine.ts';
import type { Callbacks } from './talk.ts';

export class InterruptCallbacks implements Callbacks {
  readonly #machine: Machine;
  readonly #callbacks: ((answer: number) => void)[] = [];

  constructor(machine: Machine) {
    this.#machine = machine;
    machine.onInterrupt(() => this.#handle());
  }

  start(device: number, question: number, callback: (answer: number) => void): void {
    // Before the device can answer: the handler may run right behind the next instruction.
    this.#callbacks[device] = callback;
    this.#machine.start(device, question);
  }

  look(): void {}

  #handle(): void {
    for (const device of devicesIn(this.#machine.poll())) {
      this.#machine.call(this.#callbacks[device]!, this.#machine.take(device));
    }
  }
}
