// One system call sends the whole burst and one receives it (sendmmsg(2), recvmmsg(2)): the way into
// the kernel is paid once, and every message waits for the last one of its burst.
import { kept } from '../../drivers/parts/slots.ts';
import { SystemCallError } from '../../errors.ts';
import { MMSGHDR_BYTES, MMSGHDR_LENGTH } from '../../ffi/linux/structs.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import type { Stage } from '../stage.ts';
import { MESSAGE_BYTES, MOST_BURST, openLine, type Places } from './parts/line.ts';
import { type MoverMaker, measureMessages } from './parts/measure.ts';

/** struct iovec (readv(2)): address and length. */
const IOVEC_BYTES = 16;
/** Where struct msghdr keeps the address of its vectors and their number, in words of eight bytes. */
const MSGHDR_VECTORS = 2;
const MSGHDR_COUNT = 3;

/** An array of struct mmsghdr, one for each place, and their vectors behind them. */
function headersFor(platform: Platform, places: Places): Memory {
  const headers_bytes = MOST_BURST * MMSGHDR_BYTES;
  const memory = platform.memory(headers_bytes + MOST_BURST * IOVEC_BYTES);
  const words = new BigUint64Array(memory.bytes.buffer);
  for (let i = 0; i < MOST_BURST; i++) {
    const vector = headers_bytes + i * IOVEC_BYTES;
    const header = (i * MMSGHDR_BYTES) / 8;
    words[header + MSGHDR_VECTORS] = BigInt(memory.address + vector);
    words[header + MSGHDR_COUNT] = 1n;
    words[vector / 8] = BigInt(places.address(i));
    words[vector / 8 + 1] = BigInt(MESSAGE_BYTES);
  }
  return memory;
}

const mover: MoverMaker = ({ platform }, ledger) => {
  const { sendmmsg, recvmmsg } = platform.linux!;
  const line = openLine(platform);
  const { sender, receiver, outgoing, incoming } = line;
  const sending = headersFor(platform, outgoing);
  const receiving = headersFor(platform, incoming);
  const lengths = new Uint32Array(receiving.bytes.buffer);
  const from = kept(sending.address);
  const to = kept(receiving.address);
  const into = Array.from({ length: MOST_BURST }, (_, i) =>
    kept(receiving.address + i * MMSGHDR_BYTES),
  );
  let calls = 0;
  const refuse = (call: string): never => {
    throw new SystemCallError(call, platform.errnoName(platform.errno()));
  };
  return {
    outgoing,
    incoming,
    move(count) {
      for (let i = 0; i < count; i++) ledger.fill(i);
      calls++;
      if (sendmmsg(sender, from[0], count, 0) !== count) refuse('sendmmsg');
      for (let have = 0; have < count; ) {
        calls++;
        const address = have === 0 ? to[0] : into[have]![0];
        const got = recvmmsg(receiver, address, count - have, 0, 0);
        if (got <= 0) refuse('recvmmsg');
        ledger.look();
        for (let i = have; i < have + got; i++) {
          if (lengths[(i * MMSGHDR_BYTES + MMSGHDR_LENGTH) / 4] !== MESSAGE_BYTES) {
            throw new SystemCallError('recvmmsg', 'EMSGSIZE');
          }
          ledger.received(i);
        }
        have += got;
      }
    },
    calls: () => calls,
    close() {
      line.close();
      sending.free();
      receiving.free();
    },
  };
};

export const stage: Stage = {
  id: 'udp-batched',
  title: 'One call a burst',
  experiment: 'small-messages',
  mechanism: 'interrupt',
  about: 'a call sends the burst and another receives it; each message waits for its burst',
  source: 'https://man7.org/linux/man-pages/man2/recvmmsg.2.html',
  run: context => measureMessages(context, mover),
};
