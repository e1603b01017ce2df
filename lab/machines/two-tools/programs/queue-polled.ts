// What the four devices have finished goes into a ring that a poll fills (lab/examples/synthesis/queue-polled.ts).
import { PolledQueue } from '../../../examples/synthesis/queue-polled.ts';
import { talkByQueue } from '../../../examples/synthesis/talk.ts';
import { DEVICES, programOf } from '../hold.ts';

export const program = programOf(
  {
    id: 'queue-polled',
    title: 'A completion queue on polling',
    mechanism: 'polling',
    about:
      'Every so many instructions it asks the devices, puts what is finished into a ring, and takes all out of the ring.',
    source: 'io_uring(7): the completion queue, a ring that one side fills and the other empties',
  },
  (machine, talk, interval) => talkByQueue(talk, new PolledQueue(machine, DEVICES), interval),
);
