// What may be at the other end of a serial port instead of our firmware. A process of its own:
//   node test/helpers/line.ts silent|echo|noise
// Opens a pseudo-terminal, prints its path as one line of JSON, and ends when its input closes.
import { loadPlatform } from '../../lab/ffi/load.ts';

const LOOK_EVERY_MS = 5;
const BUFFER_BYTES = 256;

const manner = process.argv[2];
const platform = await loadPlatform();
platform.dieWithParent();
const { master, slave_path } = platform.posix.openPty();
const buffer = platform.memory(BUFFER_BYTES);
let state = 1;

/** Bytes that mean nothing, the same each time (a linear congruential generator). */
function noise(): number {
  for (let i = 0; i < BUFFER_BYTES; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    buffer.bytes[i] = state >>> 24;
  }
  return BUFFER_BYTES;
}

setInterval(() => {
  const got = platform.posix.read(master, buffer.address, BUFFER_BYTES);
  const answer = manner === 'noise' ? noise() : manner === 'echo' ? got : 0;
  if (answer > 0) platform.posix.write(master, buffer.address, answer);
}, LOOK_EVERY_MS);
process.stdin.on('end', () => process.exit(0)).resume();
process.stdout.write(`${JSON.stringify({ path: slave_path })}\n`);
