// A completion queue on an interrupt: the handler writes at the head, in the order in which answers come; the
// program reads at the tail, when it likes. Each slot has one writer at a time, so no lock is needed.
import { devicesIn, type Machine, MOST_DEVICES } from './machine.ts';
import type { Queue } from './talk.ts';

export class InterruptQueue implements Queue {
  readonly #machine: Machine;
  readonly #slots: number;
  #head = 0;
  #tail = 0;

  /** As many slots as operations can be under way: then the ring cannot be full. */
  constructor(machine: Machine, slots: number) {
    this.#machine = machine;
    this.#slots = slots;
    machine.onInterrupt(() => this.#handle());
  }

  submit(device: number, question: number): void {
    this.#machine.start(device, question);
  }

  look(): void {}

  /** A word that is 0 is an empty slot, so one load tells whether there is one, and which. */
  collect(): { device: number; answer: number } | undefined {
    const word = this.#machine.load(this.#tail);
    if (word === 0) return undefined;
    this.#machine.store(this.#tail, 0);
    this.#tail = (this.#tail + 1) % this.#slots;
    return { device: word % MOST_DEVICES, answer: Math.floor(word / MOST_DEVICES) };
  }

  #handle(): void {
    for (const device of devicesIn(this.#machine.poll())) {
      this.#machine.store(this.#head, this.#machine.take(device) * MOST_DEVICES + device);
      this.#head = (this.#head + 1) % this.#slots;
    }
  }
}
