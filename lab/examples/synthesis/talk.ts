// The conversation that all six programs hold: to each device a question, and to its answer the next one. It
// is written once for every form, and cannot tell whether a poll or an interrupt is beneath. What is asked next
// depends on what was heard, so that an answer lost, doubled or mixed up changes all that follows.
import type { Machine } from './machine.ts';

/** Each request brings the function that gets its answer. */
export interface Callbacks {
  start(device: number, question: number, callback: (answer: number) => void): void;
  /** What the program has to do for it now and then; nothing where an interrupt does it. */
  look(): void;
}

/** A word for each device: 0 while it thinks, then its answer. */
export interface Flags {
  start(device: number, question: number): void;
  look(): void;
  /** The answer where the flag is up, and then it is down again; else 0. */
  lower(device: number): number;
}

/** What is finished, in a row. */
export interface Queue {
  submit(device: number, question: number): void;
  look(): void;
  collect(): { readonly device: number; readonly answer: number } | undefined;
}

export class Talk {
  readonly heard: number[][];
  /** For each answer: instructions from when it was there until the program heard it. */
  readonly late: number[] = [];
  /** Answers heard after one that had been there later. */
  out_of_order = 0;
  readonly #machine: Machine;
  readonly #wanted: readonly number[];
  #left: number;
  #newest = 0;

  /** `wanted` answers from each device. */
  constructor(machine: Machine, wanted: readonly number[]) {
    this.#machine = machine;
    this.#wanted = wanted;
    this.#left = wanted.reduce((sum, each) => sum + each, 0);
    this.heard = wanted.map(() => []);
  }

  get over(): boolean {
    return this.#left === 0;
  }

  get devices(): number[] {
    return this.#wanted.flatMap((wanted, device) => (wanted > 0 ? [device] : []));
  }

  /** Its own work, until it is time to look. */
  work(instructions: number): void {
    for (let i = 0; i < instructions && !this.over; i++) this.#machine.work();
  }

  /** Calls `next` with the question that follows, where one does. */
  hear(device: number, answer: number, next: (question: number) => void): void {
    const heard = this.heard[device]!;
    const ready_at = this.#machine.readyAt(device);
    heard.push(answer);
    this.late.push(this.#machine.now - ready_at);
    if (ready_at < this.#newest) this.out_of_order++;
    this.#newest = Math.max(this.#newest, ready_at);
    this.#left--;
    if (heard.length < this.#wanted[device]!) next(questionAfter(answer));
  }
}

export const FIRST_QUESTION = 1;
export const questionAfter = (answer: number): number => (answer * 31 + 7) % 9973;

export function talkByCallbacks(talk: Talk, form: Callbacks, interval: number): void {
  const ask = (device: number, question: number): void =>
    form.start(device, question, answer => talk.hear(device, answer, next => ask(device, next)));
  for (const device of talk.devices) ask(device, FIRST_QUESTION);
  while (!talk.over) {
    talk.work(interval);
    form.look();
  }
}

export function talkByFlags(talk: Talk, form: Flags, interval: number): void {
  for (const device of talk.devices) form.start(device, FIRST_QUESTION);
  while (!talk.over) {
    talk.work(interval);
    form.look();
    for (const device of talk.devices) {
      const answer = form.lower(device);
      if (answer !== 0) talk.hear(device, answer, next => form.start(device, next));
    }
  }
}

export function talkByQueue(talk: Talk, form: Queue, interval: number): void {
  for (const device of talk.devices) form.submit(device, FIRST_QUESTION);
  while (!talk.over) {
    talk.work(interval);
    form.look();
    for (let one = form.collect(); one !== undefined; one = form.collect()) {
      const { device, answer } = one;
      talk.hear(device, answer, next => form.submit(device, next));
    }
  }
}
