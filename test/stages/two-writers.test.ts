// What counts as lost where two flows write to one board: what was never answered, and not what a busy machine
// answered late. The board is played at the other end of a pseudo-terminal.
import { closeSync, constants } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameParser, PROTOCOL_VERSION } from '../../firmware/protocol/codec.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { findStage } from '../../lab/stages/find.ts';
import { stageContext } from './run.ts';

const platform = await loadPlatform();
const BAUD = 115_200;
const LOOK_MS = 2;
const PING_REPLY = 0x82;
const PING_BYTES = 13;
/** Later than a flow waits, and long before the stage gives up. */
const LATE_MS = 250;
const FRAMES = 3;

/** A played board that answers every request after so many milliseconds, or never where there are none. */
function boardThat(answersAfter: (sequence: number) => number | undefined) {
  const { posix } = platform;
  const { master, slave_path: path } = posix.openPty();
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
  const keeper = posix.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
  posix.makeRaw(keeper, BAUD);
  const [input, output] = [platform.memory(256), platform.memory(256)];
  const parser = new FrameParser();
  const answer = (sequence: number) => {
    const payload = new Uint8Array(PING_BYTES);
    const kind = PING_REPLY;
    const frame = encodeFrame({ version: PROTOCOL_VERSION, kind, sequence, payload });
    output.bytes.set(frame);
    posix.write(master, output.address, frame.length);
  };
  const looking = setInterval(() => {
    const got = posix.read(master, input.address, input.length);
    for (const { sequence } of got > 0 ? parser.push(input.bytes.slice(0, got)) : []) {
      const after_ms = answersAfter(sequence);
      if (after_ms !== undefined) setTimeout(answer, after_ms, sequence);
    }
  }, LOOK_MS);
  const close = () => {
    clearInterval(looking);
    for (const fd of [keeper, master]) closeSync(fd);
    for (const memory of [input, output]) memory.free();
  };
  return { path, close };
}

async function countsOf(answersAfter: Parameters<typeof boardThat>[0]) {
  const { path, close } = boardThat(answersAfter);
  try {
    const context = stageContext(platform, { flows: '1', frames: String(FRAMES) });
    const board = {
      ...{ name: 'played', modes: [], timer_hz: 1 },
      line: { to_board_hz: BAUD, from_board_hz: BAUD },
    };
    const target = { ...context.target, path, tty: true, writable: true, baud: BAUD, board };
    const stage = await findStage('two-writers', 'writers-mutex');
    return (await stage.run({ ...context, target })).totals;
  } finally {
    close();
  }
}

describe.runIf(process.platform === 'linux')('a frame that two writers sent', () => {
  it('is not lost where its answer comes late', async () => {
    const counts = await countsOf(() => LATE_MS);
    expect(counts, 'count answers that nobody waits for any more').toMatchObject({
      answered_frames: FRAMES,
      lost_frames: 0,
    });
  });

  it('is lost where no answer comes', async () => {
    const counts = await countsOf(sequence => (sequence === 1 ? undefined : 0));
    expect(counts).toMatchObject({ answered_frames: FRAMES - 1, lost_frames: 1 });
  });
});
