// The four devices are served by functions that a poll calls (lab/examples/synthesis/callback-polled.ts).
import { PolledCallbacks } from '../../../examples/synthesis/callback-polled.ts';
import { talkByCallbacks } from '../../../examples/synthesis/talk.ts';
import { programOf } from '../hold.ts';

export const program = programOf(
  {
    id: 'callback-polled',
    title: 'Callbacks on polling',
    mechanism: 'polling',
    about:
      'Every so many instructions it asks the devices, and calls the functions of those that have an answer.',
    source:
      'OpenVMS, asynchronous system traps: a function for each request, called when it has ended',
  },
  (machine, talk, interval) => talkByCallbacks(talk, new PolledCallbacks(machine), interval),
);
