// What a receiver makes of a line whose sender has another bit rate: it looks for a falling edge,
// checks the start bit at its middle and samples each further bit at its own, drifting ever further
// from the sender's. The idea is any UART's datasheet (ATmega328P, section 20.8, "Asynchronous Data
// Reception"). Pure.

/** Rates this close count as equal: ten bits later the sampling point is still inside its bit. */
export const RATE_TOLERANCE = 0.04;

/** Is a line at these two rates read as it was sent? A rate of 0 is unknown and taken as right. */
export function ratesAgree(first_hz: number, second_hz: number): boolean {
  if (!(first_hz > 0) || !(second_hz > 0)) return true;
  return Math.abs(first_hz / second_hz - 1) <= RATE_TOLERANCE;
}

const FRAME_BITS = 10;
const DATA_BITS = 8;

/**
 * The bytes that a receiver at `receiver_hz` takes from frames of one start bit, eight data bits and
 * one stop bit, sent back to back at `sender_hz` on a line that is idle before and after. A byte
 * whose stop bit reads low (a framing error) is delivered as it was sampled, as a terminal without
 * INPCK does (termios(3)), and the next start bit has to be a falling edge again.
 */
export function resample(bytes: Uint8Array, sender_hz: number, receiver_hz: number): Uint8Array {
  if (!(sender_hz > 0) || !(receiver_hz > 0)) return bytes;
  // Time is counted in the sender's bits.
  const bit = sender_hz / receiver_hz;
  const end = bytes.length * FRAME_BITS;
  const received: number[] = [];
  let at = nextFall(bytes, 0);
  while (at < end) {
    if (level(bytes, at + bit / 2)) {
      at = nextFall(bytes, at + bit / 2); // no start bit but a short disturbance
      continue;
    }
    let byte = 0;
    for (let i = 0; i < DATA_BITS; i++) {
      if (level(bytes, at + (1.5 + i) * bit)) byte |= 1 << i;
    }
    received.push(byte);
    at = nextFall(bytes, at + (1.5 + DATA_BITS) * bit);
  }
  return Uint8Array.from(received);
}

/** The line at this time: high when idle. */
function level(bytes: Uint8Array, time: number): boolean {
  const index = Math.floor(time);
  const byte = bytes[Math.floor(index / FRAME_BITS)];
  const bit = index % FRAME_BITS;
  if (byte === undefined || bit === FRAME_BITS - 1) return true;
  return bit > 0 && ((byte >> (bit - 1)) & 1) === 1;
}

/** When the line next falls at or after `time`; past the end where it does not. */
function nextFall(bytes: Uint8Array, time: number): number {
  const end = bytes.length * FRAME_BITS;
  for (let edge = Math.ceil(time); edge < end; edge++) {
    if (!level(bytes, edge) && (edge === 0 || level(bytes, edge - 1))) return edge;
  }
  return end;
}
