// io_uring with one read that completes again and again (IORING_OP_READ_MULTISHOT): it is handed over
// once, and every time bytes come the kernel takes a buffer that the program has offered and fills it.
// Bytes are taken from the line before they are asked for, so they are copied to the slot that asks.
import { constants } from 'node:os';
import { Unsupported } from '../errors.ts';
import {
  EINTR,
  ETIME,
  IORING_CQE_BUFFER_SHIFT,
  IORING_CQE_F_MORE,
  IORING_OP_ASYNC_CANCEL,
  IORING_OP_POLL_ADD,
  IORING_OP_READ_MULTISHOT,
  IOSQE_BUFFER_SELECT,
  POLLHUP,
} from '../ffi/linux/constants.ts';
import type { Memory } from '../ffi/platform.ts';
import { type Driver, type DriverFacts, type OpenContext, READ } from './driver.ts';
import { GROUP, ProvidedBuffers } from './parts/provided-buffers.ts';
import { withFlags } from './parts/ring.ts';
import { COMPLETION, probeRing, RingSlots } from './parts/ring-slots.ts';
import { strideOf } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'io-uring-multishot',
  title: 'io_uring, one read for many',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'completion',
  loop: 'blocking',
  serves: ['stream', 'events'],
  platforms: ['linux'],
  cost: 'one submission for all reads, one call to wait and none to collect; a copy per read, and what was read ahead is lost at the close',
  needs: 'io_uring of Linux 6.7, and no filter that forbids it (containers often do)',
  parameters: COMPLETION,
  source: 'https://man7.org/linux/man-pages/man3/io_uring_prep_read_multishot.3.html',
  emulated_by: 'nothing: the kernel does it itself',
};

const READ_AGAIN_AND_AGAIN = withFlags(IORING_OP_READ_MULTISHOT, IOSQE_BUFFER_SELECT);
const CURRENT_POSITION = -1;
/** What completions that are no slot's belong to; slots are numbered below. */
const SHOT = 0x7ffffffe;
const HANG_UP = 0x7ffffffd;
const STOP = 0x7ffffffc;
/** No result of a read that has ended: that is 0 or a negated errno. */
const GOES_ON = 1;
const { ECANCELED, ENOBUFS } = constants.errno;
const LEAST_BUFFERS = 8;
/** Twice the reads that can be pending: the kernel fills one half while the other is dealt out. */
const buffersFor = (depth: number) => Math.max(LEAST_BUFFERS, 2 ** Math.ceil(Math.log2(2 * depth)));

/** Memory for the slots, and behind them for the buffers. */
const mapArena = ({ platform, depth, slot_bytes }: OpenContext): Memory =>
  platform.memory((depth + buffersFor(depth)) * strideOf(slot_bytes));

class IoUringMultishot extends RingSlots {
  readonly #buffers: ProvidedBuffers;
  readonly #stride: number;
  #armed = false;
  #watched = false;
  #hungUp = false;
  #asking = false;
  #end = GOES_ON;
  #writing = 0;

