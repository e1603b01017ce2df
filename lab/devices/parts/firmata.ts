// The keeper of a board that speaks Firmata: holds the line open through the run (opening a real Uno
// resets it), waits for the version report, and makes sure of the jumper wire that the measurement
// needs, unless `jumper=unchecked`. The same for a real board and an emulated one. Every wait is bounded.
import {
  bitOf,
  FIRMATA_BAUD,
  type FirmataIdentity,
  type FirmataMessage,
  FirmataParser,
  IdentityListener,
  portOf,
  queryIdentity,
  reportPort,
  setMode,
  systemReset,
  writePin,
} from '../../../firmware/firmata/codec.ts';
import { encodeCommand, FrameParser, PREAMBLE_BYTES } from '../../../firmware/protocol/codec.ts';
import { DeviceGone, Unsupported, WrongUsage } from '../../errors.ts';
import { EAGAIN, EINTR, POLLIN } from '../../ffi/linux/constants.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import type { DeviceSession } from '../device.ts';
import { INPUT_PIN, OUTPUT_PIN, putFirmata } from './firmata-setup.ts';
import { openLine } from './open-line.ts';
import { isPseudoTerminal } from './port.ts';

/** A real Uno's boot loader holds the line for up to two seconds after a reset. */
const READY_LIMIT_NS = 4e9;
/** Ask again this often: the first bytes may fall into a boot loader. */
const ASK_EVERY_NS = 0.3e9;
/** A wire answers within milliseconds; a busy machine's emulator may stand still for a while. */
const FOLLOW_LIMIT_NS = 2e9;
/** Rate and patience for the question whether the lab's own firmware is there instead. */
const LAB_BAUD = 115_200;
const LAB_LIMIT_NS = 1.5e9;
const BUFFER_BYTES = 1024;

class FirmataKeeper {
  readonly #platform: Platform;
  readonly #fd: number;
  readonly #path: string;
  readonly #buffer: Memory;
  readonly #pollfd: Memory;
  #closed = false;

