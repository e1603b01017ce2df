// What both ends of the pipe agree on: byte i of the stream is i modulo a prime, so that a byte lost, added
// or moved is found out by whoever looks at the next ones.
const PRIME = 251;
const LENGTH = 2 ** 20;

/** A stretch of the stream that begins at any place below PRIME. */
const pattern = Uint8Array.from({ length: LENGTH + PRIME }, (_, i) => i % PRIME);

export const byteAt = (place: number): number => place % PRIME;

/** Up to LENGTH bytes of the stream from `place` on. */
export const bytesFrom = (place: number, length: number): Uint8Array =>
  pattern.subarray(place % PRIME, (place % PRIME) + Math.min(length, LENGTH));

/** Are these the bytes from `place` on? */
export const matches = (place: number, bytes: Uint8Array): boolean =>
  Buffer.compare(bytes, bytesFrom(place, bytes.length)) === 0;
