// The DMA controller (RP2040 datasheet, chapter "DMA"), in place of rp2040js's: transfers happen at
// exact cycles, paced by credits. One transfer at a time is read and written; the next begins when
// the slower side of the bus is free. Items as named in fidelity.ts.
import type { Bus, Device } from './bus.ts';
import { type Clock, Plan } from './clock.ts';

const CHANNELS = 12;
const UNPACED = 63;
const CREDITS_MAX = 63;
// Channel registers: four aliases of the same four, in different orders; the last one triggers.
const READ = 0;
const WRITE = 1;
const COUNT = 2;
const CTRL = 3;
const ALIASES = [
  [READ, WRITE, COUNT, CTRL],
  [CTRL, READ, WRITE, COUNT],
  [CTRL, COUNT, READ, WRITE],
  [CTRL, WRITE, COUNT, READ],
];
// Bits of CTRL
const EN = 1;
const HIGH_PRIORITY = 2;
const INCREMENT_READ = 1 << 4;
const INCREMENT_WRITE = 1 << 5;
const RING_IS_WRITE = 1 << 10;
const QUIET = 1 << 21;
const SWAP = 1 << 22;
const BUSY = 1 << 24;
const BUS_ERROR = 0xe000_0000 | 0; // AHB, read and write error: which one is not told apart
const CTRL_WRITABLE = 0xffffff;
// Common registers
const INTR = 0x400;
const INTE0 = 0x404;
const INTF0 = 0x408;
const INTS0 = 0x40c;
const INTE1 = 0x414;
const INTF1 = 0x418;
const INTS1 = 0x41c;
const MULTI_TRIGGER = 0x430;
const ABORT = 0x444;
const N_CHANNELS = 0x448;
const DEBUG = 0x800;

/** Where requests come from. */
export interface DmaWires {
  setInterrupt(line: 0 | 1, high: boolean): void;
  /** Requests outstanding when the handshake begins anew: bytes to fetch, places to fill. */
  outstanding(request: number): number;
  /** A channel waits for this request from now on, or no longer. */
  onInterest(): void;
}

interface Channel {
  readonly index: number;
  read: number;
  write: number;
  count: number;
  reload: number;
  ctrl: number;
  credits: number;
  readonly finish: Plan;
}

export class Dma implements Device {
  readonly #clock: Clock;
  readonly #bus: Bus;
  readonly #wires: DmaWires;
  readonly #channels: Channel[];
  readonly #work = new Plan(cycle => this.#transfer(cycle));
  #free_cycle = 0;
  #last = CHANNELS - 1;
  #raw = 0;
  readonly #enable = [0, 0];
  readonly #force = [0, 0];