  /** Throws Unsupported or SystemCallError where the port cannot be opened. */
  constructor(platform: Platform, path: string) {
    this.#platform = platform;
    this.#path = path;
    this.#fd = openLine(platform, path, FIRMATA_BAUD);
    this.#buffer = platform.memory(BUFFER_BYTES);
    this.#pollfd = platform.memory(8);
    new Int32Array(this.#pollfd.bytes.buffer)[0] = this.#fd;
    new Int16Array(this.#pollfd.bytes.buffer)[2] = POLLIN;
  }

  /** Version and name. Throws Unsupported that says what is there instead, where that answers. */
  identity(): FirmataIdentity {
    const listener = new IdentityListener();
    const found = this.#ask(queryIdentity(), READY_LIMIT_NS, one => listener.take(one));
    if (!found) throw this.#somethingElse();
    return found;
  }

  /** Does the input follow the output? Throws Unsupported that names the wire. */
  checkJumper(): void {
    this.#send(systemReset());
    this.#send(setMode(OUTPUT_PIN, 'output'));
    this.#send(setMode(INPUT_PIN, 'input'));
    const reads = (level: boolean) => (one: FirmataMessage) =>
      one.kind === 'digital' &&
      one.port === portOf(INPUT_PIN) &&
      ((one.levels & bitOf(INPUT_PIN)) !== 0) === level
        ? one
        : undefined;
    const port = portOf(INPUT_PIN);
    const follows =
      this.#ask(reportPort(port, true), READY_LIMIT_NS, reads(false)) &&
      this.#ask(writePin(OUTPUT_PIN, true), FOLLOW_LIMIT_NS, reads(true)) &&
      this.#ask(writePin(OUTPUT_PIN, false), FOLLOW_LIMIT_NS, reads(false));
    this.#send(systemReset());
    if (follows) return;
    throw new Unsupported(
      `pin ${INPUT_PIN} does not follow pin ${OUTPUT_PIN} on ${this.#path}`,
      `put a jumper wire from pin ${OUTPUT_PIN} to pin ${INPUT_PIN}`,
    );
  }

  /** Send until the message that is wanted comes; undefined when it does not. */
  #ask<M>(
    bytes: Uint8Array,
    limit_ns: number,
    want: (message: FirmataMessage) => M | undefined,
  ): M | undefined {
    const parser = new FirmataParser();
    const { now } = this.#platform;
    const end_ns = now() + limit_ns;
    while (now() < end_ns) {
      this.#send(bytes);
      const until_ns = Math.min(end_ns, now() + ASK_EVERY_NS);
      const found = this.#receive(until_ns, chunk => {
        for (const message of parser.push(chunk)) {
          const wanted = want(message);
          if (wanted) return wanted;
        }
        return undefined;
      });
      if (found) return found;
    }
    return undefined;
  }

  #send(bytes: Uint8Array): void {
    this.#buffer.bytes.set(bytes);
    this.#platform.posix.write(this.#fd, this.#buffer.address, bytes.length);
  }

  #receive<M>(until_ns: number, take: (bytes: Uint8Array) => M | undefined): M | undefined {
    const { posix, now, errno } = this.#platform;
    for (let left_ns = until_ns - now(); left_ns > 0; left_ns = until_ns - now()) {
      posix.poll(this.#pollfd.address, 1, Math.ceil(left_ns / 1e6));
      const got = posix.read(this.#fd, this.#buffer.address, BUFFER_BYTES);
      if (got < 0 && (errno() === EAGAIN || errno() === EINTR)) continue;
      if (got <= 0) throw new DeviceGone(`${this.#path} hung up while the board was asked`);
      const found = take(this.#buffer.bytes.slice(0, got));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Firmata does not answer: is the lab's own firmware there? */
  #somethingElse(): Unsupported {
    const { posix, now } = this.#platform;
    posix.makeRaw(this.#fd, LAB_BAUD);
    const parser = new FrameParser();
    this.#send(encodeCommand({ kind: 'hello' }, 0, PREAMBLE_BYTES));
    const lab = this.#receive(now() + LAB_LIMIT_NS, bytes => parser.push(bytes)[0]);
    const fix = putFirmata(this.#path);
    if (lab) return new Unsupported(`the lab’s firmware is on ${this.#path}, not Firmata`, fix);
    return new Unsupported(
      `no Firmata answers on ${this.#path} at ${FIRMATA_BAUD} baud`,
      `check the cable, and ${fix}`,
    );
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#platform.posix.close(this.#fd);
    this.#buffer.free();
    this.#pollfd.free();
  }
}

/** Bits per second of an ATmega328P that aims at 57600: UBRR 34 at double speed (table 20-6). */
const BOARD_HZ = 16e6 / (8 * 35);

/** Is the wire to be checked? Throws WrongUsage for a word that says neither. */
function jumperOf({ jumper = 'checked' }: Readonly<Record<string, string>>): boolean {
  if (jumper === 'checked' || jumper === 'unchecked') return jumper === 'checked';
  throw new WrongUsage(`jumper=${jumper}: use checked or unchecked`);
}

/**
 * A board with Firmata as a device session. With `jumper=unchecked` it is only asked what it is: no pin
 * is touched. Throws SystemCallError, Unsupported, DeviceGone or WrongUsage.
 */
export function firmataSession(
  platform: Platform,
  device: string,
  path: string,
  parameters: Readonly<Record<string, string>> = {},
): DeviceSession {
  const checked = jumperOf(parameters);
  const keeper = new FirmataKeeper(platform, path);
  try {
    const { name, version, protocol } = keeper.identity();
    if (checked) keeper.checkJumper();
    // A pseudo-terminal has an emulator at its other end, whatever name leads to it.
    const simulated = isPseudoTerminal(path);
    const line = { to_board_hz: simulated ? BOARD_HZ : FIRMATA_BAUD, from_board_hz: BOARD_HZ };
    const firmata = { output_pin: OUTPUT_PIN, input_pin: INPUT_PIN, line };
    return {
      target: {
        device,
        kind: 'stream',
        path,
        tty: true,
        writable: true,
        baud: FIRMATA_BAUD,
        firmata,
      },
      evidence: simulated ? 'simulated' : 'hardware',
      identity: {
        board: 'uno',
        firmware: `${name} ${version}`,
        firmata: protocol,
        jumper: checked ? `pin ${OUTPUT_PIN} to pin ${INPUT_PIN}` : 'unchecked',
      },
      close: async () => keeper.close(),
    };
  } catch (error) {
    keeper.close();
    throw error;
  }
}
