// What the lab's own input devices say: when each event left, its number and its stimulus, as values of
// four axes that no desktop follows (rotation and a dial: udev takes a device with nothing else for no
// pointer). A HID report carries the same, and in front of it the lab's stamp message for who reads the
// report itself. Values are never nought, because the kernel keeps a movement by nought to itself.
import { REL_DIAL, REL_RX, REL_RY, REL_RZ } from './codes.ts';

/** The axes, in the order of the report. */
export const AXIS_CODES = [REL_RX, REL_RY, REL_RZ, REL_DIAL] as const;
export const AXES = AXIS_CODES.length;
/** The place of an axis in a frame, by its code. */
export const AXIS_OF: Readonly<Record<number, number>> = Object.fromEntries(
  AXIS_CODES.map((code, axis) => [code, axis]),
);
const [TIME_LOW, TIME_HIGH, NUMBER, STIMULUS] = [0, 1, 2, 3];

/** A value holds 14 bits beside its being no nought. */
const BITS = 14;
const MASK = 2 ** BITS - 1;
/** Times are told in microseconds, and begin anew after so many: 268 s. */
const AROUND_US = 2 ** (2 * BITS);

/** Write what an event says into `axes`. Negative numbers are those of the warm-up. */
export function encodeAxes(
  axes: Int32Array,
  sent_ns: number,
  sequence: number,
  epoch: number,
): void {
  const us = Math.floor(sent_ns / 1e3) % AROUND_US;
  axes[TIME_LOW] = 1 + (us & MASK);
  axes[TIME_HIGH] = 1 + (us >> BITS);
  axes[NUMBER] = sequence < 0 ? -1 - (-sequence & MASK) : 1 + (sequence & MASK);
  axes[STIMULUS] = stimulusMark(epoch);
}

/** Tells one stimulus from another, as far as 14 bits can. */
export const stimulusMark = (epoch: number): number => 1 + (epoch % 2 ** BITS);

/** Is this an event of that stimulus, complete and in range? */
export function isOf(axes: Int32Array, epoch: number): boolean {
  for (let axis = 0; axis < AXES; axis++) {
    const value = Math.abs(axes[axis]!);
    if (value < 1 || value > MASK + 1) return false;
  }
  return axes[STIMULUS] === stimulusMark(epoch) && axes[TIME_LOW]! > 0 && axes[TIME_HIGH]! > 0;
}

/** The event's number, modulo 2^14; negative in the warm-up. */
export const sequenceOf = (axes: Int32Array): number =>
  axes[NUMBER]! > 0 ? axes[NUMBER]! - 1 : axes[NUMBER]! + 1;

export const SEQUENCES = 2 ** BITS;

/** Nanoseconds from the event's leaving to `stamp_ns`, which counts microseconds as well. */
export function sinceSent(axes: Int32Array, stamp_ns: number): number {
  const sent_us = axes[TIME_LOW]! - 1 + (axes[TIME_HIGH]! - 1) * 2 ** BITS;
  const stamp_us = Math.floor(stamp_ns / 1e3) % AROUND_US;
  return ((stamp_us - sent_us + AROUND_US) % AROUND_US) * 1e3;
}

/** The message of a stamping device (lab/devices/stamp.ts) stands in front, then the axes. */
export const MESSAGE_BYTES = 32;
export const REPORT_BYTES = MESSAGE_BYTES + 2 * AXES;

/**
 * What the device says of its reports (HID 1.11, 6.2.2; usages: HID Usage Tables, Generic Desktop): a
 * controller with several axes, one report of 32 bytes of the maker's own and four relative values.
 */
export const REPORT_DESCRIPTOR = Uint8Array.from([
  ...[0x05, 0x01], // usage page: generic desktop
  ...[0x09, 0x08], // usage: multi-axis controller
  ...[0xa1, 0x01], // collection: application
  ...[0x06, 0x00, 0xff], // usage page: the maker's own
  ...[0x09, 0x01], // usage 1
  ...[0x15, 0x00], // logical minimum 0
  ...[0x26, 0xff, 0x00], // logical maximum 255
  ...[0x75, 0x08], // report size: 8 bits
  ...[0x95, MESSAGE_BYTES], // report count
  ...[0x82, 0x02, 0x01], // input: data, variable, absolute, buffered bytes
  ...[0x05, 0x01], // usage page: generic desktop
  ...[0x09, 0x33], // usage: rotation about x
  ...[0x09, 0x34], // usage: rotation about y
  ...[0x09, 0x35], // usage: rotation about z
  ...[0x09, 0x37], // usage: dial
  ...[0x16, 0x00, 0x80], // logical minimum −32768
  ...[0x26, 0xff, 0x7f], // logical maximum 32767
  ...[0x75, 0x10], // report size: 16 bits
  ...[0x95, AXES], // report count
  ...[0x81, 0x06], // input: data, variable, relative
  0xc0, // end of the collection
]);
