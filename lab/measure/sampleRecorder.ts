// Where a hot loop puts its samples: one typed array, allocated before the round begins. Appending
// is a bounds check and a store, a few nanoseconds (`iolab ruler` prints how many here).

/** Samples in a preallocated array. Nothing is allocated after the constructor. */
export class SampleRecorder {
  readonly capacity: number;
  #samples: Float64Array;
  #length = 0;

  /** Throws RangeError where `capacity` is not a whole number. */
  constructor(capacity: number) {
    if (!Number.isSafeInteger(capacity) || capacity < 0) {
      throw new RangeError(`A recorder needs a whole number of places, not ${capacity}.`);
    }
    this.capacity = capacity;
    this.#samples = new Float64Array(capacity);
  }

  /** Keep one sample. Returns false, and keeps nothing, when the recorder is full. */
  append(value: number): boolean {
    const at = this.#length;
    if (at >= this.capacity) return false;
    this.#samples[at] = value;
    this.#length = at + 1;
    return true;
  }

  get length(): number {
    return this.#length;
  }

  get full(): boolean {
    return this.#length >= this.capacity;
  }

  /** The samples so far, in order, without a copy: valid until `clear`. */
  view(): Float64Array {
    return this.#samples.subarray(0, this.#length);
  }

  /** Forget all samples and keep the memory. */
  clear(): void {
    this.#length = 0;
  }
}
