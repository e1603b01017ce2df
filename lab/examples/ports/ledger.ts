// A book of operations: who has which OVERLAPPED, and since when. Between the call that starts an operation
// and the packet that ends it the structure is the system's, and whoever frees or reuses it meanwhile has
// memory written to that is no longer meant. The book refuses that, and it poisons what is free: a byte that
// changed there was written by an operation that had outlived its structure. The idea is that of the
// allocators that find such writes in C programs (a red zone, a quarantine).

/** What free memory is filled with. */
const POISON = 0xdd;

/** Whose a structure is. */
const FREE = 0;
const HELD = 1;
const IN_FLIGHT = 2;

export interface Book {
  /** Operations that were started, and that ended by a packet or at once. */
  readonly begun: number;
  readonly ended: number;
  readonly most_in_flight: number;
  /** Attempts to give back or reuse a structure in flight: each was refused. */
  readonly refused: number;
  /** Packets whose pointer is no operation in flight, and those that came with another handle's key. */
  readonly strangers: number;
  readonly wrong_keys: number;
  /** Bytes that changed in structures that were free. */
  readonly late_bytes: number;
}

export class Ledger implements Book {
  begun = 0;
  ended = 0;
  most_in_flight = 0;
  refused = 0;
  strangers = 0;
  wrong_keys = 0;
  late_bytes = 0;
  readonly #bytes: Uint8Array;
  readonly #stride: number;
  readonly #state: Uint8Array;
  /** The key of the handle that each operation was started on. */
  readonly #keys: Float64Array;
  readonly #free: number[];

  /** `bytes` holds `count` structures, each `stride` long. */
  constructor(bytes: Uint8Array, stride: number, count: number) {
    this.#bytes = bytes;
    this.#stride = stride;
    this.#state = new Uint8Array(count);
    this.#keys = new Float64Array(count);
    this.#free = Array.from({ length: count }, (_, i) => count - 1 - i);
    bytes.fill(POISON);
  }

  get in_flight(): number {
    return this.begun - this.ended;
  }

  /** A structure, zeroed, or −1 where all are taken. */
  take(): number {
    const index = this.#free.pop();
    if (index === undefined) return -1;
    this.#inspect(index);
    this.#state[index] = HELD;
    this.#memory(index).fill(0);
    return index;
  }

  /** The system has it from now on. */
  begin(index: number, key: number): void {
    if (this.#state[index] !== HELD) {
      this.refused++;
      throw new Error(`structure ${index} is not held: it cannot be handed over`);
    }
    this.#state[index] = IN_FLIGHT;
    this.#keys[index] = key;
    this.begun++;
    if (this.in_flight > this.most_in_flight) this.most_in_flight = this.in_flight;
  }

  /** A packet says that it is ours again. False where the packet is no operation's of this book. */
  end(index: number, key: number): boolean {
    if (this.#state[index] !== IN_FLIGHT) {
      this.strangers++;
      return false;
    }
    if (this.#keys[index] !== key) this.wrong_keys++;
    this.#state[index] = HELD;
    this.ended++;
    return true;
  }

  /** Ours again without a packet: the call itself failed, or the handle skips packets on success. */
  endAtOnce(index: number): void {
    this.end(index, this.#keys[index]!);
  }

  /** Give it back. Refused, by an error, while the system has it. */
  release(index: number): void {
    if (this.#state[index] !== HELD) {
      this.refused++;
      const whose = this.#state[index] === IN_FLIGHT ? 'in flight' : 'free already';
      throw new Error(`structure ${index} is ${whose}: it cannot be given back`);
    }
    this.#state[index] = FREE;
    this.#memory(index).fill(POISON);
    this.#free.push(index);
  }

  /** Look at all that is free, and tell what the book holds. */
  audit(): Book {
    for (const index of this.#free) this.#inspect(index);
    const { begun, ended, most_in_flight, refused, strangers, wrong_keys, late_bytes } = this;
    return { begun, ended, most_in_flight, refused, strangers, wrong_keys, late_bytes };
  }

  #memory(index: number): Uint8Array {
    return this.#bytes.subarray(index * this.#stride, (index + 1) * this.#stride);
  }

  #inspect(index: number): void {
    const memory = this.#memory(index);
    for (let i = 0; i < memory.length; i++) {
      if (memory[i] === POISON) continue;
      this.late_bytes++;
      memory[i] = POISON;
    }
  }
}
