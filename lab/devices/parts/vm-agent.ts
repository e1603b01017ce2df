// What a device in the virtual machine asks of the host: press a key, move the mouse, send on a serial
// line, pull a plug. One JSON document a line over a virtio-serial port, and the host's answers with its
// own stamps, which are brought to this clock by ping-pong (Cristian, "Probabilistic clock
// synchronization", 1989). Every call is bounded and blocks: the process is the device's own.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceGone, SystemCallError, TimedOut, Unsupported } from '../../errors.ts';
import { EAGAIN, EINTR, POLLIN, POLLOUT } from '../../ffi/linux/constants.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import { type ClockReading, driftPpm, toGuest } from './vm-clock.ts';
import type { Operated, Pluggable, SerialLine } from './vm-hardware.ts';

/** What the guest may ask; the host's side is lab/places/vm/agent.ts. */
export type AgentRequest =
  | { readonly do: 'ping' }
  | { readonly do: 'inject'; readonly device: Operated; readonly offsets_ns: readonly number[] }
  | {
      readonly do: 'send';
      readonly line: SerialLine;
      readonly offsets_ns: readonly number[];
      readonly bytes: number;
    }
  | { readonly do: 'report'; readonly job: number }
  | { readonly do: 'line'; readonly line: SerialLine; readonly mode: LineMode }
  | { readonly do: 'unplug' | 'plug'; readonly part: Pluggable; readonly after_ms: number }
  | { readonly do: 'kill'; readonly after_ms: number };

/** What the far end of a serial line does with what it is sent. */
export type LineMode = 'echo' | 'quiet';

export type AgentAnswer =
  | { readonly id: number; readonly ok: true; readonly [key: string]: unknown }
  | { readonly id: number; readonly ok: false; readonly reason: string; readonly fix: string };

/** When each event of a job left the host, on the guest's clock. */
export interface JobReport {
  readonly intended_ns: Float64Array;
  /** Before QEMU was told, and after it said that it had done it; equal for what is sent on a line. */
  readonly sent_ns: Float64Array;
  readonly done_ns: Float64Array;
  /** How far each of these may be off, and by how much the two clocks drifted apart meanwhile. */
  readonly error_ns: number;
  readonly drift_ppm: number;
}

/** Names of the agent's ports, as the host gave them: this and a number. */
export const AGENT_PORT = 'iolab.agent.';

const PORTS = '/sys/class/virtio-ports';
const O_RDWR_NONBLOCK = 0o4002;
const PINGS = 24;
const ANSWER_LIMIT_MS = 5000;
const CHUNK_BYTES = 32_768;

interface Job {
  readonly id: number;
  readonly length_ms: number;
}

export class VmAgent {
  readonly #platform: Platform;
  readonly #fd: number;
  readonly #buffer: Memory;
  readonly #pollfd: Memory;
  readonly #answers = new Map<number, AgentAnswer>();
  readonly #readings: ClockReading[] = [];
  #heard = '';
  #last_id = 0;
  #closed = false;

  private constructor(platform: Platform, fd: number) {
    this.#platform = platform;
    this.#fd = fd;
    this.#buffer = platform.memory(CHUNK_BYTES);
    this.#pollfd = platform.memory(8);
    new Int32Array(this.#pollfd.bytes.buffer)[0] = fd;
  }

  /** A port that nobody else has. Throws Unsupported outside of the virtual machine. */
  static open(platform: Platform): VmAgent {
    const paths = agentPorts();
    for (const path of paths) {
      try {
        return new VmAgent(platform, platform.posix.open(path, O_RDWR_NONBLOCK));
      } catch (error) {
        // A port has one user at a time (drivers/char/virtio_console.c): the next one may be free.
        if (!(error instanceof SystemCallError && error.errno === 'EBUSY')) throw error;
      }
    }
    if (paths.length > 0) throw new Unsupported(`all ${paths.length} agent ports are in use`, '');
    throw new Unsupported('there is no agent here', 'add --in vm: the host is asked from there');
  }

  /** How the host's clock and this one stand to each other now: guest = host + offset, ± error. */
  clock(): ClockReading {
    const { now } = this.#platform;
    let best: ClockReading | undefined;
    for (let i = 0; i < PINGS; i++) {
      const before = now();
      const { host_ns } = this.#ask({ do: 'ping' }) as unknown as { host_ns: number };
      const after = now();
      const error_ns = (after - before) / 2;
      if (best && best.error_ns <= error_ns) continue;
      best = { host_ns, offset_ns: (before + after) / 2 - host_ns, error_ns };
    }
    this.#readings.push(best!);
    return best!;
  }

  /** Events of an input device at these times from now on. Returns at once. */
  inject(device: Operated, offsets_ns: readonly number[]): Job {
    return this.#begin({ do: 'inject', device, offsets_ns }, offsets_ns);
  }

  /** Messages of `bytes` bytes from the far end of a serial line; byte k of message i is i + k. */
  send(line: SerialLine, offsets_ns: readonly number[], bytes: number): Job {
    return this.#begin({ do: 'send', line, offsets_ns, bytes }, offsets_ns);
  }

  /** Waits for the job's end. */
  report(job: Job): JobReport {
    const limit_ms = job.length_ms + ANSWER_LIMIT_MS;
    const told = this.#ask({ do: 'report', job: job.id }, limit_ms) as unknown as Stamps;
    this.clock();
    const readings = this.#readings;
    const here = (stamps: readonly number[]) =>
      Float64Array.from(stamps, host_ns => toGuest(readings, host_ns));
    return {
      intended_ns: here(told.intended_ns),
      sent_ns: here(told.sent_ns),
      done_ns: here(told.done_ns),
      error_ns: Math.max(...readings.map(({ error_ns }) => error_ns)),
      drift_ppm: driftPpm(readings),
    };
  }

  line(line: SerialLine, mode: LineMode): void {
    this.#ask({ do: 'line', line, mode });
  }

  /** Pull a part out, or put it in again, so many milliseconds from now. Returns at once. */
  unplug(part: Pluggable, after_ms = 0): void {
    this.#ask({ do: 'unplug', part, after_ms });
  }

  plug(part: Pluggable, after_ms = 0): void {
    this.#ask({ do: 'plug', part, after_ms });
  }

  /** End the whole machine as a power cut does. */
  kill(after_ms = 0): void {
    this.#ask({ do: 'kill', after_ms });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#platform.posix.close(this.#fd);
    this.#buffer.free();
    this.#pollfd.free();
  }

  #begin(request: AgentRequest, offsets_ns: readonly number[]): Job {
    this.clock();
    const { job } = this.#ask(request) as unknown as { job: number };
    return { id: job, length_ms: (offsets_ns.at(-1) ?? 0) / 1e6 };
  }

