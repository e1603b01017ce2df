// The lab's wire protocol in TypeScript, the twin of protocol.h, whose head comment is the one
// description of the frame, the commands and the units. Runs in a browser too: no imports at all.
// Framing and checksum are those of PPP (RFC 1662).

export const PROTOCOL_VERSION = 1;
export const FLAG = 0x7e;
const ESCAPE = 0x7d;
const FLIP = 0x20;
const HEADER_BYTES = 3;
export const PAYLOAD_MAX_BYTES = 96;
const BODY_MAX_BYTES = HEADER_BYTES + PAYLOAD_MAX_BYTES + 2;
const FCS_START = 0xffff;
const FCS_GOOD = 0xf0b8;
/** Flags to send before a frame when the board may be busy elsewhere: an overrun eats these. */
export const PREAMBLE_BYTES = 12;

export interface Frame {
  readonly version: number;
  readonly kind: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** One step of the frame check sequence (RFC 1662 appendix C), without a table. */
export function fcsStep(fcs: number, byte: number): number {
  let data = byte ^ (fcs & 0xff);
  data = (data ^ (data << 4)) & 0xff;
  return ((data << 8) | (fcs >> 8)) ^ (data >> 4) ^ (data << 3);
}

/**
 * A frame as it goes over the line, both flags included, after `preamble` more flags. Throws
 * RangeError when the payload is longer than PAYLOAD_MAX_BYTES.
 */
export function encodeFrame(frame: Frame, preamble = 0): Uint8Array {
  if (frame.payload.length > PAYLOAD_MAX_BYTES) {
    throw new RangeError(
      `payload of ${frame.payload.length} bytes; at most ${PAYLOAD_MAX_BYTES} fit`,
    );
  }
  const out: number[] = new Array<number>(preamble + 1).fill(FLAG);
  const stuff = (byte: number) => {
    if (byte === FLAG || byte === ESCAPE) out.push(ESCAPE, byte ^ FLIP);
    else out.push(byte);
  };
  let fcs = FCS_START;
  const body = (byte: number) => {
    fcs = fcsStep(fcs, byte & 0xff);
    stuff(byte & 0xff);
  };
  body(frame.version);
  body(frame.kind);
  body(frame.sequence);
  for (const byte of frame.payload) body(byte);
  fcs ^= 0xffff;
  stuff(fcs & 0xff);
  stuff(fcs >> 8);
  out.push(FLAG);
  return new Uint8Array(out);
}

/** Reads a stream in pieces of any size. Never throws; what is no good frame is counted. */
export class FrameParser {
  /** Frames thrown away: bad checksum, too short, too long, broken escape. */
  bad = 0;
  readonly #body = new Uint8Array(BODY_MAX_BYTES);
  #length = 0;
  #inside = false;
  #escaped = false;
  #spoilt = false;
  #fcs = FCS_START;

  /** The good frames completed by these bytes, in order. */
  push(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    for (const byte of bytes) {
      const frame = this.pushByte(byte);
      if (frame) frames.push(frame);
    }
    return frames;
  }

