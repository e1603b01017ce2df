// Two kinds of traffic at the line's full rate. One-way: messages out of the blue that nobody answers,
// so that what is lost is lost by looking away. Echo: numbered frames back to back, each answered while
// the next one comes, so that what is lost may also be lost by speaking.
import { type Counters, encodeCommand, PREAMBLE_BYTES } from '../../../firmware/protocol/codec.ts';
import type { Asking, Board } from './board.ts';
import type { Heard } from './dialogue.ts';

/** The longest write that a terminal passes on in one piece. */
const WRITE_BYTES = 1024;
/** Data of each echo: eight bytes, none of which needs an escape. */
const DATA = Uint8Array.of(0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88);
/** A one-way message: no frame, so there is no answer. Longer than the longest look away. */
const MESSAGE = new Uint8Array(24).fill(0x55);

export interface Streamed {
  readonly frames: number;
  readonly lost_frames: number;
  /** Between the two readings of the counters, the second one's command included. */
  readonly sent_bytes: number;
  /** What the board counted meanwhile. */
  readonly counters: Counters;
}

/** Hears the echoes of a stream: pass it to the dialogue as its listener. */
export class Echoes {
  readonly #numbers = new Set<number>();
  #last = -1;

  /** A frame has room for sixteen bits of its number: the one nearest to the last that was heard is meant. */
  readonly listen = ({ reply }: Heard): void => {
    if (reply.kind !== 'echo') return;
    const number = this.#last + (((reply.stream - this.#last) << 16) >> 16);
    this.#numbers.add(number);
    this.#last = Math.max(this.#last, number);
  };

  get count(): number {
    return this.#numbers.size;
  }
}

/** Clear the counters, send `bursts` writes full of numbered frames, read the counters. */
export function* echoStream(board: Board, echoes: Echoes, bursts: number): Asking<Streamed> {
  let counters = yield* board.counters(true);
  const before_bytes = board.sent_bytes;
  let frames = 0;
  for (let burst = 0; burst < bursts; burst++) {
    const { bytes, count } = echoBurst(board, frames);
    frames += count;
    // One answer shows that the line has taken the burst. A frozen line takes the next command when the
    // board is at rest again, a real one behind the burst; either way its answer is the last to come.
    yield* board.say(bytes, ({ reply }) => reply.kind === 'echo');
    counters = yield* board.counters(false);
  }
  const sent_bytes = board.sent_bytes - before_bytes;
  return { frames, lost_frames: frames - echoes.count, sent_bytes, counters };
}

/** Frames from number `first` on, as many as fit; flags before them, for a board that looks away. */
function echoBurst(board: Board, first: number): { bytes: Uint8Array; count: number } {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let stream = first; ; stream++) {
    const preamble = stream === first ? PREAMBLE_BYTES : 0;
    const frame = encodeCommand({ kind: 'echo', stream, data: DATA }, board.number(), preamble);
    if (length + frame.length > WRITE_BYTES) break;
    parts.push(frame);
    length += frame.length;
  }
  return { bytes: joined(parts), count: parts.length };
}

/**
 * Clear the counters, send `messages` one by one, each with a command behind it that asks how many
 * bytes have come. `lost` gets the bytes lost of each message. Throws NoAnswer.
 */
export function* oneWay(board: Board, messages: number, lost: number[]): Asking<Streamed> {
  let counters = yield* board.counters(true);
  const before_bytes = board.sent_bytes;
  let lost_bytes = 0;
  let lost_frames = 0;
  for (let message = 0; message < messages; message++) {
    // In the same write: a board that reads the message's end reads the command, too.
    counters = (yield* board.ask<'counters'>({ kind: 'counters', clear: false }, MESSAGE)).counters;
    const now_lost = lostBytes({ sent_bytes: board.sent_bytes - before_bytes, counters });
    lost.push(now_lost - lost_bytes);
    if (now_lost > lost_bytes) lost_frames++;
    lost_bytes = now_lost;
  }
  const sent_bytes = board.sent_bytes - before_bytes;
  return { frames: messages, lost_frames, sent_bytes, counters };
}

/** Bytes of one long write, beside the command behind them. */
const RUN_BYTES = 1000;

/** What so many bytes in a row cost, and nothing else. */
export interface Cost {
  readonly bytes: number;
  readonly counters: Counters;
  readonly sent_bytes: number;
  /** The counters' growth by these bytes. */
  readonly of: (name: keyof Counters) => number;
}

/**
 * Clear the counters, then send `runs` long rows of bytes that nobody answers. Each is counted by the
 * command behind it; what that command and its answer cost by themselves is measured first, and
 * subtracted. So answers, which wake the program as well, do not count.
 */
export function* bytesInARow(board: Board, runs: number): Asking<Cost> {
  yield* board.counters(true);
  const before_bytes = board.sent_bytes;
  const first = yield* board.counters(false);
  const second = yield* board.counters(false);
  let last = second;
  for (let run = 0; run < runs; run++) {
    const { counters } = yield* board.ask<'counters'>({ kind: 'counters', clear: false }, ROW);
    last = counters;
  }
  return {
    bytes: runs * (RUN_BYTES - PREAMBLE_BYTES),
    counters: last,
    sent_bytes: board.sent_bytes - before_bytes,
    of: name => last[name] - second[name] - runs * (second[name] - first[name]),
  };
}

const ROW = new Uint8Array(RUN_BYTES).fill(0x55);

/** Bytes that the program never got to see: not taken from the receiver, or without a place in a ring. */
export const lostBytes = ({
  sent_bytes,
  counters,
}: Pick<Streamed, 'sent_bytes' | 'counters'>): number =>
  sent_bytes - counters.rx_bytes + counters.ring_overruns;

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
