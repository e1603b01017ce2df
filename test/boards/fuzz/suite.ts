// Fuzzed frames over an emulated board's serial line: whatever comes, the firmware neither hangs nor
// stops understanding. After each piece of garbage one good frame must be answered. A suite over any
// board; the numbers come from a seed, so a failure repeats.
import {
  type Command,
  decodeReply,
  encodeCommand,
  encodeFrame,
  FLAG,
  FrameParser,
  loads,
  PREAMBLE_BYTES,
  type Reply,
} from '../../../firmware/protocol/codec.ts';
import type { SerialBoard } from '../../../lab/boards/core/board.ts';

/** Quiet on the line for this long: the longest turn of the main loop is over (protocol.h, load). */
const QUIET_CYCLES = 16_000;
/** The longest command (a torn read of 65535 rounds) ends well within this. */
const LIMIT_CYCLES = 400e6;
const STEP_CYCLES = 2_000;

/** A generator of 32-bit numbers (xorshift), below `n`. */
export function below(seed: number): (n: number) => number {
  let state = seed;
  return n => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

export interface FuzzResult {
  readonly frames: number;
  /** Replies to garbage that happened to be, or was, a good frame. */
  readonly answered: number;
  /** Error frames among them. */
  readonly refused: number;
  readonly lost_bytes: number;
  readonly cycles: number;
}

/** One piece of garbage: random bytes, or a frame that is damaged, cut, doubled, or merely strange. */
export function garbage(random: (n: number) => number): Uint8Array {
  const bytes = (n: number) => Uint8Array.from({ length: n }, () => random(256));
  const known = random(10);
  const frame = encodeFrame(
    {
      version: random(8) === 0 ? random(256) : 1,
      kind: random(4) === 0 ? random(256) : known,
      sequence: random(256),
      payload: payloadOf(known, random),
    },
    random(3),
  );
  switch (random(7)) {
    case 0:
      return bytes(random(90));
    case 1: {
      const damaged = frame.slice();
      for (let i = 0; i <= random(3); i++) damaged[random(damaged.length)] = random(256);
      return damaged;
    }
    case 2:
      return frame.slice(0, random(frame.length));
    case 3:
      return frame.slice(random(frame.length));
    case 4: // too long for any frame
      return Uint8Array.of(FLAG, ...bytes(70 + random(60)).map(byte => byte & 0x5f), FLAG);
    default:
      return frame;
  }
}

/** Mostly of the right length, so that the command is carried out. */
function payloadOf(kind: number, random: (n: number) => number): Uint8Array {
  const lengths = [0, 0, 0, 2 + random(63), 1, 1, 1, 0, 4, 1];
  const length = random(5) === 0 ? random(65) : lengths[kind]!;
  const payload = Uint8Array.from({ length }, () => random(random(2) === 0 ? 5 : 256));
  if (kind === 8 && length === 4) payload[3] = 0; // at most 255 reads: the rest is only longer
  return payload;
}

/** Throws when the board no longer answers; the message holds what was sent last. */
export function fuzzBoard(board: SerialBoard, frames: number, seed: number): FuzzResult {
  const random = below(seed);
  const parser = new FrameParser();
  const replies: { reply: Reply; sequence: number }[] = [];
  let quiet_since = 0;
  board.onTransmit((byte, cycle) => {
    quiet_since = cycle;
    const frame = parser.pushByte(byte);
    if (frame) replies.push({ reply: decodeReply(frame), sequence: frame.sequence });
  });
  const send = (bytes: Uint8Array) => {
    for (const byte of bytes) board.receive(byte);
  };
  const runToQuiet = () => {
    quiet_since = Math.max(quiet_since, board.cycles);
    while (!board.line_idle || board.cycles < quiet_since + QUIET_CYCLES) {
      if (!board.line_idle) quiet_since = board.cycles;
      board.run(board.cycles + STEP_CYCLES);
    }
  };
  let sequence = 0;
  const ask = <K extends Command['kind']>(command: Command & { kind: K }, after: () => string) => {
    const mine = sequence++ & 0xff;
    send(encodeCommand(command, mine, PREAMBLE_BYTES));
    for (const limit = board.cycles + LIMIT_CYCLES; board.cycles < limit; ) {
      board.run(board.cycles + STEP_CYCLES);
      const found = replies.find(
        each => each.reply.kind === command.kind && each.sequence === mine,
      );
      if (found) return found.reply as Extract<Reply, { kind: K }>;
    }
    throw new Error(`no answer to ${command.kind} ${after()}`);
  };

  runToQuiet();
  const facts = ask({ kind: 'hello' }, () => 'at the start');
  let [answered, refused] = [0, 0];
  for (let i = 0; i < frames; i++) {
    if (i % Math.ceil(frames / (4 * facts.modes.length)) === 0) {
      const mode = facts.modes[random(facts.modes.length)]!;
      const load = loads[random(loads.length)]!;
      ask({ kind: 'load', load }, () => `before frame ${i}`);
      ask({ kind: 'mode', mode }, () => `before frame ${i}`);
    }
    const bytes = garbage(random);
    replies.length = 0;
    send(bytes);
    runToQuiet();
    // A flag may complete a frame that was cut short, and the next one an await: those answers go out
    // first, or, in the modes that lose bytes while they answer, they would eat the good frame.
    for (let flag = 0; flag < 2; flag++) {
      send(Uint8Array.of(FLAG));
      runToQuiet();
    }
    answered += replies.length;
    refused += replies.filter(each => each.reply.kind === 'error').length;
    const after = () => `after frame ${i} of seed ${seed}: ${Buffer.from(bytes).toString('hex')}`;
    const now = ask({ kind: 'hello' }, after);
    if (now.build !== facts.build || now.board !== facts.board) {
      throw new Error(`another board answers ${after()}`);
    }
    runToQuiet();
  }
  return { frames, answered, refused, lost_bytes: board.lost_bytes, cycles: board.cycles };
}