  /** The good frame completed by this byte, if it completes one. */
  pushByte(byte: number): Frame | undefined {
    if (byte === FLAG) return this.#boundary();
    if (!this.#inside || this.#spoilt) return undefined;
    if (byte === ESCAPE) {
      this.#spoilt = this.#escaped; // two escapes in a row are no frame
      this.#escaped = true;
      return undefined;
    }
    const data = this.#escaped ? byte ^ FLIP : byte;
    this.#escaped = false;
    if (this.#length === BODY_MAX_BYTES) {
      this.#spoilt = true;
      return undefined;
    }
    this.#body[this.#length++] = data;
    this.#fcs = fcsStep(this.#fcs, data);
    return undefined;
  }

  #boundary(): Frame | undefined {
    const length = this.#length;
    const any = this.#inside && (length > 0 || this.#spoilt || this.#escaped);
    const good =
      any &&
      !this.#spoilt &&
      !this.#escaped &&
      length >= HEADER_BYTES + 2 &&
      this.#fcs === FCS_GOOD;
    if (any && !good) this.bad++;
    this.#inside = true;
    this.#escaped = this.#spoilt = false;
    this.#length = 0;
    this.#fcs = FCS_START;
    if (!good) return undefined;
    const body = this.#body;
    return {
      version: body[0]!,
      kind: body[1]!,
      sequence: body[2]!,
      payload: body.slice(HEADER_BYTES, length - 2),
    };
  }
}

// Messages. The arrays' order is the number on the line.

export const modes = ['polled', 'interrupt', 'interrupt+ring', 'dma'] as const;
export const loads = ['none', 'medium', 'heavy'] as const;
export const boards = ['unknown', 'uno', 'pico'] as const;
export const statuses = [
  'ok',
  'unsupported',
  'bad-value',
  'bad-length',
  'unknown-kind',
  'wrong-version',
] as const;
export const counterNames = [
  'polls',
  'rx_interrupts',
  'tx_interrupts',
  'timer_interrupts',
  'rx_bytes',
  'tx_bytes',
  'uart_overruns',
  'ring_overruns',
  'frames_good',
  'frames_bad',
  'echo_frames',
  'echo_lost',
  'dma_wraps',
  'sleeps',
  'asleep_cycles',
  'cycles',
  'stack_bytes',
  'wakeups',
  'dma_blocks',
] as const;
/** How the torn-read command reads: not at all protected, and two cures. */
export const ways = ['plain', 'interrupts-off', 'read-twice'] as const;

export type Mode = (typeof modes)[number];
export type Load = (typeof loads)[number];
export type BoardName = (typeof boards)[number];
export type Status = (typeof statuses)[number];
export type Way = (typeof ways)[number];
export type Counters = Record<(typeof counterNames)[number], number>;

export type Command =
  | { readonly kind: 'hello' }
  | { readonly kind: 'ping' }
  /** `data` at most PAYLOAD_MAX_BYTES − 2 bytes; `stream` is 16 bits, 0 starts anew. */
  | { readonly kind: 'echo'; readonly stream: number; readonly data: Uint8Array }
  | { readonly kind: 'mode'; readonly mode: Mode }
  | { readonly kind: 'load'; readonly load: Load }
  | { readonly kind: 'counters'; readonly clear: boolean }
  /** After its answer, one flag on its own is stamped and answered by a ping reply. */
  | { readonly kind: 'await' }
  | {
      readonly kind: 'torn';
      readonly way: Way;
      readonly width_bytes: number;
      /** 16 bits. */
      readonly reads: number;
    }
  | { readonly kind: 'block'; readonly bytes: number };

export interface BoardFacts {
  readonly board: BoardName;
  readonly mode: Mode;
  readonly load: Load;
  /** The modes this board has. */
  readonly modes: readonly Mode[];
  /** The chip's own register of reset causes. */
  readonly reset_cause: number;
  readonly clock_hz: number;
  /** Ticks per second of the stamps. */
  readonly timer_hz: number;
  /** Start of the sha256 of the firmware's sources, as hexadecimal digits. */
  readonly build: string;
}

export type Reply =
  | ({ readonly kind: 'ready' } & BoardFacts)
  | ({ readonly kind: 'hello' } & BoardFacts)
  | {
      readonly kind: 'ping';
      /** Undefined where the board has no hardware capture of the line. */
      readonly arrival_cycles: number | undefined;
      readonly service_cycles: number;
      readonly reply_cycles: number;
    }
  | { readonly kind: 'echo'; readonly stream: number; readonly data: Uint8Array }
  | { readonly kind: 'mode'; readonly status: Status; readonly mode: Mode }
  | { readonly kind: 'load'; readonly status: Status; readonly load: Load }
  | { readonly kind: 'counters'; readonly counters: Counters }
  | { readonly kind: 'await' }
  | {
      readonly kind: 'torn';
      readonly status: Status;
      /** Reads whose bytes differed. */
      readonly torn: number;
      readonly writes: number;
      readonly reads: number;
    }
  | { readonly kind: 'block'; readonly status: Status; readonly bytes: number }
  | { readonly kind: 'error'; readonly command: number; readonly reason: Status }
  /** A good frame that this version does not know, or whose payload does not fit its kind. */
  | { readonly kind: 'unknown'; readonly frame: Frame };

const REPLY = 0x80;
const READY = 0x80;
const ERROR = 0xff;
const HELLO = 1;
const PING = 2;
const ECHO = 3;
const MODE = 4;
const LOAD = 5;
const COUNTERS = 6;
const AWAIT = 7;
const TORN = 8;
const BLOCK = 9;
const ABOUT_BYTES = 17;

/** Cycles from one 32-bit stamp to a later one, across one wrap. */
export function cyclesBetween(from: number, to: number): number {
  return (to - from) >>> 0;
}

/** A command as it goes over the line. `sequence` is taken modulo 256. */
export function encodeCommand(command: Command, sequence: number, preamble = 0): Uint8Array {
  const [kind, payload] = commandBody(command);
  return encodeFrame(
    { version: PROTOCOL_VERSION, kind, sequence: sequence & 0xff, payload },
    preamble,
  );
}

function commandBody(command: Command): [number, Uint8Array] {
  switch (command.kind) {
    case 'hello':
      return [HELLO, new Uint8Array(0)];
    case 'ping':
      return [PING, new Uint8Array(0)];
    case 'echo':
      return [
        ECHO,
        Uint8Array.of(command.stream & 0xff, (command.stream >> 8) & 0xff, ...command.data),
      ];
    case 'mode':
      return [MODE, Uint8Array.of(modes.indexOf(command.mode))];
    case 'load':
      return [LOAD, Uint8Array.of(loads.indexOf(command.load))];
    case 'counters':
      return [COUNTERS, Uint8Array.of(command.clear ? 1 : 0)];
    case 'await':
      return [AWAIT, new Uint8Array(0)];
    case 'torn':
      return [
        TORN,
        Uint8Array.of(
          ways.indexOf(command.way),
          command.width_bytes,
          command.reads & 0xff,
          (command.reads >> 8) & 0xff,
        ),
      ];
    case 'block':
      return [BLOCK, Uint8Array.of(command.bytes)];
  }
}

/** What a board's frame says. Never throws: `unknown` for what does not fit. */
export function decodeReply(frame: Frame): Reply {
  const { payload } = frame;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const u32 = (at: number) => view.getUint32(at, true);
  const unknown: Reply = { kind: 'unknown', frame };
  if (frame.kind === ERROR && payload.length >= 2) {
    const reason = statuses[payload[1]!];
    return reason ? { kind: 'error', command: payload[0]!, reason } : unknown;
  }
  if (frame.version !== PROTOCOL_VERSION) return unknown;
  switch (frame.kind) {
    case READY:
    case HELLO | REPLY: {
      const facts = boardFacts(payload, u32);
      return facts ? { kind: frame.kind === READY ? 'ready' : 'hello', ...facts } : unknown;
    }
    case PING | REPLY:
      if (payload.length < 13) return unknown;
      return {
        kind: 'ping',
        arrival_cycles: (payload[12]! & 1) === 1 ? u32(0) : undefined,
        service_cycles: u32(4),
        reply_cycles: u32(8),
      };
    case ECHO | REPLY:
      if (payload.length < 2) return unknown;
      return { kind: 'echo', stream: view.getUint16(0, true), data: payload.slice(2) };
    case MODE | REPLY: {
      const status = statuses[payload[0] ?? -1];
      const mode = modes[payload[1] ?? -1];
      return status && mode ? { kind: 'mode', status, mode } : unknown;
    }
    case LOAD | REPLY: {
      const status = statuses[payload[0] ?? -1];
      const load = loads[payload[1] ?? -1];
      return status && load ? { kind: 'load', status, load } : unknown;
    }
    case COUNTERS | REPLY:
      if (payload.length < 4 * counterNames.length) return unknown;
      return {
        kind: 'counters',
        counters: Object.fromEntries(counterNames.map((name, i) => [name, u32(4 * i)])) as Counters,
      };
    case AWAIT | REPLY:
      return { kind: 'await' };
    case TORN | REPLY: {
      const status = statuses[payload[0] ?? -1];
      if (!status || payload.length < 11) return unknown;
      const reads = view.getUint16(9, true);
      return { kind: 'torn', status, torn: u32(1), writes: u32(5), reads };
    }
    case BLOCK | REPLY: {
      const status = statuses[payload[0] ?? -1];
      if (!status || payload.length < 2) return unknown;
      return { kind: 'block', status, bytes: payload[1]! };
    }
    default:
      return unknown;
  }
}

function boardFacts(payload: Uint8Array, u32: (at: number) => number): BoardFacts | undefined {
  if (payload.length < ABOUT_BYTES) return undefined;
  const mode = modes[payload[1]!];
  const load = loads[payload[2]!];
  if (!mode || !load) return undefined;
  return {
    board: boards[payload[0]!] ?? 'unknown',
    mode,
    load,
    modes: modes.filter((_, bit) => (payload[3]! >> bit) & 1),
    reset_cause: payload[4]!,
    clock_hz: u32(5),
    timer_hz: u32(9),
    build: [...payload.subarray(13, 17)].map(byte => byte.toString(16).padStart(2, '0')).join(''),
  };
}
