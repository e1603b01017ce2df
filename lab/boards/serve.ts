// A board behind its terminal, turn by turn: rest, reset where the port was opened anew, run to the
// present, pass bytes on both ways. Opening the port resets the board, as DTR does on a real Uno
// (Arduino Uno Rev3 schematic, capacitor C5 from DTR to RESET).
import type { Platform } from '../ffi/platform.ts';
import type { PtyBridge } from './bridge.ts';
import type { SerialBoard } from './core/board.ts';
import { Frozen, SLICE_CYCLES } from './core/frozen.ts';
import { WRITE_BYTES } from './core/line.ts';
import { ratesAgree, resample } from './core/wire.ts';
import { RealTime, Share } from './pace.ts';

/** How often a closed port is looked at, where the system does not tell of openings. */
const CLOSED_PAUSE_NS = 5e6;
const CLOSED_WAIT_NS = 20e6;
/** The longest leap of a sleeping board: 20 ms of an Uno. */
const LEAP_CYCLES = 320_000;
/** A board that must leave the processor to others sleeps so long at a time, so that signals are heard. */
const LONGEST_REST_NS = 10e6;
/** A resting frozen board waits this long at a time, so that signals are heard. */
const RESTING_WAIT_NS = 10e6;
/** After a reset the firmware needs a moment to switch its receiver on: bytes wait until then. */
const START_UP_S = 1e-3;
/** Bytes kept in the board's queue; the rest stays in the terminal's buffer, which slows the writer. */
const QUEUE_BYTES = 1024;
/** With this much unread by the program, nothing more is taken from it: answers must not pile up. */
const UNREAD_BYTES = 65_536;
/** One write of the host is over when nothing more has come for this long. */
const SILENCE_MS = 2;
/** At a wrong rate bytes are read together; so many at once at most. */
const GARBLED_BYTES = 256;

const NS_PER_MS = 1e6;

/** What can be seen of a running board from outside. */
export interface Seen {
  readonly open: boolean;
  /** Since the emulator started: from programs to the board, and back. */
  readonly bytes_in: number;
  readonly bytes_out: number;
  /** Cycles since the emulator started, over all resets, and those of them asleep. */
  readonly cycles: number;
  readonly asleep_cycles: number;
  readonly resets: number;
  /** Cycles per second: firmware may change it. */
  readonly clock_hz: number;
  /** Bits per second: the board's, and what the program has set. */
  readonly baud: number;
  readonly host_baud: number;
  /** Time that the board could not keep up with, in nanoseconds. */
  readonly slipped_ns: number;
}

export class Serving {
  readonly #platform: Platform;
  readonly #bridge: PtyBridge;
  readonly #board: SerialBoard;
  readonly #frozen: Frozen | undefined;
  readonly #real = new RealTime();
  readonly #share: Share;
  #openings = 0;
  #sent: number[] = [];
  #sent_cycle = 0;
  #bytes_in = 0;
  #bytes_out = 0;
  #resets = 0;
  #cycles_before = 0;
  #asleep_before = 0;

  constructor(platform: Platform, bridge: PtyBridge, board: SerialBoard, frozen: boolean) {
    this.#platform = platform;
    this.#bridge = bridge;
    this.#board = board;
    this.#frozen = frozen ? new Frozen() : undefined;
    this.#real.restart(platform.now());
    this.#share = new Share(platform.now(), platform.processCpu());
    board.onTransmit((byte, cycle) => {
      this.#sent.push(byte);
      this.#sent_cycle = cycle;
      this.#bytes_out++;
      this.#frozen?.activity(cycle);
    });
  }

