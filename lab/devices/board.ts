// The keeper of a serial board: opens the line once, holds it open through the run (opening a real
// Uno resets it), waits for the board's ready frame and asks what it is. Nothing here sleeps a fixed
// time: it waits for an answer, with a bound.
import { FIRMATA_BAUD, queryIdentity } from '../../firmware/firmata/codec.ts';
import {
  type BoardFacts,
  type BoardName,
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
import { latencyTimer } from './parts/latency-timer.ts';
import { openLine } from './parts/open-line.ts';
import { holdersOf, isPseudoTerminal, nameHolders } from './parts/port.ts';
import { Witness } from './parts/witness.ts';

export const BAUD = 115200;
const DEFAULT_MODE: Mode = 'interrupt+ring';
/** A real Uno's boot loader holds the line for up to two seconds after a reset. */
const READY_LIMIT_NS = 4e9;
/** Ask again this often: the first bytes may fall into a boot loader. */
const ASK_EVERY_NS = 0.3e9;
/** A board that is up answers Firmata's questions, some 50 bytes, well within this. */
const FIRMATA_LIMIT_NS = 0.4e9;
const BUFFER_BYTES = 256;
/** How often a closed line is opened anew before an emulator counts as stuck, and how long each. */
const REFRESH_TRIES = 5;
const REFRESH_LIMIT_NS = 2e9;
/** The emulator looks at a closed port every 5 ms: it must have seen that the line was down. */
const DOWN_NS = 15e6;

export class BoardKeeper {
  readonly #platform: Platform;
  #fd = -1;
  readonly #path: string;
  readonly #buffer: Memory;
  readonly #pollfd: Memory;
  #parser = new FrameParser();
  #witness = new Witness();
  #sequence = 0;
  #closed = false;

  /** Throws SystemCallError where the port cannot be opened. */
  constructor(platform: Platform, path: string) {
    this.#platform = platform;
    this.#path = path;
    this.#open();
    this.#buffer = platform.memory(BUFFER_BYTES);
    this.#pollfd = platform.memory(8);
    new Int16Array(this.#pollfd.bytes.buffer)[2] = POLLIN;
  }

  #open(): void {
    this.#fd = openLine(this.#platform, this.#path, BAUD);
  }

  #hangUp(): void {
    if (this.#fd < 0) return; // it did not open the last time
    this.#platform.posix.flushInput(this.#fd);
    this.#platform.posix.close(this.#fd);
    this.#fd = -1;
  }

  /**
   * Close the line and open it again. That resets an emulated board, which then says that it is ready:
   * it is told nothing meanwhile, so that every fresh board is at the same cycle. A real board goes on
   * (the line's HUPCL is off, so an Uno sees no edge) and is asked. Throws TimedOut, Unsupported.
   */
  refresh(emulated: boolean): BoardFacts {
    const { now, sleepUntil } = this.#platform;
    for (let tries = 1; tries <= REFRESH_TRIES; tries++) {
      this.#hangUp();
      sleepUntil(now() + tries * DOWN_NS);
      this.#open();
      this.#parser = new FrameParser();
      if (!emulated) return this.hello();
      const reply = this.#receive(now() + REFRESH_LIMIT_NS, one => one.kind === 'ready');
      if (reply?.kind === 'ready') return reply;
    }
    throw new TimedOut(`${this.#path} did not start anew: no ready frame came`);
  }

  /** What the board says it is. Throws Unsupported where nothing on the line speaks the protocol. */
  hello(): BoardFacts {
    try {
      const reply = this.#ask({ kind: 'hello' }, one => one.kind === 'hello');
      if (reply.kind === 'hello') return reply;
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
    }
    throw this.#noAnswer();
  }

  /** Why the line stayed without an answer, as far as can be seen from here. */
  #noAnswer(): Unsupported {
    const { posix } = this.#platform;
    const line_baud = posix.lineSpeed(this.#fd);
    this.#askFirmata();
    const { reason, fix } = this.#witness.verdict(BAUD, line_baud);
    const others = holdersOf(this.#path);
    // An emulator's own process holds the other end and not the port.
    const shared = others.length > 0 ? ` (${nameHolders(others)} has it open too)` : '';
    return new Unsupported(
      `no lab firmware answers on ${this.#path} at ${BAUD} baud: ${reason}${shared}`,
      fix,
    );
  }

  #askFirmata(): void {
    const { posix, now } = this.#platform;
    posix.makeRaw(this.#fd, FIRMATA_BAUD);
    posix.flushInput(this.#fd);
    this.#send(queryIdentity());
    const end_ns = now() + FIRMATA_LIMIT_NS;
    this.#read(end_ns, bytes => this.#witness.sawAtFirmataRate(bytes));
    posix.makeRaw(this.#fd, BAUD);
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
    let found: Reply | undefined;
    this.#read(until_ns, bytes => {
      const frames = this.#parser.push(bytes);
      this.#witness.saw(bytes, frames);
      found = frames.map(decodeReply).find(fits);
      return found !== undefined;
    });
    return found;
  }

  /** Hand over what comes until `done` says so or the time is over. Throws DeviceGone. */
  #read(until_ns: number, done: (bytes: Uint8Array) => boolean): void {
    const { posix, now } = this.#platform;
    new Int32Array(this.#pollfd.bytes.buffer)[0] = this.#fd;
    for (let left_ns = until_ns - now(); left_ns > 0; left_ns = until_ns - now()) {
      posix.poll(this.#pollfd.address, 1, Math.ceil(left_ns / 1e6));
      const got = posix.read(this.#fd, this.#buffer.address, BUFFER_BYTES);
      if (got <= 0) {
        const errno = this.#platform.errno();
        if (got < 0 && (errno === EAGAIN || errno === EINTR)) continue;
        throw new DeviceGone(`${this.#path} hung up while the board was asked`);
      }
      if (done(this.#buffer.bytes.slice(0, got))) return;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#fd >= 0) this.#platform.posix.close(this.#fd);
    this.#buffer.free();
    this.#pollfd.free();
  }
}

/** A bridge that holds bytes back says for how long. */
function timerOf(path: string): Record<string, string> {
  const timer_ms = latencyTimer(path);
  return timer_ms === undefined ? {} : { latency_timer_ms: String(timer_ms) };
}

/** What a board says of itself, as a record keeps it. Its mode is a setting, and may change. */
export function boardIdentity(facts: BoardFacts): Record<string, string> {
  return {
    board: facts.board,
    clock_hz: String(facts.clock_hz),
    timer_hz: String(facts.timer_hz),
    firmware_build: facts.build,
  };
}

/**
 * Bits per second that the board really sends. An ATmega328P at 16 MHz comes nearest to 115200 with
 * UBRR 16 at double speed: 2.1 % fast (datasheet, table 20-6).
 */
export function lineRate({ board, clock_hz }: BoardFacts): number {
  return board === 'uno' ? clock_hz / (8 * 17) : BAUD;
}

/** The mode a user asked for. Throws WrongUsage for a word that is none. */
export function modeOf(parameters: Readonly<Record<string, string>>): Mode {
  const asked = parameters.mode ?? DEFAULT_MODE;
  const mode = modes.find(one => one === asked);
  if (mode === undefined) throw new WrongUsage(`mode=${asked} is no mode; use ${modes.join(', ')}`);
  return mode;
}

/** A board with the firmware that `firmware=` names: the lab's own, unless Firmata is asked for. */
export async function serialSession(
  platform: Platform,
  device: string,
  path: string,
  parameters: Readonly<Record<string, string>>,
  expected?: BoardName,
): Promise<DeviceSession> {
  if (parameters.firmware === 'echo') {
    const { echoSession } = await import('./parts/echo-line.ts');
    return echoSession(platform, device, path, parameters);
  }
  if (parameters.firmware !== 'firmata') {
    return boardSession(platform, device, path, parameters, expected);
  }
  const { firmataSession } = await import('./parts/firmata.ts');
  return firmataSession(platform, device, path, parameters);
}

/**
 * A board as a device session: the keeper holds the line, the driver opens it a second time. Where
 * the board is `expected` to be one kind, another kind is refused.
 */
export function boardSession(
  platform: Platform,
  device: string,
  path: string,
  parameters: Readonly<Record<string, string>>,
  expected?: BoardName,
): DeviceSession & { readonly facts: BoardFacts } {
  const mode = modeOf(parameters);
  const keeper = new BoardKeeper(platform, path);
  try {
    const answered = keeper.hello();
    if (expected !== undefined && answered.board !== expected) {
      const reason = `the board on ${path} is a ${answered.board}, not a ${expected}`;
      throw new Unsupported(reason, `name it ${answered.board}@${path}`);
    }
    keeper.setMode(mode, answered);
    const facts = keeper.hello();
    // A pseudo-terminal has an emulator at its other end, whatever name leads to it.
    const evidence = isPseudoTerminal(path) ? 'simulated' : 'hardware';
    const from_board_hz = lineRate(facts);
    // An emulator's wire runs at the board's rate both ways; a real host sends at its own.
    const to_board_hz = evidence === 'simulated' ? from_board_hz : BAUD;
    const line = { to_board_hz, from_board_hz };
    const board = { name: facts.board, modes: facts.modes, timer_hz: facts.timer_hz, line };
    return {
      facts,
      target: { device, kind: 'stream', path, tty: true, writable: true, baud: BAUD, board },
      evidence,
      identity: { ...boardIdentity(facts), ...timerOf(path) },
      refresh: async () => void keeper.refresh(evidence === 'simulated'),
      close: async () => keeper.close(),
    };
  } catch (error) {
    keeper.close();
    throw error;
  }
}
