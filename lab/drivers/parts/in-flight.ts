// The slots that are in flight, in the order in which they were started: for drivers that find out by
// looking at every operation which has ended.

export class InFlight {
  readonly slots: Uint32Array;
  count = 0;
  readonly #gone: Uint32Array;

  constructor(depth: number) {
    this.slots = new Uint32Array(depth);
    this.#gone = new Uint32Array(depth);
  }

  add(slot: number): void {
    this.slots[this.count++] = slot;
  }

  /**
   * Takes out, in their order, those of which `has_ended` says so, and tells `ended`. Of those with the
   * same of `opcodes`, where these are given, none is taken before an earlier one: while the later one is
   * looked at, the earlier one may end, and a stream's bytes would change places.
   */
  take(
    opcodes: Uint8Array | undefined,
    has_ended: (slot: number) => boolean,
    ended: (slot: number, together: boolean) => void,
  ): number {
    const { slots, count } = this;
    let waiting = 0;
    let left = 0;
    let taken = 0;
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!;
      const kind = opcodes === undefined ? 0 : 1 << opcodes[slot]!;
      if ((waiting & kind) === 0 && has_ended(slot)) this.#gone[taken++] = slot;
      else {
        waiting |= kind;
        slots[left++] = slot;
      }
    }
    this.count = left;
    for (let i = 0; i < taken; i++) ended(this.#gone[i]!, i > 0);
    return taken;
  }
}
