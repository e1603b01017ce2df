// A board behind a serial port of Windows. One program has a port at a time there, so nobody keeps it: the
// device asks what the board is, sets its mode, and leaves the port to the driver.
import {
  type BoardFacts,
  type Command,
  decodeReply,
  encodeCommand,
  FrameParser,
  PREAMBLE_BYTES,
  type Reply,
} from '../../../firmware/protocol/codec.ts';
import { DeviceGone, Unsupported } from '../../errors.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import type { LineLimits } from '../../ffi/windows/calls.ts';
import {
  GENERIC_READ,
  GENERIC_WRITE,
  INVALID_HANDLE_VALUE,
  OPEN_EXISTING,
} from '../../ffi/windows/constants.ts';
import { windowsError } from '../../ffi/windows/errors.ts';
import { BAUD, boardIdentity, lineRate, modeOf } from '../board.ts';
import type { DeviceSession } from '../device.ts';

/** A read ends a millisecond after a byte, or without any after so long; a write that nobody takes, too. */
const LIMITS: LineLimits = [1, 0, 200, 0, 1000];
/** A real Uno's boot loader holds the line for up to two seconds after a reset. */
const READY_LIMIT_NS = 4e9;
const BUFFER_BYTES = 256;
const MOVED = BUFFER_BYTES;

class Port {
  readonly #platform: Platform;
  readonly #path: string;
  readonly #handle: number;
  readonly #memory: Memory;
  readonly #parser = new FrameParser();
  #sequence = 0;

  /** Throws SystemCallError. */
  constructor(platform: Platform, path: string) {
    const windows = platform.windows!;
    this.#platform = platform;
    this.#path = path;
    const access = GENERIC_READ + GENERIC_WRITE;
    this.#handle = windows.CreateFileW(path, access, 0, 0, OPEN_EXISTING, 0, 0);
    if (this.#handle === INVALID_HANDLE_VALUE) {
      throw windowsError('CreateFileW', windows.GetLastError(), path);
    }
    this.#memory = platform.memory(BUFFER_BYTES + 4);
    windows.setLine(this.#handle, BAUD, LIMITS);
  }

  /** Ask again and again: the first bytes may fall into a boot loader. Throws Unsupported. */
  ask<K extends Reply['kind']>(command: Command, kind: K): Extract<Reply, { kind: K }> {
    const end_ns = this.#platform.now() + READY_LIMIT_NS;
    while (this.#platform.now() < end_ns) {
      this.#write(encodeCommand(command, this.#sequence++ & 0xff, PREAMBLE_BYTES));
      for (let frames = this.#read(); frames.length > 0; frames = this.#read()) {
        const reply = frames.find(one => one.kind === kind);
        if (reply) return reply as Extract<Reply, { kind: K }>;
      }
    }
    throw new Unsupported(
      `no lab firmware answers on ${this.#path} at ${BAUD} baud`,
      'put it on the board: iolab flash uno, or iolab flash pico',
    );
  }

  #write(bytes: Uint8Array): void {
    const { address } = this.#memory;
    this.#memory.bytes.set(bytes);
    const windows = this.#platform.windows!;
    if (windows.WriteFile(this.#handle, address, bytes.length, address + MOVED, 0)) return;
    throw new DeviceGone(windowsError('WriteFile', windows.GetLastError(), this.#path).message);
  }

  /** What came within a moment, as replies; none where nothing came. */
  #read(): Reply[] {
    const { address, bytes } = this.#memory;
    const windows = this.#platform.windows!;
    if (!windows.ReadFile(this.#handle, address, BUFFER_BYTES, address + MOVED, 0)) {
      throw new DeviceGone(windowsError('ReadFile', windows.GetLastError(), this.#path).message);
    }
    const moved = new DataView(bytes.buffer).getUint32(MOVED, true);
    const frames = this.#parser.push(bytes.slice(0, moved));
    // Bytes without a frame are half of one: read on.
    return moved > 0 && frames.length === 0 ? this.#read() : frames.map(decodeReply);
  }

  close(): void {
    this.#platform.windows!.CloseHandle(this.#handle);
    this.#memory.free();
  }
}

/** Throws Unsupported, SystemCallError and DeviceGone. */
export function boardOnWindows(
  platform: Platform,
  device: string,
  name: string,
  parameters: Readonly<Record<string, string>>,
): DeviceSession {
  if (parameters.firmware !== undefined && parameters.firmware !== 'lab') {
    throw new Unsupported(
      `firmware=${parameters.firmware} is not spoken on Windows`,
      'leave it out',
    );
  }
  const mode = modeOf(parameters);
  const path = `\\\\.\\${name}`;
  const port = new Port(platform, path);
  let facts: BoardFacts;
  try {
    port.ask({ kind: 'hello' }, 'hello');
    const { status } = port.ask({ kind: 'mode', mode }, 'mode');
    if (status !== 'ok') throw new Unsupported(`the board has no mode ${mode}: ${status}`, '');
    facts = port.ask({ kind: 'hello' }, 'hello');
  } finally {
    port.close();
  }
  const { board: name_of_board, modes, timer_hz } = facts;
  const line = { to_board_hz: BAUD, from_board_hz: lineRate(facts) };
  const board = { name: name_of_board, modes, timer_hz, line };
  return {
    target: { device, kind: 'stream', path, tty: true, writable: true, baud: BAUD, board },
    identity: boardIdentity(facts),
    close: async () => {},
  };
}
