// The four devices have a flag each, which an interrupt raises (lab/examples/synthesis/flag-interrupt.ts).
import { InterruptFlags } from '../../../examples/synthesis/flag-interrupt.ts';
import { talkByFlags } from '../../../examples/synthesis/talk.ts';
import { programOf } from '../hold.ts';

export const program = programOf(
  {
    id: 'flag-interrupt',
    title: 'Event flags on an interrupt',
    mechanism: 'interrupt',
    about:
      'The handler raises flags at once, and every so many instructions the program looks at all of them.',
    source:
      'RSX-11M Executive Reference Manual, event flags: a request names the flag that its end raises',
  },
  (machine, talk, interval) => talkByFlags(talk, new InterruptFlags(machine), interval),
);
