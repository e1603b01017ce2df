// A long echo through the emulated board, a real pseudo-terminal and the serialport package: in
// interrupt mode no byte is lost or altered. 100 kB, or with IOLAB_LONG=1 one megabyte.
import { afterEach, describe, expect, test } from 'vitest';
import { encodeCommand } from '../../../firmware/protocol/codec.ts';
import { boardsHere } from '../here.ts';
import { Emulated } from './emulator.ts';

const BYTES = process.env.IOLAB_LONG ? 1_000_000 : 100_000;
const DATA_BYTES = 62;
/** One write that stays whole on its way to a frozen board (lab/boards/core/line.ts). */
const WRITE_BYTES = 1024;

const here = process.platform === 'linux' || process.platform === 'darwin';
if (!here) console.log(`throughput left out: no pseudo-terminals on ${process.platform}`);

/** Every frame differs from the others, and every byte value comes up. */
const dataOf = (stream: number) =>
  Uint8Array.from({ length: DATA_BYTES }, (_, i) => (stream * 131 + i * 89 + (stream >> 8)) & 0xff);

/** As many frames from `first` on as fit into one write. */
function writeFrom(first: number, frames: number): { bytes: Uint8Array; next: number } {
  const parts: Uint8Array[] = [];
  let next = first;
  for (let length = 0; next < frames; next++) {
    const stream = next & 0xffff;
    const part = encodeCommand({ kind: 'echo', stream, data: dataOf(stream) }, next);
    length += part.length;
    if (length > WRITE_BYTES) break;
    parts.push(part);
  }
  return { bytes: Buffer.concat(parts), next };
}

describe.runIf(here).each(boardsHere)('$name', ({ name, image }) => {
  let board: Emulated | undefined;
  afterEach(async () => {
    await board?.stop();
    board = undefined;
  });

  test(`${BYTES} bytes come back whole at 115200 baud, in frozen time`, async () => {
    board = await Emulated.start(name, image, '--frozen');
    await board.ask({ kind: 'hello' });
    await board.ask({ kind: 'mode', mode: 'interrupt+ring' });
    await board.ask({ kind: 'counters', clear: true });
    const frames = Math.ceil(BYTES / DATA_BYTES);
    for (let first = 0; first < frames; ) {
      const { bytes, next } = writeFrom(first, frames);
      await board.write(bytes);
      for (let i = first; i < next; i++) {
        const stream = i & 0xffff;
        const reply = await board.next();
        expect(reply).toEqual({ kind: 'echo', stream, data: dataOf(stream) });
      }
      first = next;
    }
    const { counters } = await board.ask({ kind: 'counters', clear: false });
    expect(counters).toMatchObject({ echo_frames: frames, echo_lost: 0, frames_bad: 0 });
    expect(counters).toMatchObject({ uart_overruns: 0, ring_overruns: 0 });
    expect(board.bad_frames).toBe(0);
  }, 120_000);
});
