// What may be at the other end of a serial port instead of our firmware. A process of its own:
//   node test/helpers/line.ts silent|echo|noise
// Opens a pseudo-terminal, prints its path as one line of JSON, and ends when its input closes.
import { loadPlatform } from '../../lab/ffi/load.ts';
import { noiseFrom } from './noise.ts';

const LOOK_EVERY_MS = 5;
const BUFFER_BYTES = 256;

const manner = process.argv[2];
const platform = await loadPlatform();
platform.dieWithParent();
const { master, slave_path } = platform.posix.openPty();
const buffer = platform.memory(BUFFER_BYTES);
const fill = noiseFrom(1);

function noise(): number {
  fill(buffer.bytes);
  return BUFFER_BYTES;
}

setInterval(() => {
  const got = platform.posix.read(master, buffer.address, BUFFER_BYTES);
  const answer = manner === 'noise' ? noise() : manner === 'echo' ? got : 0;
  if (answer > 0) platform.posix.write(master, buffer.address, answer);
}, LOOK_EVERY_MS);
process.stdin.on('end', () => process.exit(0)).resume();
process.stdout.write(`${JSON.stringify({ path: slave_path })}\n`);
