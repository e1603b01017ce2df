// Sockets and buffers are registered with the ring beforehand, so that no operation looks up a file or
// pins a page; one system call sends the burst and receives it.
import { IORING_OP_READ_FIXED } from '../../ffi/linux/constants.ts';
import type { Stage } from '../stage.ts';
import { BurstRing, FIXED, RECEIVER, SENT } from './parts/burst-ring.ts';
import { MESSAGE_BYTES, MOST_BURST } from './parts/line.ts';
import { type MoverMaker, measureMessages } from './parts/measure.ts';

const mover: MoverMaker = ({ platform }, ledger) => {
  const burst = new BurstRing(platform, MOST_BURST);
  const { ring, line } = burst;
  const { outgoing, incoming } = line;
  const low = Uint32Array.from({ length: MOST_BURST }, (_, i) => incoming.address(i) >>> 0);
  const high = Uint32Array.from({ length: MOST_BURST }, (_, i) => incoming.address(i) / 2 ** 32);
  let pending = 0;
  return {
    outgoing,
    incoming,
    move(count) {
      for (let i = 0; i < count; i++) {
        ledger.fill(i);
        burst.send(i);
      }
      for (let i = 0; i < count; i++) {
        const opcode = IORING_OP_READ_FIXED | FIXED;
        ring.prepare(opcode, RECEIVER, 0, low[i]!, high[i]!, MESSAGE_BYTES, i);
      }
      pending = 2 * count;
      burst.enter(pending);
      ledger.look();
      for (let k = 0; k < pending; k++) {
        burst.checkResult(k);
        if (ring.userData(k) < SENT) ledger.received(ring.userData(k));
      }
      ring.advance(pending);
      pending = 0;
    },
    calls: () => burst.calls,
    close: () => void burst.close(pending),
  };
};

export const stage: Stage = {
  id: 'udp-registered',
  title: 'Registered files and buffers',
  experiment: 'small-messages',
  mechanism: 'completion',
  about:
    'one call hands over the burst’s sends and receives; files and buffers are known beforehand',
  source: 'https://man7.org/linux/man-pages/man2/io_uring_register.2.html',
  run: context => measureMessages(context, mover),
};
