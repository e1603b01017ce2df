// One system call for every message sent and one for every message received: the form that everybody
// writes first, and the yardstick of the others.
import { kept } from '../../drivers/parts/slots.ts';
import { SystemCallError } from '../../errors.ts';
import type { Stage } from '../stage.ts';
import { MESSAGE_BYTES, MOST_BURST, openLine } from './parts/line.ts';
import { type MoverMaker, measureMessages } from './parts/measure.ts';

const mover: MoverMaker = ({ platform }, ledger) => {
  const { send, recv } = platform.linux!;
  const { sender, receiver, outgoing, incoming, close } = openLine(platform);
  const from = Array.from({ length: MOST_BURST }, (_, i) => kept(outgoing.address(i)));
  const to = Array.from({ length: MOST_BURST }, (_, i) => kept(incoming.address(i)));
  let calls = 0;
  const check = (moved: number, call: string) => {
    if (moved === MESSAGE_BYTES) return;
    throw new SystemCallError(call, moved < 0 ? platform.errnoName(platform.errno()) : 'EMSGSIZE');
  };
  return {
    outgoing,
    incoming,
    move(count) {
      for (let i = 0; i < count; i++) {
        ledger.fill(i);
        check(send(sender, from[i]![0], MESSAGE_BYTES, 0), 'send');
      }
      for (let i = 0; i < count; i++) {
        check(recv(receiver, to[i]![0], MESSAGE_BYTES, 0), 'recv');
        ledger.look();
        ledger.received(i);
      }
      calls += 2 * count;
    },
    calls: () => calls,
    close,
  };
};

export const stage: Stage = {
  id: 'udp-plain',
  title: 'One call a message',
  experiment: 'small-messages',
  mechanism: 'interrupt',
  about: 'a call sends each message and another receives it',
  source: 'https://man7.org/linux/man-pages/man2/recv.2.html',
  run: context => measureMessages(context, mover),
};
