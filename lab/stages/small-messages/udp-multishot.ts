// One receive is submitted once and completes for every message; the kernel takes the buffers from a
// ring that the program fills again (IORING_RECV_MULTISHOT, io_uring_register(2), PBUF_RING).
import {
  IORING_CQE_BUFFER_SHIFT,
  IORING_CQE_F_BUFFER,
  IORING_CQE_F_MORE,
  IORING_OP_RECV,
  IORING_RECV_MULTISHOT,
  IORING_REGISTER_PBUF_RING,
  IOSQE_BUFFER_SELECT,
} from '../../ffi/linux/constants.ts';
import { URING_BUF_BYTES, URING_BUF_REG_BYTES, URING_BUF_TAIL } from '../../ffi/linux/structs.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import type { Stage } from '../stage.ts';
import { BurstRing, FIXED, RECEIVER, SENT } from './parts/burst-ring.ts';
import { MESSAGE_BYTES, MOST_BURST } from './parts/line.ts';
import { type MoverMaker, measureMessages } from './parts/measure.ts';

/** A power of two; two bursts, so that the kernel never waits for the program. */
const BUFFERS = 2 * MOST_BURST;
const RECEIVE = 0;

/** Buffers that the kernel may take, in memory that both see (struct io_uring_buf). */
class ProvidedBuffers {
  readonly memory: Memory;
  readonly #halves: Uint16Array;
  #tail = 0;

  constructor(platform: Platform, burst: BurstRing) {
    this.memory = platform.memory(BUFFERS * URING_BUF_BYTES);
    this.#halves = new Uint16Array(this.memory.bytes.buffer);
    const request = new BigUint64Array(URING_BUF_REG_BYTES / 8);
    request[0] = BigInt(this.memory.address);
    request[1] = BigInt(BUFFERS);
    burst.ring.register(IORING_REGISTER_PBUF_RING, request, 1);
    const addresses = new BigUint64Array(this.memory.bytes.buffer);
    const lengths = new Uint32Array(this.memory.bytes.buffer);
    const { incoming } = burst.line;
    for (let i = 0; i < BUFFERS; i++) {
      addresses[(i * URING_BUF_BYTES) / 8] = BigInt(incoming.address(i));
      lengths[(i * URING_BUF_BYTES) / 4 + 2] = MESSAGE_BYTES;
      this.#halves[(i * URING_BUF_BYTES) / 2 + 6] = i;
    }
    this.giveBack(BUFFERS);
  }

  /**
   * The next `count` are the kernel's again. They are taken in their order and come back in it, so that
   * an entry, once written, serves for good.
   */
  giveBack(count: number): void {
    this.#tail = (this.#tail + count) & 0xffff;
    Atomics.store(this.#halves, URING_BUF_TAIL / 2, this.#tail);
  }
}

const mover: MoverMaker = ({ platform }, ledger) => {
  const burst = new BurstRing(platform, BUFFERS);
  const { ring, line } = burst;
  const provided = new ProvidedBuffers(platform, burst);
  const { outgoing, incoming } = line;
  let armed = false;
  const arm = () => {
    const opcode = IORING_OP_RECV | FIXED | (IOSQE_BUFFER_SELECT << 8) | IORING_RECV_MULTISHOT;
    ring.prepare(opcode, RECEIVER, 0, 0, 0, 0, RECEIVE);
    armed = true;
  };
  return {
    outgoing,
    incoming,
    move(count) {
      if (!armed) arm();
      for (let i = 0; i < count; i++) {
        ledger.fill(i);
        burst.send(i);
      }
      let left = 2 * count;
      while (left > 0) {
        // A multishot receive that the kernel ended is submitted anew by the next call.
        const ready = burst.enter(Math.min(left, BUFFERS));
        ledger.look();
        let received = 0;
        for (let k = 0; k < ready; k++) {
          const flags = ring.flags(k);
          if (ring.userData(k) < SENT && (flags & IORING_CQE_F_MORE) === 0) armed = false;
          burst.checkResult(k);
          if ((flags & IORING_CQE_F_BUFFER) === 0) continue;
          ledger.received(flags >>> IORING_CQE_BUFFER_SHIFT);
          received++;
        }
        ring.advance(ready);
        provided.giveBack(received);
        left -= ready;
        if (!armed) arm();
      }
    },
    calls: () => burst.calls,
    close() {
      if (burst.close(armed ? 1 : 0)) provided.memory.free();
    },
  };
};

export const stage: Stage = {
  id: 'udp-multishot',
  title: 'Multishot receive',
  experiment: 'small-messages',
  mechanism: 'completion',
  about: 'one receive stays armed for all messages, and the kernel picks the buffers',
  source: 'https://man7.org/linux/man-pages/man3/io_uring_prep_recv_multishot.3.html',
  run: context => measureMessages(context, mover),
};
