// Is an operation over when the program was told so? A read waits on an empty pipe and is cancelled; then
// a message comes. Whoever takes it was still there: a cancelled read that swallows it was never ended.
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EAGAIN } from '../../../ffi/linux/constants.ts';
import type { Memory, Platform } from '../../../ffi/platform.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

/** Long enough for a read to wait, and for one that waits to take what comes; nothing is timed by it. */
const SETTLE_MS = 20;
/** On a busy machine a read that still waits may take what comes so much later. */
const LATEST_NS = 1e9;
const MESSAGE_BYTES = 8;

/** A pipe whose two ends this process holds, both without waiting. */
export class Pipe {
  readonly path: string;
  readonly #fd: number;
  readonly #platform: Platform;
  readonly #memory: Memory;

  constructor(platform: Platform, folder: string, name: string) {
    this.#platform = platform;
    this.path = join(folder, name);
    platform.posix.mkfifo(this.path, 0o600);
    this.#fd = openSync(this.path, constants.O_RDWR | constants.O_NONBLOCK);
    this.#memory = platform.memory(4096);
  }

  /** A message of MESSAGE_BYTES goes in. */
  send(): void {
    this.#platform.posix.write(this.#fd, this.#memory.address, MESSAGE_BYTES);
  }

  /** Bytes that nobody has taken; takes them. */
  left(): number {
    const { posix, errno } = this.#platform;
    const got = posix.read(this.#fd, this.#memory.address, this.#memory.length);
    if (got < 0 && errno() !== EAGAIN) throw new Error('the pipe cannot be read');
    return Math.max(0, got);
  }

  close(): void {
    closeSync(this.#fd);
    this.#memory.free();
  }
}

/** A read that waits on the pipe. */
export interface WaitingRead {
  /** Cancel it in the way of this stage; resolves when the program is told that it is over. */
  cancel(): Promise<void>;
  /** Has the operation itself ended, with or without bytes? */
  ended(): boolean;
  /** Whatever it still holds. */
  release(): Promise<void> | void;
}

/** Cancel a read `tries` times, and send a message after each. */
export async function measureCancel(
  { platform, target, parameters }: StageContext,
  start: (pipe: Pipe) => Promise<WaitingRead> | WaitingRead,
): Promise<StageResult> {
  const tries = whole(parameters, 'tries');
  const latency_ns: number[] = [];
  let swallowed = 0;
  let still = 0;
  for (let i = 0; i < tries; i++) {
    const pipe = new Pipe(platform, target.path, `cancel-${i}`);
    const read = await start(pipe);
    await sleep(SETTLE_MS);
    const start_ns = platform.now();
    await read.cancel();
    latency_ns.push(platform.now() - start_ns);
    if (!read.ended()) still++;
    pipe.send();
    const latest_ns = platform.now() + LATEST_NS;
    do await sleep(SETTLE_MS);
    while (!read.ended() && platform.now() < latest_ns);
    if (pipe.left() !== MESSAGE_BYTES) swallowed++;
    // What still waits is woken for good, so that nothing is left behind.
    if (!read.ended()) pipe.send();
    await read.release();
    pipe.close();
  }
  return {
    n: tries,
    series: { latency_ns },
    totals: { tries, still_waiting: still, swallowed_messages: swallowed },
  };
}
