// Event flags on an interrupt: the handler raises them, whatever the program is at. Somebody still has to look
// whether they are up. No lock is needed: the handler writes a flag that is down, the program one that is up.
import { devicesIn, type Machine } from './machine.ts';
import type { Flags } from './talk.ts';

export class InterruptFlags implements Flags {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
    machine.onInterrupt(() => this.#handle());
  }

  start(device: number, question: number): void {
    this.#machine.start(device, question);
  }

  look(): void {}

  lower(device: number): number {
    const answer = this.#machine.load(device);
    if (answer !== 0) this.#machine.store(device, 0);
    return answer;
  }

  #handle(): void {
    for (const device of devicesIn(this.#machine.poll())) {
      this.#machine.store(device, this.#machine.take(device));
    }
  }
}
