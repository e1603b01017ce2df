// Processes joined by pipes, with this process at both ends: it deals chunks out to the inputs in turn
// and collects them from the outputs in the same turn (pipe(7)).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SystemCallError, TimedOut, Unsupported } from '../../../errors.ts';
import {
  EAGAIN,
  EINTR,
  F_SETFL,
  O_CLOEXEC,
  O_NONBLOCK,
  POLLIN,
  POLLOUT,
} from '../../../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS } from '../../../ffi/linux/structs.ts';
import type { LinuxCalls, Memory, Platform } from '../../../ffi/platform.ts';

const PROGRAM = fileURLToPath(new URL('step.ts', import.meta.url));
const STANDARD_INPUT = 0;
const STANDARD_OUTPUT = 1;
const NO_OPTIONS = 0;
const LIMIT_MS = 10_000;

/** One process: its arguments behind the program's name. */
export type StepPlan = readonly number[];

/** Lanes side by side, each a chain of processes. */
export type GraphPlan = readonly (readonly StepPlan[])[];

interface Lane {
  readonly input: number;
  readonly output: number;
}

export class Graph {
  readonly #platform: Platform;
  readonly #linux: LinuxCalls;
  readonly #lanes: Lane[] = [];
  readonly #pids: number[] = [];
  readonly #memory: Memory;
  readonly #chunk_bytes: number;
  /** What goes in next, and what came out last. */
  readonly outgoing: Uint8Array;
  readonly incoming: Uint8Array;
  #open = true;

  /** Throws Unsupported or SystemCallError. */
  constructor(platform: Platform, plan: GraphPlan, chunk_bytes: number) {
    if (!platform.linux)
      throw new Unsupported('its pipes are made with calls of Linux', 'run it there');
    this.#platform = platform;
    this.#linux = platform.linux;
    this.#chunk_bytes = chunk_bytes;
    this.#memory = platform.memory(2 * chunk_bytes + 2 * POLLFD_BYTES);
    this.outgoing = this.#memory.bytes.subarray(0, chunk_bytes);
    this.incoming = this.#memory.bytes.subarray(chunk_bytes, 2 * chunk_bytes);
    try {
      for (const chain of plan) this.#addLane(chain);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #addLane(chain: readonly StepPlan[]): void {
    const first = this.#pipe();
    let input = first.reader;
    let output = NaN;
    for (const [i, step] of chain.entries()) {
      const next = this.#pipe();
      const words = ['--disable-warning=ExperimentalWarning', PROGRAM, ...step.map(String)];
      const spawner = this.#linux.spawner(process.execPath, words, [
        [input, STANDARD_INPUT],
        [next.writer, STANDARD_OUTPUT],
      ]);
      try {
        this.#pids.push(spawner.spawn());
      } finally {
        spawner.free();
        // The process has its own now: while ours stayed open, the pipe would never end.
        this.#platform.posix.close(input);
        this.#platform.posix.close(next.writer);
      }
      if (i < chain.length - 1) input = next.reader;
      else output = next.reader;
    }
    this.#linux.fcntl(first.writer, F_SETFL, O_NONBLOCK);
    this.#linux.fcntl(output, F_SETFL, O_NONBLOCK);
    this.#lanes.push({ input: first.writer, output });
  }

  #pipe(): { reader: number; writer: number } {
    const memory = this.#platform.memory(8);
    const result = this.#linux.pipe2(memory.address, O_CLOEXEC);
    const [reader, writer] = new Int32Array(memory.bytes.buffer);
    memory.free();
    if (result >= 0) return { reader: reader!, writer: writer! };
    throw new SystemCallError('pipe2', this.#platform.errnoName(this.#platform.errno()));
  }

  /**
   * Pass chunks through: `fill` writes chunk `k` into `outgoing`, `take` finds it in `incoming`. Both
   * ends move as they can, so that no full pipe stops the other end. Throws TimedOut.
   */
  pass(chunks: number, fill: (chunk: number) => void, take: (chunk: number) => void): void {
    const { length } = this.#lanes;
    let filled = -1;
    let sent = this.#chunk_bytes;
    let sending = -1;
    let have = 0;
    let taking = 0;
    while (taking < chunks) {
      let moved = 0;
      if (sent === this.#chunk_bytes && sending + 1 < chunks) {
        sending++;
        sent = 0;
      }
      if (sent < this.#chunk_bytes) {
        if (filled !== sending) fill(sending);
        filled = sending;
        const did = this.#move('write', this.#lanes[sending % length]!.input, sent);
        sent += did;
        moved += did;
      }
      const got = this.#move('read', this.#lanes[taking % length]!.output, have);
      have += got;
      moved += got;
      if (have === this.#chunk_bytes) {
        take(taking++);
        have = 0;
      } else if (moved === 0) {
        const input = sent < this.#chunk_bytes ? this.#lanes[sending % length]!.input : -1;
        this.#sleep(input, this.#lanes[taking % length]!.output);
      }
    }
  }

  /** Bytes moved at once, none where the pipe is full or empty. */
  #move(call: 'read' | 'write', fd: number, from: number): number {
    const { posix, errno, errnoName } = this.#platform;
    const base = this.#memory.address + from + (call === 'read' ? this.#chunk_bytes : 0);
    const moved = posix[call](fd, base, this.#chunk_bytes - from);
    if (moved > 0) return moved;
    if (moved < 0 && (errno() === EAGAIN || errno() === EINTR)) return 0;
    throw new SystemCallError(call, moved === 0 ? 'EPIPE' : errnoName(errno()), 'A step has ended');
  }

  #sleep(input: number, output: number): void {
    const at = 2 * this.#chunk_bytes;
    const fields = new DataView(this.#memory.bytes.buffer);
    fields.setInt32(at, input, true);
    fields.setInt32(at + POLLFD_EVENTS, POLLOUT, true);
    fields.setInt32(at + POLLFD_BYTES, output, true);
    fields.setInt32(at + POLLFD_BYTES + POLLFD_EVENTS, POLLIN, true);
    if (this.#platform.posix.poll(this.#memory.address + at, 2, LIMIT_MS) !== 0) return;
    throw new TimedOut(`nothing moved in the pipeline for ${LIMIT_MS} ms`);
  }

  /** Processor time of all its processes so far (proc_pid_schedstat(5), first number). */
  processCpu(): number {
    return this.#pids
      .map(pid => Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0]))
      .reduce((sum, one) => sum + one, 0);
  }

  /** End the input, so that one step after the other ends. Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const { input, output } of this.#lanes) {
      this.#platform.posix.close(input);
      this.#platform.posix.close(output);
    }
    for (const pid of this.#pids) this.#linux.waitpid(pid, NO_OPTIONS);
    this.#memory.free();
  }
}
