// The keeper of a serial board: opens the line once, holds it open through the run (opening a real
// Uno resets it), waits for the board's ready frame and asks what it is. Nothing here sleeps a fixed
// time: it waits for an answer, with a bound.
import { constants, realpathSync } from 'node:fs';
import {
  type BoardFacts,
  type Command,
  decodeReply,
  encodeCommand,
  FrameParser,
  type Mode,
  modes,
  PREAMBLE_BYTES,
  type Reply,
} from '../../firmware/protocol/codec.ts';
import { DeviceGone, TimedOut, Unsupported, WrongUsage } from '../errors.ts';
import { EAGAIN, EINTR, POLLIN } from '../ffi/linux/constants.ts';
import type { Memory, Platform } from '../ffi/platform.ts';
import type { DeviceSession } from './device.ts';

export const BAUD = 115200;
const DEFAULT_MODE: Mode = 'interrupt+ring';
/** A real Uno's boot loader holds the line for up to two seconds after a reset. */
const READY_LIMIT_NS = 4e9;
/** Ask again this often: the first bytes may fall into a boot loader. */
const ASK_EVERY_NS = 0.3e9;
const BUFFER_BYTES = 256;

export class BoardKeeper {
  readonly #platform: Platform;
  readonly #fd: number;
  readonly #path: string;
  readonly #buffer: Memory;
  readonly #pollfd: Memory;
  readonly #parser = new FrameParser();
  #sequence = 0;
  #closed = false;

  /** Throws SystemCallError where the port cannot be opened. */
  constructor(platform: Platform, path: string) {
    this.#platform = platform;
    this.#path = path;
    const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
    this.#fd = platform.posix.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    platform.posix.makeRaw(this.#fd, BAUD);
    this.#buffer = platform.memory(BUFFER_BYTES);
    this.#pollfd = platform.memory(8);
    new Int32Array(this.#pollfd.bytes.buffer)[0] = this.#fd;
    new Int16Array(this.#pollfd.bytes.buffer)[2] = POLLIN;
  }

  /** What the board says it is. Throws Unsupported where nothing on the line speaks the protocol. */
  hello(): BoardFacts {
    try {
      const reply = this.#ask({ kind: 'hello' }, one => one.kind === 'hello');
      if (reply.kind === 'hello') return reply;
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
    }
    throw new Unsupported(
      `no lab firmware answers on ${this.#path} at ${BAUD} baud`,
      'check the cable and the board, and put the lab’s firmware on it',
    );
  }

  /** Choose how the firmware serves its line. Throws Unsupported where the board has no such mode. */
  setMode(mode: Mode, facts: BoardFacts): void {
    if (!facts.modes.includes(mode)) {
      throw new Unsupported(
        `the ${facts.board} has no mode ${mode}`,
        `use ${facts.modes.join(', ')}`,
      );
    }
    this.#ask({ kind: 'mode', mode }, one => one.kind === 'mode');
  }

  /** Send until the reply that `fits` comes. Throws TimedOut. */
  #ask(command: Command, fits: (reply: Reply) => boolean): Reply {
    const end_ns = this.#platform.now() + READY_LIMIT_NS;
    while (this.#platform.now() < end_ns) {
      this.#send(encodeCommand(command, this.#sequence++, PREAMBLE_BYTES));
      const reply = this.#receive(this.#platform.now() + ASK_EVERY_NS, fits);
      if (reply) return reply;
    }
    throw new TimedOut(`${this.#path} did not answer ${command.kind}`);
  }

  #send(bytes: Uint8Array): void {
    this.#buffer.bytes.set(bytes);
    this.#platform.posix.write(this.#fd, this.#buffer.address, bytes.length);
  }

  #receive(until_ns: number, fits: (reply: Reply) => boolean): Reply | undefined {
    const { posix, now } = this.#platform;
    for (let left_ns = until_ns - now(); left_ns > 0; left_ns = until_ns - now()) {
      posix.poll(this.#pollfd.address, 1, Math.ceil(left_ns / 1e6));
      const got = posix.read(this.#fd, this.#buffer.address, BUFFER_BYTES);
      if (got <= 0) {
        const errno = this.#platform.errno();
        if (got < 0 && (errno === EAGAIN || errno === EINTR)) continue;
        throw new DeviceGone(`${this.#path} hung up while the board was asked`);
      }
      for (const frame of this.#parser.push(this.#buffer.bytes.subarray(0, got))) {
        const reply = decodeReply(frame);
        if (fits(reply)) return reply;
      }
    }
    return undefined;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#platform.posix.close(this.#fd);
    this.#buffer.free();
    this.#pollfd.free();
  }
}

/** What a board says of itself, as a record keeps it. */
export function boardIdentity(facts: BoardFacts): Record<string, string> {
  return {
    board: facts.board,
    mode: facts.mode,
    clock_hz: String(facts.clock_hz),
    timer_hz: String(facts.timer_hz),
    firmware_build: facts.build,
  };
}

/**
 * Bits per second that the board really sends. An ATmega328P at 16 MHz comes nearest to 115200 with
 * UBRR 16 at double speed: 2.1 % fast (datasheet, table 20-6).
 */
function lineRate({ board, clock_hz }: BoardFacts): number {
  return board === 'uno' ? clock_hz / (8 * 17) : BAUD;
}

/** The mode a user asked for. Throws WrongUsage for a word that is none. */
export function modeOf(parameters: Readonly<Record<string, string>>): Mode {
  const asked = parameters.mode ?? DEFAULT_MODE;
  const mode = modes.find(one => one === asked);
  if (mode === undefined) throw new WrongUsage(`mode=${asked} is no mode; use ${modes.join(', ')}`);
  return mode;
}

/** A board as a device session: the keeper holds the line, the driver opens it a second time. */
export function boardSession(
  platform: Platform,
  device: string,
  path: string,
  parameters: Readonly<Record<string, string>>,
): DeviceSession & { readonly facts: BoardFacts } {
  const mode = modeOf(parameters);
  const keeper = new BoardKeeper(platform, path);
  try {
    keeper.setMode(mode, keeper.hello());
    const facts = keeper.hello();
    // A pseudo-terminal has an emulator at its other end, whatever name leads to it.
    const evidence = realpathSync(path).startsWith('/dev/pts/') ? 'simulated' : 'hardware';
    const from_board_hz = lineRate(facts);
    // An emulator's wire runs at the board's rate both ways; a real host sends at its own.
    const to_board_hz = evidence === 'simulated' ? from_board_hz : BAUD;
    const board = { timer_hz: facts.timer_hz, line: { to_board_hz, from_board_hz } };
    return {
      facts,
      target: { device, kind: 'stream', path, tty: true, writable: true, baud: BAUD, board },
      evidence,
      identity: boardIdentity(facts),
      close: async () => keeper.close(),
    };
  } catch (error) {
    keeper.close();
    throw error;
  }
}
