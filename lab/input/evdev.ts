// From the bytes of an event device to frames: all that the kernel says between two reports happened at
// one moment. Reads may end anywhere; a frame that cannot be the kernel's is counted and not handed on;
// after a gap (SYN_DROPPED) everything up to the next report is thrown away, and what was known of the keys
// (kernel Documentation/input/event-codes.rst). When something happened is handed on, never which key it
// was: the codes stay inside.
import {
  EV_ABS,
  EV_KEY,
  EV_MAX,
  EV_REL,
  EV_SYN,
  INPUT_EVENT_BYTES,
  KEY_BYTES,
  MOST_CODE,
  PRESSED,
  RELEASED,
  REPEATED,
  SYN_DROPPED,
  SYN_REPORT,
} from './codes.ts';
import { AXES, AXIS_OF } from './stamped.ts';

/** What happened at one moment. */
export interface InputFrame {
  /** The kernel's clock when it had the report whole, in nanoseconds; it counts microseconds. */
  readonly stamp_ns: Float64Array;
  /** Values of the axes that the lab's own devices write their stamps to. */
  readonly axes: Int32Array;
  events: number;
  presses: number;
  releases: number;
  /** The kernel's own repetitions of a key that is held (value 2). */
  repeats: number;
  /** Changes of an axis. */
  moves: number;
}

export interface FrameCounts {
  /** Handed on. */
  frames: number;
  /** With an event that the kernel cannot have sent; not handed on. */
  wrong: number;
  /** Reports without an event before them. */
  empty: number;
  /** Times that the kernel threw events away because the reader was slow. */
  dropped: number;
  /** Reports that ended such a gap. */
  resyncs: number;
}

/** A frame of more events than this is none: the kernel's own buffers end far below. */
const MOST_EVENTS = 1024;
const MICROSECONDS = 1e6;

export interface FrameListener {
  /** The frame is whole; it is overwritten when this returns. */
  onFrame(frame: InputFrame): void;
}

export class EventReader {
  readonly counts: FrameCounts = { frames: 0, wrong: 0, empty: 0, dropped: 0, resyncs: 0 };
  readonly #listener: FrameListener;
  readonly #frame: InputFrame = {
    stamp_ns: new Float64Array(1),
    axes: new Int32Array(AXES),
    events: 0,
    presses: 0,
    releases: 0,
    repeats: 0,
    moves: 0,
  };
  // One event, put together from however many pieces, read through views of its fields.
  readonly #event = new Uint8Array(INPUT_EVENT_BYTES);
  readonly #words = new Uint32Array(this.#event.buffer);
  readonly #halves = new Uint16Array(this.#event.buffer);
  readonly #values = new Int32Array(this.#event.buffer);
  #have = 0;
  /** A bit for each key: is it down, and is that known? */
  readonly #down = new Uint8Array(KEY_BYTES);
  readonly #known = new Uint8Array(KEY_BYTES);
  #state: 'good' | 'wrong' | 'dropped' = 'good';

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  /** Bytes of an event that is not whole yet. */
  get partial_bytes(): number {
    return this.#have;
  }

  /** Take the first `length` of what was read, which may begin and end anywhere. */
  push(bytes: Uint8Array, length = bytes.length): void {
    for (let i = 0; i < length; i++) {
      this.#event[this.#have++] = bytes[i]!;
      if (this.#have < INPUT_EVENT_BYTES) continue;
      this.#have = 0;
      this.#take();
    }
  }

  #take(): void {
    const type = this.#halves[8]!;
    const code = this.#halves[9]!;
    if (type === EV_SYN && code === SYN_DROPPED) this.#drop();
    else if (type === EV_SYN && code === SYN_REPORT) this.#report();
    else if (this.#state === 'good') this.#add(type, code, this.#values[5]!);
  }

  #add(type: number, code: number, value: number): void {
    const frame = this.#frame;
    frame.events++;
    if (!this.#isEvent(type, code) || frame.events > MOST_EVENTS) this.#state = 'wrong';
    else if (type === EV_KEY) this.#key(code, value);
    else if (type === EV_REL) {
      frame.moves++;
      const axis = AXIS_OF[code];
      if (axis !== undefined) frame.axes[axis] = value;
    } else if (type === EV_ABS) frame.moves++;
  }

  #isEvent(type: number, code: number): boolean {
    return type <= EV_MAX && code <= (MOST_CODE[type] ?? 0xff) && this.#hasTime();
  }

  /** Seconds stay below 2^32 on any clock that the lab asks for; the upper words are nought. */
  #hasTime(): boolean {
    const words = this.#words;
    return words[1] === 0 && words[3] === 0 && words[2]! < MICROSECONDS;
  }

  /** Pressed twice, let go twice, or repeated and not held: the kernel sends none of these. */
  #key(code: number, value: number): void {
    const at = code >> 3;
    const bit = 1 << (code & 7);
    const known = (this.#known[at]! & bit) !== 0;
    const down = (this.#down[at]! & bit) !== 0;
    const fits =
      value === RELEASED
        ? !known || down
        : value === PRESSED
          ? !known || !down
          : value === REPEATED && (!known || down);
    if (!fits) {
      this.#state = 'wrong';
      this.#known[at]! &= ~bit;
      return;
    }
    this.#known[at]! |= bit;
    if (value === RELEASED) {
      this.#down[at]! &= ~bit;
      this.#frame.releases++;
      return;
    }
    this.#down[at]! |= bit;
    if (value === PRESSED) this.#frame.presses++;
    else this.#frame.repeats++;
  }

  #drop(): void {
    this.counts.dropped++;
    this.#state = 'dropped';
  }

  #report(): void {
    const { counts } = this;
    if (this.#state === 'dropped') this.#resync();
    else if (this.#state === 'wrong' || !this.#hasTime()) counts.wrong++;
    else if (this.#frame.events === 0) counts.empty++;
    else {
      counts.frames++;
      this.#frame.stamp_ns[0] = this.#words[0]! * 1e9 + this.#words[2]! * 1e3;
      this.#listener.onFrame(this.#frame);
    }
    this.#begin();
  }

  #begin(): void {
    this.#state = 'good';
    const frame = this.#frame;
    frame.axes.fill(0);
    frame.events = 0;
    frame.presses = 0;
    frame.releases = 0;
    frame.repeats = 0;
    frame.moves = 0;
  }

  /**
   * Each key is unknown until it is heard of. The kernel could be asked which are down (EVIOCGKEY), but it
   * answers for now, and events that happened before that are still to be read: good ones would look wrong.
   */
  #resync(): void {
    this.counts.resyncs++;
    this.#known.fill(0);
  }
}
