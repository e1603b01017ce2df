// Streams of an event device for the tests: events as the kernel writes them, and hostile ones.
import { EV_KEY, EV_SYN, INPUT_EVENT_BYTES, SYN_REPORT } from '../../lab/input/codes.ts';
import type { Random } from '../../lab/measure/random.ts';

export interface Event {
  readonly us: number;
  readonly type: number;
  readonly code: number;
  readonly value: number;
}

export function bytesOf(events: readonly Event[]): Uint8Array {
  const bytes = Buffer.alloc(events.length * INPUT_EVENT_BYTES);
  for (const [i, { us, type, code, value }] of events.entries()) {
    const at = i * INPUT_EVENT_BYTES;
    bytes.writeBigUInt64LE(BigInt(Math.floor(us / 1e6)), at);
    bytes.writeBigUInt64LE(BigInt(us % 1e6), at + 8);
    bytes.writeUInt16LE(type, at + 16);
    bytes.writeUInt16LE(code, at + 18);
    bytes.writeInt32LE(value, at + 20);
  }
  return bytes;
}

export const report = (us: number): Event => ({ us, type: EV_SYN, code: SYN_REPORT, value: 0 });
export const key = (us: number, code: number, value: number): Event => ({
  us,
  type: EV_KEY,
  code,
  value,
});

/** Whole events in it that end a frame, counted without the reader under test. */
export function reportsIn(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = 0; at + INPUT_EVENT_BYTES <= bytes.length; at += INPUT_EVENT_BYTES) {
    if (view.getUint16(at + 16, true) === EV_SYN && view.getUint16(at + 18, true) === SYN_REPORT)
      count++;
  }
  return count;
}

/** Pieces of any length, none beyond its end. */
export function* cut(bytes: Uint8Array, random: Random): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + Math.floor(random() * 60);
    yield bytes.subarray(at, at + length);
    at += length;
  }
}
