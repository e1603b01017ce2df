// Drivers that finish an operation inside `submit`, from beginning to end: there is nothing left to wait
// for. Each says only how one operation is performed.
import { Slots } from './slots.ts';

export abstract class AtOnce extends Slots {
  readonly loop = 'blocking';

  /** Move the slot's bytes. Returns bytes, or a negated errno; allocates nothing. */
  protected abstract perform(slot: number): number;

  submit(slots: Uint32Array, count: number): number {
    const accepted = Math.min(count, this.room());
    for (let i = 0; i < accepted; i++) this.finish(slots[i]!, this.perform(slots[i]!));
    return accepted;
  }

  wait(): number {
    return this.take();
  }
}
