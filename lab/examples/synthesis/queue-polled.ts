// A completion queue on polling alone: a look asks the devices and puts what is finished into a ring of words.
// Between two looks nobody notes the order: what one look finds, it finds by device, not by time.
import { devicesIn, type Machine, MOST_DEVICES } from './machine.ts';
import type { Queue } from './talk.ts';

export class PolledQueue implements Queue {
  readonly #machine: Machine;
  readonly #slots: number;
  #head = 0;
  #tail = 0;

  /** As many slots as operations can be under way: then the ring cannot be full. */
  constructor(machine: Machine, slots: number) {
    this.#machine = machine;
    this.#slots = slots;
  }

  submit(device: number, question: number): void {
    this.#machine.start(device, question);
  }

  look(): void {
    for (const device of devicesIn(this.#machine.poll())) {
      this.#machine.store(this.#head, this.#machine.take(device) * MOST_DEVICES + device);
      this.#head = (this.#head + 1) % this.#slots;
    }
  }

  /** A word that is 0 is an empty slot, so one load tells whether there is one, and which. */
  collect(): { device: number; answer: number } | undefined {
    const word = this.#machine.load(this.#tail);
    if (word === 0) return undefined;
    this.#machine.store(this.#tail, 0);
    this.#tail = (this.#tail + 1) % this.#slots;
    return { device: word % MOST_DEVICES, answer: Math.floor(word / MOST_DEVICES) };
  }
}
