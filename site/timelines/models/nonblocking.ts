// A call that must not wait, made again until the answer is another one. Nobody is on any list, so the
// interrupt wakes nobody (read(2) and open(2): O_NONBLOCK and EAGAIN; sched_yield(2) for giving way).
import type { Timeline } from '../types.ts';

export const timeline: Timeline = {
  title: 'A call that says “not yet”, made again until it does not',
  mechanism: 'polling',
  basis: {
    kind: 'model',
    sources: [
      { title: 'read(2)', href: 'https://man7.org/linux/man-pages/man2/read.2.html' },
      { title: 'open(2)', href: 'https://man7.org/linux/man-pages/man2/open.2.html' },
    ],
  },
  length: 100,
  lanes: [
    { id: 'program', title: 'program' },
    { id: 'kernel', title: 'kernel' },
    { id: 'bus', title: 'bus' },
    { id: 'device', title: 'device' },
  ],
  spans: [
    { lane: 'program', from: 0, to: 6, kind: 'work', text: 'asks' },
    { lane: 'program', from: 14, to: 30, kind: 'other', text: 'something else', short: 'else' },
    { lane: 'program', from: 38, to: 52, kind: 'other', text: 'something else', short: 'else' },
    { lane: 'program', from: 60, to: 72, kind: 'other', text: 'something else', short: 'else' },
    { lane: 'program', from: 82, to: 100, kind: 'work', text: 'uses the bytes' },
    { lane: 'kernel', from: 6, to: 14, kind: 'work', text: 'nothing there', short: 'looks' },
    { lane: 'kernel', from: 30, to: 38, kind: 'work', text: 'nothing there', short: 'looks' },
    { lane: 'kernel', from: 52, to: 60, kind: 'work', text: 'handler', short: 'takes' },
    { lane: 'kernel', from: 72, to: 82, kind: 'work', text: 'copies' },
    { lane: 'bus', from: 53, to: 59, kind: 'work', text: 'byte' },
    { lane: 'device', from: 36, to: 52, kind: 'work', text: 'receives a byte', short: 'a byte' },
  ],
  marks: [
    { at: 6, from_lane: 'program', to_lane: 'kernel', kind: 'call', text: 'read' },
    { at: 14, from_lane: 'kernel', to_lane: 'program', kind: 'return', text: 'EAGAIN' },
    { at: 30, from_lane: 'program', to_lane: 'kernel', kind: 'call', text: 'read' },
    { at: 38, from_lane: 'kernel', to_lane: 'program', kind: 'return', text: 'EAGAIN' },
    { at: 52, from_lane: 'device', to_lane: 'kernel', kind: 'interrupt', text: 'interrupt' },
    { at: 72, from_lane: 'program', to_lane: 'kernel', kind: 'call', text: 'read' },
    { at: 82, from_lane: 'kernel', to_lane: 'program', kind: 'return', text: 'bytes' },
  ],
  steps: [
    { at: 6, text: 'The program asks for bytes, and says that it will not wait.' },
    {
      at: 14,
      text: 'The answer is EAGAIN. Nothing has been begun, and the thread is on no list.',
    },
    { at: 30, text: 'It asks again, in vain again. Both ways into the kernel were paid for.' },
    {
      at: 52,
      text: 'The device has a byte and interrupts. The handler takes the program’s processor for a moment and puts the byte into a buffer.',
    },
    {
      at: 60,
      text: 'Nobody waits for the byte, so nobody is woken. It lies there, and the program does not know.',
    },
    { at: 72, text: 'The program asks a third time, and this call finds the byte and copies it.' },
    {
      at: 82,
      text: 'The call returns with it. How late that is depends on when the program asked, and on nothing else.',
    },
  ],
};