  constructor(clock: Clock, bus: Bus, wires: DmaWires) {
    this.#clock = clock;
    this.#bus = bus;
    this.#wires = wires;
    this.#channels = Array.from({ length: CHANNELS }, (_, index) => {
      const finish = new Plan(() => this.#finished(channel));
      const ctrl = index << 11;
      const channel = { index, read: 0, write: 0, count: 0, reload: 0, ctrl, credits: 0, finish };
      return channel;
    });
  }

  reset(): void {
    for (const channel of this.#channels) {
      this.#clock.cancel(channel.finish);
      channel.read = channel.write = channel.count = channel.reload = channel.credits = 0;
      channel.ctrl = channel.index << 11;
    }
    this.#clock.cancel(this.#work);
    this.#raw = 0;
    this.#enable.fill(0);
    this.#force.fill(0);
    this.#signal();
    this.#wires.onInterest();
  }

  /** One pulse of a request line: each waiting channel gets one credit (2.5.3.2). item "dma-request" */
  request(line: number): void {
    let any = false;
    for (const channel of this.#channels) {
      if (!(channel.ctrl & BUSY) || treq(channel) !== line) continue;
      channel.credits = Math.min(channel.credits + 1, CREDITS_MAX);
      any = true;
    }
    if (any) this.#schedule();
  }

  /** Does a running channel wait for this request? */
  waitsFor(line: number): boolean {
    return this.#channels.some(each => (each.ctrl & BUSY) !== 0 && treq(each) === line);
  }

  read(offset: number): number {
    if (offset < CHANNELS * 0x40) {
      const channel = this.#channels[offset >> 6]!;
      switch (ALIASES[(offset >> 4) & 3]![(offset >> 2) & 3]) {
        case READ:
          return channel.read;
        case WRITE:
          return channel.write;
        case COUNT:
          return channel.count;
        default:
          return channel.ctrl;
      }
    }
    if (offset >= DEBUG) {
      const channel = this.#channels[(offset - DEBUG) >> 6];
      if (channel === undefined) return 0;
      return (offset & 0x3f) === 0 ? channel.credits : (offset & 0x3f) === 4 ? channel.reload : 0;
    }
    switch (offset) {
      case INTR:
        return this.#raw;
      case INTE0:
      case INTE1:
        return this.#enable[offset === INTE0 ? 0 : 1]!;
      case INTF0:
      case INTF1:
        return this.#force[offset === INTF0 ? 0 : 1]!;
      case INTS0:
      case INTS1:
        return this.#status(offset === INTS0 ? 0 : 1);
      case N_CHANNELS:
        return CHANNELS;
      default:
        return 0; // item "dma-abort": CHAN_ABORT reads 0 once the channels have stopped
    }
  }

  write(offset: number, value: number, raw: number): void {
    if (offset < CHANNELS * 0x40) {
      this.#writeChannel(this.#channels[offset >> 6]!, offset, value);
      return;
    }
    if (offset >= DEBUG) {
      const channel = this.#channels[(offset - DEBUG) >> 6];
      if (channel !== undefined && (offset & 0x3f) === 0) this.#handshake(channel);
      this.#schedule();
      return;
    }
    switch (offset) {
      case INTR:
      case INTS0:
      case INTS1:
        this.#raw &= ~raw;
        break;
      case INTE0:
      case INTE1:
        this.#enable[offset === INTE0 ? 0 : 1] = value & 0xffff;
        break;
      case INTF0:
      case INTF1:
        this.#force[offset === INTF0 ? 0 : 1] = value & 0xffff;
        break;
      case MULTI_TRIGGER:
        for (const channel of this.#channels)
          if (value & (1 << channel.index)) this.#start(channel);
        break;
      case ABORT:
        for (const channel of this.#channels) if (raw & (1 << channel.index)) this.#abort(channel);
        break;
    }
    this.#signal();
  }

  #writeChannel(channel: Channel, offset: number, value: number): void {
    const place = (offset >> 2) & 3;
    switch (ALIASES[(offset >> 4) & 3]![place]) {
      case READ:
        channel.read = value;
        break;
      case WRITE:
        channel.write = value;
        break;
      case COUNT:
        channel.reload = value;
        break;
      default:
        channel.ctrl = (channel.ctrl & BUSY) | (value & CTRL_WRITABLE);
        this.#wires.onInterest();
        this.#schedule();
    }
    if (place !== 3) return;
    // A zero written to a trigger starts nothing; a quiet channel tells it ("Triggering Channels").
    if (value !== 0) this.#start(channel);
    else if (channel.ctrl & QUIET) this.#raw |= 1 << channel.index;
    this.#signal();
  }

  #start(channel: Channel): void {
    if ((channel.ctrl & EN) === 0 || channel.ctrl & BUSY) return;
    channel.ctrl |= BUSY;
    channel.count = channel.reload;
    this.#handshake(channel);
    this.#wires.onInterest();
    if (channel.count === 0) this.#clock.plan(channel.finish, this.#clock.now + 1);
    else this.#schedule();
  }

  #handshake(channel: Channel): void {
    channel.credits =
      channel.ctrl & BUSY ? Math.min(this.#wires.outstanding(treq(channel)), CREDITS_MAX) : 0;
  }

  #abort(channel: Channel): void {
    channel.ctrl &= ~BUSY;
    channel.credits = 0;
    this.#clock.cancel(channel.finish);
    this.#wires.onInterest();
  }

  #ready(channel: Channel): boolean {
    if ((channel.ctrl & (BUSY | EN)) !== (BUSY | EN) || channel.count === 0) return false;
    return channel.credits > 0 || treq(channel) === UNPACED;
  }

  #schedule(): void {
    if (this.#work.cycle !== Number.POSITIVE_INFINITY) return;
    if (!this.#channels.some(each => this.#ready(each))) return;
    this.#clock.plan(this.#work, Math.max(this.#clock.now, this.#free_cycle));
  }

  /** High priority first, then one after the other ("HIGH_PRIORITY" of CTRL). */
  #choose(): Channel | undefined {
    let chosen: Channel | undefined;
    for (let i = 1; i <= CHANNELS; i++) {
      const channel = this.#channels[(this.#last + i) % CHANNELS]!;
      if (!this.#ready(channel)) continue;
      if (channel.ctrl & HIGH_PRIORITY) return channel;
      chosen ??= channel;
    }
    return chosen;
  }

  /** item "dma-bus-time" */
  #transfer(cycle: number): void {
    const channel = this.#choose();
    if (channel === undefined) return;
    this.#last = channel.index;
    const { ctrl } = channel;
    const bytes = Math.min(1 << ((ctrl >> 2) & 3), 4);
    if (channel.credits > 0) channel.credits--;
    const reading = cost(channel.read, 3);
    const writing = cost(channel.write, 4);
    if (!this.#bus.move(channel.read, channel.write, bytes, (ctrl & SWAP) !== 0)) {
      this.#abort(channel);
      channel.ctrl |= BUS_ERROR;
      this.#schedule();
      return;
    }
    const ring = (1 << ((ctrl >> 6) & 15)) - 1;
    if (ctrl & INCREMENT_READ) {
      channel.read = advance(channel.read, bytes, ctrl & RING_IS_WRITE ? 0 : ring);
    }
    if (ctrl & INCREMENT_WRITE) {
      channel.write = advance(channel.write, bytes, ctrl & RING_IS_WRITE ? ring : 0);
    }
    channel.count--;
    this.#free_cycle = cycle + Math.max(reading, writing);
    if (channel.count === 0) this.#clock.plan(channel.finish, cycle + reading + writing);
    this.#schedule();
  }

  #finished(channel: Channel): void {
    channel.ctrl &= ~BUSY;
    if ((channel.ctrl & QUIET) === 0) this.#raw |= 1 << channel.index;
    const chain = (channel.ctrl >> 11) & 15;
    const next = chain === channel.index ? undefined : this.#channels[chain];
    if (next !== undefined) this.#start(next);
    this.#wires.onInterest();
    this.#signal();
  }

  #status(line: 0 | 1): number {
    return (this.#raw & this.#enable[line]!) | this.#force[line]!;
  }

  #signal(): void {
    this.#wires.setInterrupt(0, this.#status(0) !== 0);
    this.#wires.setInterrupt(1, this.#status(1) !== 0);
  }
}

function treq(channel: Channel): number {
  return (channel.ctrl >> 15) & 63;
}

/** Cycles of one side of a transfer: 1, or what a register on the APB bridge takes. */
function cost(address: number, apb: number): number {
  return address >>> 28 === 4 ? apb : 1;
}

/** The next address; within a ring of `ring` + 1 bytes if `ring` is not 0 ("RING_SIZE" of CTRL). */
function advance(address: number, bytes: number, ring: number): number {
  if (ring === 0) return (address + bytes) >>> 0;
  return ((address & ~ring) | ((address + bytes) & ring)) >>> 0;
}
