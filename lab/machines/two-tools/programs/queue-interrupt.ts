// What the four devices have finished goes into a ring that an interrupt fills (lab/examples/synthesis/queue-interrupt.ts).
import { InterruptQueue } from '../../../examples/synthesis/queue-interrupt.ts';
import { talkByQueue } from '../../../examples/synthesis/talk.ts';
import { DEVICES, programOf } from '../hold.ts';

export const program = programOf(
  {
    id: 'queue-interrupt',
    title: 'A completion queue on an interrupt',
    mechanism: 'interrupt',
    about:
      'The handler puts what is finished into a ring at once, and every so many instructions the program takes all out of it.',
    source: 'io_uring(7): the completion queue, a ring that one side fills and the other empties',
  },
  (machine, talk, interval) => talkByQueue(talk, new InterruptQueue(machine, DEVICES), interval),
);