  #ask(request: AgentRequest, limit_ms = ANSWER_LIMIT_MS): AgentAnswer & { ok: true } {
    const id = ++this.#last_id;
    const end_ns = this.#platform.now() + limit_ms * 1e6;
    this.#write(Buffer.from(`${JSON.stringify({ id, ...request })}\n`), end_ns);
    for (;;) {
      const answer = this.#answers.get(id);
      if (answer) {
        this.#answers.delete(id);
        if (answer.ok) return answer;
        throw new Unsupported(answer.reason, answer.fix);
      }
      this.#read(request.do, end_ns);
    }
  }

  #write(bytes: Buffer, end_ns: number): void {
    const { posix, errno, errnoName } = this.#platform;
    for (let sent = 0; sent < bytes.length; ) {
      const length = Math.min(CHUNK_BYTES, bytes.length - sent);
      this.#buffer.bytes.set(bytes.subarray(sent, sent + length));
      const wrote = posix.write(this.#fd, this.#buffer.address, length);
      if (wrote >= 0) sent += wrote;
      else if (errno() === EAGAIN) this.#wait(POLLOUT, 'to take a question', end_ns);
      else if (errno() !== EINTR) throw new DeviceGone(`the agent: ${errnoName(errno())}`);
    }
  }

  #read(about: string, end_ns: number): void {
    const { posix, errno, errnoName } = this.#platform;
    this.#wait(POLLIN, `to answer "${about}"`, end_ns);
    const got = posix.read(this.#fd, this.#buffer.address, CHUNK_BYTES);
    if (got === 0) throw new DeviceGone('the host has closed the agent’s port');
    if (got < 0) {
      if (errno() === EAGAIN || errno() === EINTR) return;
      throw new DeviceGone(`the agent: ${errnoName(errno())}`);
    }
    this.#heard += Buffer.from(this.#buffer.bytes.subarray(0, got)).toString('latin1');
    const lines = this.#heard.split('\n');
    this.#heard = lines.pop()!;
    for (const line of lines) {
      const answer = JSON.parse(line) as AgentAnswer;
      this.#answers.set(answer.id, answer);
    }
  }

  #wait(events: number, what: string, end_ns: number): void {
    const { posix, now } = this.#platform;
    const left_ms = Math.ceil((end_ns - now()) / 1e6);
    new Int16Array(this.#pollfd.bytes.buffer)[2] = events;
    if (left_ms > 0 && posix.poll(this.#pollfd.address, 1, left_ms) !== 0) return;
    throw new TimedOut(`the host did not come ${what} in time`);
  }
}

export const openAgent = (platform: Platform): VmAgent => VmAgent.open(platform);

interface Stamps {
  readonly intended_ns: readonly number[];
  readonly sent_ns: readonly number[];
  readonly done_ns: readonly number[];
}

function agentPorts(): string[] {
  let names: string[];
  try {
    names = readdirSync(PORTS);
  } catch {
    return [];
  }
  return names
    .filter(name => readFileSync(join(PORTS, name, 'name'), 'latin1').startsWith(AGENT_PORT))
    .map(name => join('/dev', name))
    .sort();
}
