// Bytes that tell their own place: what comes is checked against what was sent, byte by byte, without
// keeping either. The period is a prime, so that no shift by a buffer's length goes unnoticed.
const PERIOD = 251;
const STRIDE = 167;

/** The byte at this place of this connection's stream. */
export const byteAt = (connection: number, offset: number): number =>
  ((offset % PERIOD) * STRIDE + 31 * connection + 7) & 0xff;

/** How many of these bytes, which begin at `offset`, are not what was sent. */
export function wrongBytes(connection: number, offset: number, bytes: Uint8Array): number {
  let wrong = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== byteAt(connection, offset + i)) wrong++;
  }
  return wrong;
}
