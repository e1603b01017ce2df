// What a program says of each message, checked: that it was the right one, and when it had it.
import { EPOCH, INTENDED_NS, SENT_NS, SEQUENCE, STAMP_BYTES } from '../../../devices/stamp.ts';
import type { Facts } from './program.ts';

/** Behind the four fields of the message: the clock when the code after the await ran. */
const RESUMED_NS = STAMP_BYTES / 8;

export class Messages {
  readonly latency_ns: number[] = [];
  readonly stimulus_late_ns: number[] = [];
  readonly #epoch: number;

  constructor(epoch: number) {
    this.#epoch = epoch;
  }

  /** The next one. Throws Error where it is another, or was had before it was sent. */
  take({ message }: Facts): void {
    const n = this.latency_ns.length;
    const whole = Array.isArray(message) && message.length === RESUMED_NS + 1;
    const fields: readonly number[] = whole ? message.map(Number) : [];
    if (fields[SEQUENCE] !== n || fields[EPOCH] !== this.#epoch)
      throw new Error(`${JSON.stringify(message)} came instead of message ${n}`);
    const [sent_ns, intended_ns] = [fields[SENT_NS]!, fields[INTENDED_NS]!];
    const resumed_ns = fields[RESUMED_NS]!;
    if (!(intended_ns <= sent_ns && sent_ns <= resumed_ns))
      throw new Error(`message ${n} was had before it was sent: ${JSON.stringify(message)}`);
    this.latency_ns.push(resumed_ns - sent_ns);
    this.stimulus_late_ns.push(sent_ns - intended_ns);
  }
}
