// A flag that is up or down, shared by two operations: the second raise changes nothing, and what it stood for is
// lost (SetEvent: "setting an event that is already set has no effect"; eventfd(2) for the flag that counts).
import type { Timeline } from '../types.ts';

export const timeline: Timeline = {
  title: 'A plain flag, raised twice and heard of once',
  mechanism: 'completion',
  basis: {
    kind: 'model',
    sources: [
      {
        title: 'SetEvent',
        href: 'https://learn.microsoft.com/en-us/windows/win32/api/synchapi/nf-synchapi-setevent',
      },
      { title: 'eventfd(2)', href: 'https://man7.org/linux/man-pages/man2/eventfd.2.html' },
    ],
  },
  length: 100,
  lanes: [
    { id: 'program', title: 'program' },
    { id: 'flag', title: 'flag' },
    { id: 'first', title: 'operation 1' },
    { id: 'second', title: 'operation 2' },
  ],
  spans: [
    { lane: 'program', from: 0, to: 50, kind: 'other', text: 'something else' },
    { lane: 'program', from: 58, to: 72, kind: 'work', text: 'handles one', short: 'one' },
    { lane: 'program', from: 80, to: 100, kind: 'wait', text: 'asleep' },
    { lane: 'flag', from: 22, to: 50, kind: 'work', text: 'up' },
    { lane: 'flag', from: 50, to: 58, kind: 'work', text: 'taken', short: 'taken' },
    { lane: 'flag', from: 58, to: 100, kind: 'wait', text: 'down' },
    { lane: 'first', from: 0, to: 22, kind: 'work', text: 'works' },
    { lane: 'second', from: 4, to: 36, kind: 'work', text: 'works' },
    { lane: 'second', from: 36, to: 100, kind: 'wait', text: 'finished, and nobody hears of it' },
  ],
  marks: [
    { at: 22, from_lane: 'first', to_lane: 'flag', kind: 'call', text: 'raise' },
    { at: 36, from_lane: 'second', to_lane: 'flag', kind: 'call', text: 'raise' },
    { at: 50, from_lane: 'program', to_lane: 'flag', kind: 'call', text: 'wait' },
    { at: 58, from_lane: 'flag', to_lane: 'program', kind: 'return', text: 'was up' },
    { at: 72, from_lane: 'program', to_lane: 'flag', kind: 'call', text: 'wait' },
  ],
  steps: [
    { at: 4, text: 'Two operations are under way, and the program does something else.' },
    { at: 22, text: 'The first is finished, and raises the flag.' },
    {
      at: 36,
      text: 'The second is finished, and raises a flag that is up already. Nothing changes, and no error is told.',
    },
    {
      at: 50,
      text: 'The program waits. The flag is up, so the wait takes it down and returns at once.',
    },
    { at: 58, text: 'The program takes that for one operation, and handles one.' },
    { at: 72, text: 'It waits for the other. The flag is down.' },
    {
      at: 80,
      text: 'So it sleeps, and what it sleeps for has happened long ago. A flag that counts would have said: two.',
    },
  ],
};
