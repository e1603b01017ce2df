// The machine under the six programs of this folder: words of memory, devices that answer one question at a
// time, and two tools to learn of an answer. It counts instructions; loops and comparisons between them are
// its wiring and free. An interrupt costs the six accesses to memory that it costs on a PDP-11 (PDP-11
// Processor Handbook, "Interrupts" and RTI): two words saved, two of the vector fetched, two restored.

export type Instruction = 'work' | 'start' | 'poll' | 'take' | 'load' | 'store' | 'call' | 'switch';

/** What a device answers, never 0, and after how many instructions. */
export type Device = (question: number) => { readonly answer: number; readonly after: number };

/** A bit for each in the word that a poll reads. */
export const MOST_DEVICES = 31;
const ENTRY = 4;
const EXIT = 2;

export class Machine {
  readonly executed = {
    work: 0,
    start: 0,
    poll: 0,
    take: 0,
    load: 0,
    store: 0,
    call: 0,
    switch: 0,
  };
  /** Instructions so far: the only clock there is. */
  now = 0;
  interrupts = 0;
  /** For each answer: instructions from when it was there until it was taken. */
  readonly taken_late: number[] = [];
  readonly #devices: readonly Device[];
  readonly #most: number;
  readonly #answers: number[] = [];
  readonly #ready_at: number[] = [];
  /** A bit for each device that was asked and whose answer was not taken. */
  #busy = 0;
  readonly #memory: number[] = [];
  #handler: (() => void) | undefined;
  #masked = false;

  constructor(devices: readonly Device[], most_instructions = 50_000_000) {
    if (devices.length > MOST_DEVICES) throw new RangeError(`at most ${MOST_DEVICES} devices`);
    this.#devices = devices;
    this.#most = most_instructions;
  }

  /** The program's own work. */
  work(): void {
    this.#execute('work');
  }

  start(device: number, question: number): void {
    this.#execute('start');
    if (this.#busy & (1 << device)) throw new Error(`device ${device} has not been heard yet`);
    const { answer, after } = this.#devices[device]!(question);
    this.#answers[device] = answer;
    this.#ready_at[device] = this.now + after;
    this.#busy |= 1 << device;
  }

  /** The first tool: which devices have an answer? A bit for each. */
  poll(): number {
    this.#execute('poll');
    return this.#ready();
  }

  /** The second tool: `handler` is called between any two instructions, as long as there is an answer. */
  onInterrupt(handler: () => void): void {
    this.#handler = handler;
  }

  take(device: number): number {
    this.#execute('take');
    if (!(this.#ready() & (1 << device))) throw new Error(`device ${device} has no answer`);
    this.#busy &= ~(1 << device);
    this.taken_late.push(this.now - this.#ready_at[device]!);
    return this.#answers[device]!;
  }

  load(address: number): number {
    this.#execute('load');
    return this.#memory[address] ?? 0;
  }

  store(address: number, word: number): void {
    this.#execute('store');
    this.#memory[address] = word;
  }

  /** By address: to whom, is known only when it runs. */
  call(callback: (word: number) => void, word: number): void {
    this.#execute('call');
    callback(word);
  }

  /** When the device's last answer was there; no instruction, but the ruler's. */
  readyAt(device: number): number {
    return this.#ready_at[device]!;
  }

  #ready(): number {
    let ready = 0;
    for (let left = this.#busy; left !== 0; left &= left - 1) {
      const device = 31 - Math.clz32(left & -left);
      if (this.#ready_at[device]! <= this.now) ready |= 1 << device;
    }
    return ready;
  }

  #execute(instruction: Instruction): void {
    if (this.#handler && !this.#masked && this.#ready() !== 0) this.#interrupt(this.#handler);
    this.#count(instruction, 1);
  }

  /** On top of whatever ran. Another one waits until this is over. */
  #interrupt(handler: () => void): void {
    this.#masked = true;
    this.interrupts++;
    this.#count('switch', ENTRY);
    handler();
    this.#count('switch', EXIT);
    this.#masked = false;
  }

  #count(instruction: Instruction, times: number): void {
    this.now += times;
    this.executed[instruction] += times;
    if (this.now > this.#most) throw new RangeError(`no end after ${this.#most} instructions`);
  }
}

/** The devices of a poll's answer, the lowest first. */
export function* devicesIn(bits: number): Generator<number> {
  for (let left = bits; left !== 0; left &= left - 1) yield 31 - Math.clz32(left & -left);
}
