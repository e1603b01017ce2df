// The four devices are served by functions that an interrupt calls (lab/examples/synthesis/callback-interrupt.ts).
import { InterruptCallbacks } from '../../../examples/synthesis/callback-interrupt.ts';
import { talkByCallbacks } from '../../../examples/synthesis/talk.ts';
import { programOf } from '../hold.ts';

export const program = programOf(
  {
    id: 'callback-interrupt',
    title: 'Callbacks on an interrupt',
    mechanism: 'interrupt',
    about:
      'The handler asks which devices have an answer and calls their functions at once, on top of the work.',
    source:
      'OpenVMS, asynchronous system traps: a function for each request, called when it has ended',
  },
  (machine, talk, interval) => talkByCallbacks(talk, new InterruptCallbacks(machine), interval),
);
