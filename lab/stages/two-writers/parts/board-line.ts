// One board, and several flows that ask it at once. A frame goes out in pieces, as in programs that
// write a header, a body and a checksum: between two pieces another flow may run.
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { ReadStream } from 'node:tty';
import { decodeReply, encodeCommand, FrameParser } from '../../../../firmware/protocol/codec.ts';
import { Unsupported } from '../../../errors.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

/** Header, body and end of a frame. */
const PIECES = 3;
/** A frame and its answer are on the line for a few milliseconds: after this long a flow goes on without. */
const SILENCE_MS = 150;
/** On a busy machine an answer may be later. What has not come so long after the last frame is lost. */
const LOST_MS = 1000;
const LOOK_EVERY_MS = 5;

/** How a flow asks: `send` takes the pieces of one frame, in order. */
export type Ask = (line: BoardLine, sequence: number) => Promise<boolean>;

export class BoardLine {
  /** Frames that came back with a wrong checksum, and bytes that belong to none. */
  readonly #parser = new FrameParser();
  readonly #waiting = new Map<number, (answered: boolean) => void>();
  /** Numbers for whose answers nobody waits any more. */
  readonly #overdue = new Set<number>();
  #late = 0;
  readonly #stream: ReadStream;
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    this.#stream = new ReadStream(this.#fd);
    this.#stream.on('data', (bytes: Buffer) => this.#arrived(bytes));
    this.#stream.on('error', () => {});
  }

  #arrived(bytes: Uint8Array): void {
    for (const frame of this.#parser.push(bytes)) {
      if (decodeReply(frame).kind !== 'ping') continue;
      this.#waiting.get(frame.sequence)?.(true);
      if (this.#overdue.delete(frame.sequence)) this.#late++;
    }
  }

  /** One piece: a write of its own, and then the other flows' turn. */
  async write(piece: Uint8Array): Promise<void> {
    writeSync(this.#fd, piece);
    await nextTurn();
  }

  /** The pieces of the request with this number. */
  pieces(sequence: number): Uint8Array[] {
    const bytes = encodeCommand({ kind: 'ping' }, sequence);
    const length = Math.ceil(bytes.length / PIECES);
    return Array.from({ length: PIECES }, (_, i) => bytes.subarray(i * length, (i + 1) * length));
  }

  /** Did the board answer this number before it had been silent for too long? */
  answered(sequence: number): Promise<boolean> {
    return new Promise(resolve => {
      const settle = (answered: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(sequence);
        if (!answered) this.#overdue.add(sequence);
        resolve(answered);
      };
      const timer = setTimeout(() => settle(false), SILENCE_MS);
      this.#overdue.delete(sequence);
      this.#waiting.set(sequence, settle);
    });
  }

  /** How many answers came when nobody waited for them any more, those included that come soon. */
  async late(): Promise<number> {
    const end_ms = performance.now() + LOST_MS;
    while (this.#overdue.size > 0 && performance.now() < end_ms) await sleep(LOOK_EVERY_MS);
    return this.#late;
  }

  async close(): Promise<void> {
    const closed = new Promise(resolve => this.#stream.once('close', resolve));
    this.#stream.destroy();
    await closed;
    try {
      closeSync(this.#fd);
    } catch {
      // libuv may have taken the descriptor over, and closed it.
    }
  }
}

/** `flows` flows ask `frames` times each. What was never answered was lost on the line. */
export async function runFlows(context: StageContext, ask: Ask): Promise<StageResult> {
  const { target, parameters, platform, counting } = context;
  if (!target.board) throw new Unsupported(`${target.device} is no board`, 'name a board');
  const flows = whole(parameters, 'flows');
  const frames = whole(parameters, 'frames');
  const latency_ns: number[] = [];
  const line = new BoardLine(target.path);
  let answered = 0;
  try {
    const flow = async (number: number) => {
      for (let i = 0; i < frames; i++) {
        const start_ns = platform.now();
        // Numbers are one byte: each flow has its own, and two in flight never have the same.
        if (!(await ask(line, (number + flows * i) & 0xff))) continue;
        answered++;
        latency_ns.push(platform.now() - start_ns);
      }
    };
    await ask(line, 0xff);
    const before = await line.late();
    counting.begin();
    await Promise.all(Array.from({ length: flows }, (_, number) => flow(number)));
    counting.end();
    answered += (await line.late()) - before;
  } finally {
    await line.close();
  }
  const sent = flows * frames;
  return {
    n: sent,
    series: { latency_ns },
    totals: { sent_frames: sent, answered_frames: answered, lost_frames: sent - answered },
  };
}