  constructor(context: OpenContext, arena = mapArena(context)) {
    const { depth, slot_bytes: length, platform } = context;
    const count = buffersFor(depth);
    // Room for the completions of all buffers, or the kernel ends the read.
    super(context, { completion: true, arena, more_entries: count });
    this.#stride = strideOf(length);
    const [stride, from] = [this.#stride, depth * this.#stride];
    try {
      const place = { arena, from, stride, length, count };
      this.#buffers = new ProvidedBuffers(platform, this.ring, place);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  override submit(slots: Uint32Array, count: number): number {
    const accepted = Math.min(count, this.room() - this.#writing);
    for (let i = 0; i < accepted; i++) {
      const slot = slots[i]!;
      if (this.operations.opcode[slot] === READ) this.enqueue(slot);
      else {
        this.prepare(slot);
        this.#writing++;
      }
    }
    return accepted;
  }

  override wait(min: number, deadline_ns: number): number {
    const { ring } = this;
    for (let asked = min > 0; ; asked = true) {
      this.#gather();
      this.#deal();
      if (this.pending > 0 && !this.#armed) this.#arm();
      const enough = this.ready() >= min || this.pending + this.#writing === 0;
      if (enough && asked && ring.queued() === 0) break;
      const said = this.enter(enough ? 0 : 1, deadline_ns);
      if (said === -ETIME) break;
      if (said < 0 && said !== -EINTR) throw new Error(`io_uring_enter: errno ${-said}`);
    }
    return this.take();
  }

  /** Hand over the one read: at first, and again where it ended for want of buffers. */
  #arm(): void {
    if (this.#hungUp) {
      this.#askOnce();
      return;
    }
    this.ring.prepare(READ_AGAIN_AND_AGAIN, this.file, CURRENT_POSITION, 0, 0, 0, SHOT, 0, GROUP);
    this.#armed = true;
    this.inFlight++;
    if (this.#watched) return;
    // On a pipe the one read never hears that the writers are gone, however it is armed (Linux 6.18; see
    // github.com/axboe/liburing/issues/1631). So a poll waits for that beside it.
    this.ring.prepare(IORING_OP_POLL_ADD, this.file, 0, 0, 0, 0, HANG_UP, POLLHUP);
    this.#watched = true;
    this.inFlight++;
  }

  /** After a hang-up an ordinary read tells what is left, the end, or that somebody is there again. */
  #askOnce(): void {
    if (this.#asking) return;
    this.#asking = true;
    this.prepare(this.oldest());
  }

  #hangUp(): void {
    this.#watched = false;
    this.#hungUp = true;
    if (!this.#armed) return;
    this.ring.prepare(IORING_OP_ASYNC_CANCEL, -1, 0, SHOT, 0, 0, STOP);
    this.inFlight++;
  }

  /** Take what the kernel says of the one read, of the line's end, of ordinary reads and writes. */
  #gather(): void {
    const { ring, operations } = this;
    const ready = ring.ready();
    for (let k = 0; k < ready; k++) {
      const what = ring.userData(k);
      const result = ring.result(k);
      const more = (ring.flags(k) & IORING_CQE_F_MORE) !== 0;
      if (!more) this.inFlight--;
      if (what === SHOT) this.#came(result, ring.flags(k), more);
      else if (what === HANG_UP) this.#hangUp();
      else if (what !== STOP && operations.opcode[what] === READ) {
        this.#asking = false;
        this.#hungUp = result <= 0;
        this.finishOldest(result);
      } else if (what !== STOP) {
        this.#writing--;
        this.finish(what, result);
      }
    }
    ring.advance(ready);
  }

  #came(result: number, flags: number, more: boolean): void {
    this.#armed = more;
    if (result > 0) this.#buffers.filled(flags >>> IORING_CQE_BUFFER_SHIFT, result);
    // Out of buffers, or stopped after a hang-up: that is no end of its own.
    else if (result !== -ENOBUFS && result !== -ECANCELED) this.#end = result;
  }

  /** Give the bytes to the reads that are pending, oldest first; one read never spans two buffers. */
  #deal(): void {
    while (this.pending > 0) {
      const slot = this.oldest();
      const wanted = this.operations.length_bytes[slot]!;
      const moved = this.#buffers.deal(slot * this.#stride, wanted);
      if (moved > 0 || wanted === 0) this.finishOldest(moved);
      else if (this.#end === GOES_ON) return;
      else {
        // Told once; the next read asks the line anew.
        this.finishOldest(this.#end);
        this.#end = GOES_ON;
      }
    }
  }

  protected override release(): void {
    this.#buffers?.free();
  }
}

const tooOld = (errno: string) =>
  errno === 'EINVAL'
    ? new Unsupported(
        'this kernel knows no read for many (IORING_OP_READ_MULTISHOT)',
        'use Linux 6.7 or newer',
        errno,
      )
    : undefined;

export const driver: Driver = {
  ...facts,
  probe: context => probeRing(facts, context, context => new IoUringMultishot(context), tooOld),
  open: async context => new IoUringMultishot(context),
};
