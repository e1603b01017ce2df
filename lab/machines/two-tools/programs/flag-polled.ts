// The four devices have a flag each, which a poll raises (lab/examples/synthesis/flag-polled.ts).
import { PolledFlags } from '../../../examples/synthesis/flag-polled.ts';
import { talkByFlags } from '../../../examples/synthesis/talk.ts';
import { programOf } from '../hold.ts';

export const program = programOf(
  {
    id: 'flag-polled',
    title: 'Event flags on polling',
    mechanism: 'polling',
    about:
      'Every so many instructions it asks the devices, raises the flags of those that have an answer, and looks at all flags.',
    source:
      'RSX-11M Executive Reference Manual, event flags: a request names the flag that its end raises',
  },
  (machine, talk, interval) => talkByFlags(talk, new PolledFlags(machine), interval),
);