  /** One turn. Sleeps at most a few tens of milliseconds. */
  turn(): void {
    if (!this.#frozen) this.#leaveToOthers();
    this.#rest();
    if (this.#bridge.openings !== this.#openings) this.#reset();
    // A byte that came now must not reach a board that still lives in the past: its answer would
    // come back sooner than the wire can carry it.
    if (this.#advance() && this.#listens()) this.#take();
  }

  get seen(): Seen {
    const { cycles, asleep_cycles, clock_hz, baud } = this.#board;
    return {
      open: this.#bridge.open,
      bytes_in: this.#bytes_in,
      bytes_out: this.#bytes_out,
      cycles: this.#cycles_before + cycles,
      asleep_cycles: this.#asleep_before + asleep_cycles,
      resets: this.#resets,
      clock_hz,
      baud,
      host_baud: this.#bridge.host_baud,
      slipped_ns: this.#real.slipped_ns,
    };
  }

  /** A board in real time runs as long as there is a program: it must not have a processor to itself. */
  #leaveToOthers(): void {
    const { now, processCpu, sleepUntil } = this.#platform;
    const now_ns = now();
    const rest_ns = this.#share.rest_ns(now_ns, processCpu());
    if (rest_ns > 0) sleepUntil(now_ns + Math.min(rest_ns, LONGEST_REST_NS));
  }

  #rest(): void {
    const bridge = this.#bridge;
    const { now, sleepUntil } = this.#platform;
    const now_ns = now();
    if (!bridge.open && !bridge.watches) {
      sleepUntil(now_ns + CLOSED_PAUSE_NS);
      bridge.poll(0);
      return;
    }
    const rest_ns = this.#restNs(now_ns);
    // What the program goes on writing would end every wait at once, and nobody takes it.
    if (this.#frozen && rest_ns > 0 && !this.#hasRoom()) sleepUntil(now_ns + CLOSED_PAUSE_NS);
    if (rest_ns > 0 && rest_ns < NS_PER_MS) sleepUntil(now_ns + rest_ns);
    bridge.poll(rest_ns < NS_PER_MS ? 0 : Math.floor(rest_ns / NS_PER_MS));
  }

  /** How long the board may be left alone while no byte and nobody comes. */
  #restNs(now_ns: number): number {
    if (this.#busyFrozen()) return 0;
    if (this.#frozen) return this.#bridge.open ? RESTING_WAIT_NS : CLOSED_WAIT_NS;
    const rest_ns = this.#real.rest_ns(this.#board, now_ns);
    // Without a program nothing has to be prompt.
    return this.#bridge.open || rest_ns === 0 ? rest_ns : CLOSED_WAIT_NS;
  }

  #busyFrozen(): boolean {
    return this.#frozen !== undefined && !this.#frozen.takesInput(this.#board);
  }

  #reset(): void {
    const board = this.#board;
    this.#openings = this.#bridge.openings;
    this.#cycles_before += board.cycles;
    this.#asleep_before += board.asleep_cycles;
    this.#resets++;
    this.#sent = [];
    this.#bridge.drop();
    board.reset();
    this.#frozen?.restart();
    this.#real.restart(this.#platform.now());
  }

  /** Runs a slice. True when the board has reached the present, or its rest. */
  #advance(): boolean {
    const board = this.#board;
    let present: boolean;
    if (this.#frozen) present = this.#frozen.step(board);
    else {
      const target = this.#real.target(board, this.#platform.now());
      // A sleeping board that nothing is sent to skips ahead at almost no cost.
      const slice = board.asleep && board.line_idle ? LEAP_CYCLES : SLICE_CYCLES;
      if (board.cycles < target) board.run(Math.min(target, board.cycles + slice));
      present = board.cycles >= target;
    }
    if (this.#sent.length > 0) this.#passOn(present);
    this.#bridge.flush();
    return present;
  }

  /** What the board has sent, as the program's receiver hears it. */
  #passOn(present: boolean): void {
    const { baud, cycles, byte_cycles } = this.#board;
    const host_baud = this.#bridge.host_baud;
    const right = ratesAgree(baud, host_baud);
    if (!right && this.#sent.length < GARBLED_BYTES) {
      // A byte read at the wrong rate may run into the next one: wait until the line is silent.
      const silent = cycles - this.#sent_cycle > byte_cycles;
      if (!silent && !(present && this.#frozen)) return;
    }
    const bytes = Uint8Array.from(this.#sent);
    this.#sent = [];
    for (const byte of right ? bytes : resample(bytes, baud, host_baud)) this.#bridge.send(byte);
  }

  #hasRoom(): boolean {
    return this.#board.pending_bytes < QUEUE_BYTES && this.#bridge.unsent_bytes < UNREAD_BYTES;
  }

  #listens(): boolean {
    const { cycles, clock_hz } = this.#board;
    // A frozen board that rests has started, and its clock stands still: no later moment would come.
    return this.#hasRoom() && (this.#frozen !== undefined || cycles >= START_UP_S * clock_hz);
  }

  /** Give the board what programs have written: in frozen time one whole write. */
  #take(): void {
    const board = this.#board;
    const first = this.#bridge.read(WRITE_BYTES);
    if (first.length === 0) return;
    const bytes = this.#frozen ? this.#wholeWrite(first) : first;
    const host_baud = this.#bridge.host_baud;
    const right = ratesAgree(host_baud, board.baud);
    this.#frozen?.wake(board);
    this.#bytes_in += bytes.length;
    const heard = right ? bytes : resample(bytes, host_baud, board.baud);
    for (const byte of heard) board.receive(byte);
  }

  #wholeWrite(first: Uint8Array): Uint8Array {
    const bytes = [...first];
    while (bytes.length < WRITE_BYTES) {
      this.#bridge.poll(SILENCE_MS);
      const more = this.#bridge.read(WRITE_BYTES - bytes.length);
      if (more.length === 0) break;
      bytes.push(...more);
    }
    return Uint8Array.from(bytes);
  }
}
