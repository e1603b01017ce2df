// What programs of every machine here need for their data: bytes whose loss or shift is seen, the
// comparison that finds it, and numbers from parameters.
import { WrongUsage } from '../errors.ts';

/** Bytes that repeat late, so that a transfer that is shifted or cut is seen. */
export const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) * 13 + 3) & 0xff);

/** Throws Error with the first place where two differ. */
export function mustEqual(what: string, got: Uint8Array, wanted: Uint8Array): void {
  if (got.length !== wanted.length)
    throw new Error(`${what}: ${got.length} bytes instead of ${wanted.length}`);
  const at = got.findIndex((byte, i) => byte !== wanted[i]);
  if (at >= 0) throw new Error(`${what}: byte ${at} is ${got[at]} instead of ${wanted[at]}`);
}

/** A whole number from a parameter. Throws WrongUsage. */
export function wholeNumber(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text !== '' && Number.isInteger(value) && value >= low && value <= high) return value;
  throw new WrongUsage(`${name}=${text}: give a whole number from ${low} to ${high}`);
}
