// Event flags on polling alone: a look asks the devices once and raises the flag of each that has an answer.
// The flag is the word that holds the answer, 0 while it is down; so one load tells both.
import { devicesIn, type Machine } from './machine.ts';
import type { Flags } from './talk.ts';

export class PolledFlags implements Flags {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  start(device: number, question: number): void {
    this.#machine.start(device, question);
  }

  look(): void {
    for (const device of devicesIn(this.#machine.poll())) {
      this.#machine.store(device, this.#machine.take(device));
    }
  }

  lower(device: number): number {
    const answer = this.#machine.load(device);
    if (answer !== 0) this.#machine.store(device, 0);
    return answer;
  }
}
