// What the driver suite drives: a pipe, a terminal, a socket, a file with numbered blocks and the null device,
// each with its other end in the suite's hands. No device process and no cell stands between.
import { spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  fstatSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from '../../lab/drivers/driver.ts';
import { EAGAIN, EINTR, POLLIN } from '../../lab/ffi/linux/constants.ts';
import type { Memory, Platform } from '../../lab/ffi/platform.ts';

/** What the other end does, one after the other, while the driver blocks this thread. */
export type Step =
  | { readonly pause_ms: number }
  | { readonly text: string }
  /** So many messages of four doubles, as fast as the line takes them. */
  | { readonly messages: number }
  /** The same again and again, until it is stopped (Unix). */
  | { readonly flood: string }
  /** A signal for this process (Unix). */
  | { readonly signal: 'WINCH' };

/** A stream whose other end the suite holds. */
export interface Line {
  readonly target: Target;
  /**
   * Lets somebody else do these steps at the other end. After RESCUE_S it floods the line, so that a
   * driver that sleeps in vain wakes and its test fails instead of hanging. `stop` ends it.
   */
  feed(steps: readonly Step[]): { stop(): void };
  /** Put bytes on the line. Throws where they do not fit. */
  send(bytes: Uint8Array): void;
  /** Take exactly `length` bytes that the driver wrote; throws after `limit_ms`. */
  receive(length: number, limit_ms?: number): Uint8Array;
  /** Close the other end, as a writer that ends or a port that is unplugged. Idempotent. */
  hangUp(): void;
  /** Give up what belongs to readers that have closed, where something does. */
  forget?(): void;
  close(): void;
}

const BUFFER_BYTES = 65536;

class OtherEnd {
  readonly fd: number;
  readonly #platform: Platform;
  readonly #memory: Memory;
  readonly #release: () => void;
  #open = true;

  constructor(platform: Platform, fd: number, release: () => void) {
    this.#platform = platform;
    this.fd = fd;
    this.#memory = platform.memory(BUFFER_BYTES);
    this.#release = release;
  }

  send(bytes: Uint8Array): void {
    const { posix, errno, errnoName } = this.#platform;
    this.#memory.bytes.set(bytes);
    const sent = posix.write(this.fd, this.#memory.address, bytes.length);
    if (sent === bytes.length) return;
    const why = sent < 0 ? errnoName(errno()) : `only ${sent} taken`;
    throw new Error(`the test line took no ${bytes.length} bytes: ${why}; send less at once`);
  }

  receive(length: number, limit_ms = 2000): Uint8Array {
    const { posix, now, errno, errnoName } = this.#platform;
    const pollfd = new DataView(this.#memory.bytes.buffer, 0, 8);
    const end_ns = now() + limit_ms * 1e6;
    let have = 0;
    while (have < length) {
      const left_ms = Math.ceil((end_ns - now()) / 1e6);
      if (left_ms <= 0) throw new Error(`the driver wrote ${have} bytes, not ${length}`);
      pollfd.setInt32(0, this.fd, true);
      pollfd.setInt16(4, POLLIN, true);
      posix.poll(this.#memory.address, 1, left_ms);
      const got = posix.read(this.fd, this.#memory.address + 64 + have, length - have);
      if (got >= 0) have += got;
      else if (errno() !== EAGAIN && errno() !== EINTR) throw new Error(errnoName(errno()));
    }
    return this.#memory.bytes.slice(64, 64 + length);
  }

  hangUp(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#platform.posix.close(this.fd);
  }

  close(): void {
    this.hangUp();
    this.#release();
    this.#memory.free();
  }
}

const line = (target: Target, end: OtherEnd): Line => ({
  target,
  feed: steps => feed(end.fd, steps),
  send: bytes => end.send(bytes),
  receive: (length, limit_ms) => end.receive(length, limit_ms),
  hangUp: () => end.hangUp(),
  close: () => end.close(),
});

const temporary = () => mkdtempSync(join(tmpdir(), 'iolab-conformance-'));

/** A named pipe; the other end is open both ways, so the pipe ends only when that end closes. */
export function openFifo(platform: Platform): Line {
  const folder = temporary();
  const path = join(folder, 'fifo');
  platform.posix.mkfifo(path, 0o600);
  const fd = platform.posix.open(path, constants.O_RDWR | constants.O_NONBLOCK);
  const release = () => rmSync(folder, { recursive: true, force: true });
  const target: Target = { device: 'fifo', kind: 'stream', path, tty: false, writable: false };
  return line(target, new OtherEnd(platform, fd, release));
}

/** A raw pseudo-terminal; a keeper holds the slave, so that no closing driver hangs it up. */
export function openTerminal(platform: Platform): Line {
  const { master, slave_path: path } = platform.posix.openPty();
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
  const keeper = platform.posix.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
  const release = () => void platform.posix.close(keeper);
  const baud = 115200;
  // Anew, as the device pty does: macOS forgets it while nobody holds the slave open.
  platform.posix.makeRaw(keeper, baud);
  const target: Target = { device: 'pty', kind: 'stream', path, tty: true, writable: true, baud };
  return line(target, new OtherEnd(platform, master, release));
}

/**
 * A listening socket. Its other end is the connection of the reader that connected last, accepted when
 * it is first needed.
 */
export function openSocket(platform: Platform): Line {
  const { posix } = platform;
  const folder = temporary();
  const path = join(folder, 'socket');
  const listener = posix.listenPath(path);
  let end: OtherEnd | undefined;
  const accepted = (): OtherEnd | undefined => {
    for (let fd = posix.acceptNext(listener); fd >= 0; fd = posix.acceptNext(listener)) {
      end?.close();
      end = new OtherEnd(platform, fd, () => {});
    }
    return end;
  };
  const connected = (): OtherEnd => {
    const one = accepted();
    if (one === undefined) throw new Error('the driver has not connected to the socket');
    return one;
  };
  const target: Target = {
    device: 'socket',
    kind: 'stream',
    path,
    connect: true,
    tty: false,
    writable: true,
  };
  return {
    target,
    feed: steps => feed(connected().fd, steps),
    send: bytes => accepted()?.send(bytes),
    receive: (length, limit_ms) => connected().receive(length, limit_ms),
    hangUp: () => connected().hangUp(),
    forget() {
      accepted()?.close();
      end = undefined;
    },
    close() {
      accepted()?.close();
      posix.close(listener);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const BLOCK_BYTES = 4096;

export interface Blocks {
  readonly target: Target;
  readonly blocks: number;
  close(): void;
}

/**
 * A file whose 4 KiB blocks carry their number in every word; O_DIRECT where it can be had. `writable`
 * as the device scratch is: it may be written because it says by its numbers which file it made.
 */
export function openBlocks(blocks: number, writable = false): Blocks {
  const folder = temporary();
  const path = join(folder, 'blocks');
  const words = new Uint32Array((blocks * BLOCK_BYTES) / 4);
  for (let i = 0; i < words.length; i++) words[i] = Math.floor((i * 4) / BLOCK_BYTES);
  writeFileSync(path, words, { flush: true, mode: 0o600 });
  const bytes = blocks * BLOCK_BYTES;
  const direct = takesDirect(path);
  // By the open file, as the device does: newer Windows tells a path's volume by a longer number.
  const fd = openSync(path, 'r');
  const { dev: file_system, ino: inode } = fstatSync(fd);
  closeSync(fd);
  const target: Target = {
    device: writable ? 'scratch' : 'file',
    kind: 'block',
    path,
    tty: false,
    writable,
    direct,
    bytes,
    ...(writable ? { created: { file_system, inode } } : {}),
  };
  return { target, blocks, close: () => rmSync(folder, { recursive: true, force: true }) };
}

function takesDirect(path: string): boolean {
  if (process.platform === 'win32') return true;
  if (!constants.O_DIRECT) return false;
  try {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_DIRECT));
    return true;
  } catch {
    console.warn(`the temporary folder takes no O_DIRECT: blocks are read through the page cache`);
    return false;
  }
}

export const nullTarget: Target = {
  device: 'null',
  kind: 'block',
  path: '',
  tty: false,
  writable: false,
  bytes: 2 ** 20,
};

/** A folder where a file or a line should be: opening or reading it must end in an error. */
export function folderTarget(kind: Target['kind']): Target {
  return { device: 'folder', kind, path: tmpdir(), tty: false, writable: false };
}

/** The steps as a shell script with the line's other end as descriptor 3, in a process of its own. */
function feed(fd: number, steps: readonly Step[]): { stop(): void } {
  const script = steps.map(wordsOf).join('\n');
  const whole = `${script}\nsleep ${RESCUE_S}; printf '%${RESCUE_BYTES}d' 0 >&3`;
  const child = spawn('/bin/sh', ['-c', whole], {
    stdio: ['ignore', 'inherit', 'inherit', fd],
    detached: true,
    env: { ...process.env, NODE: process.execPath, PID: String(process.pid) },
  });
  return {
    stop() {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // It ended before.
      }
    },
  };
}

function wordsOf(step: Step): string {
  if ('pause_ms' in step) return `sleep ${step.pause_ms / 1000}`;
  if ('text' in step) return `printf ${step.text} >&3`;
  if ('flood' in step) return `exec 2>/dev/null; while :; do printf ${step.flood} >&3; done`;
  if ('signal' in step) return `kill -${step.signal} $PID`;
  return `"$NODE" -e '
    const fs = require("fs"), fields = new Float64Array(4), all = new Uint8Array(fields.buffer);
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (let i = 0; i < ${step.messages}; i++) {
      fields.set([i, i * i, -i, 0.5]);
      for (let sent = 0; sent < 32; ) {
        try { sent += fs.writeSync(3, all, sent); }
        catch (e) { if (e.code !== "EAGAIN") throw e; Atomics.wait(pause, 0, 0, 1); }
      }
    }'`;
}

export const RESCUE_S = 12;
export const RESCUE_BYTES = 4000;
