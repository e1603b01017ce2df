// Three reads through io_uring: one call, results in the order in which they are finished. A result is put into
// the ring by the thread that submitted, in the kernel, to which it is interrupted where it is outside
// (io_uring(7); io_uring_enter(2); io_uring_setup(2), IORING_SETUP_COOP_TASKRUN says what happens by default).
import type { Timeline } from '../types.ts';

export const timeline: Timeline = {
  title: 'Three reads in a completion queue: one call, no order',
  mechanism: 'completion',
  basis: {
    kind: 'model',
    sources: [
      { title: 'io_uring(7)', href: 'https://man7.org/linux/man-pages/man7/io_uring.7.html' },
      {
        title: 'io_uring_enter(2)',
        href: 'https://man7.org/linux/man-pages/man2/io_uring_enter.2.html',
      },
    ],
  },
  length: 100,
  lanes: [
    { id: 'program', title: 'program' },
    { id: 'kernel', title: 'kernel' },
    { id: 'first', title: 'read 1' },
    { id: 'second', title: 'read 2' },
    { id: 'third', title: 'read 3' },
  ],
  spans: [
    { lane: 'program', from: 0, to: 12, kind: 'work', text: 'three entries', short: 'entries' },
    { lane: 'program', from: 28, to: 52, kind: 'wait', text: 'asleep' },
    { lane: 'program', from: 60, to: 70, kind: 'work', text: 'uses 2', short: '2' },
    { lane: 'program', from: 80, to: 100, kind: 'work', text: 'uses 1 and 3' },
    { lane: 'kernel', from: 12, to: 28, kind: 'work', text: 'starts all three', short: 'starts' },
    { lane: 'kernel', from: 46, to: 52, kind: 'work', text: 'handler' },
    { lane: 'kernel', from: 52, to: 60, kind: 'work', text: 'result', short: 'result' },
    { lane: 'kernel', from: 70, to: 80, kind: 'work', text: 'two results', short: 'results' },
    {
      lane: 'first',
      from: 16,
      to: 69,
      kind: 'work',
      text: 'in the device’s hands',
      short: 'in flight',
    },
    {
      lane: 'second',
      from: 20,
      to: 46,
      kind: 'work',
      text: 'in the device’s hands',
      short: 'in flight',
    },
    {
      lane: 'third',
      from: 24,
      to: 70,
      kind: 'work',
      text: 'in the device’s hands',
      short: 'in flight',
    },
  ],
  marks: [
    { at: 12, from_lane: 'program', to_lane: 'kernel', kind: 'call', text: 'enter' },
    { at: 16, from_lane: 'kernel', to_lane: 'first', kind: 'doorbell', text: '1' },
    { at: 20, from_lane: 'kernel', to_lane: 'second', kind: 'doorbell', text: '2' },
    { at: 24, from_lane: 'kernel', to_lane: 'third', kind: 'doorbell', text: '3' },
    { at: 46, from_lane: 'second', to_lane: 'kernel', kind: 'interrupt', text: 'interrupt' },
    { at: 52, from_lane: 'kernel', to_lane: 'program', kind: 'wake', text: 'wake-up' },
    { at: 60, from_lane: 'kernel', to_lane: 'program', kind: 'return', text: 'one' },
    { at: 70, from_lane: 'third', to_lane: 'kernel', kind: 'interrupt', text: 'interrupt' },
    { at: 80, from_lane: 'kernel', to_lane: 'program', kind: 'return', text: 'goes on' },
  ],
  steps: [
    {
      at: 0,
      text: 'The program writes three entries into the submission ring. The ring is memory that it shares with the kernel, so this is no call.',
    },
    { at: 12, text: 'One call hands over all three, and says that it will wait for one of them.' },
    { at: 16, text: 'The kernel starts them, one after the other.' },
    { at: 28, text: 'The thread sleeps, and the device works on three reads at once.' },
    { at: 46, text: 'The second read is finished first. The device interrupts.' },
    {
      at: 52,
      text: 'The thread is woken. Still inside its call, it puts the result into the completion ring.',
    },
    {
      at: 60,
      text: 'The call returns. The program finds the result by a load from memory; a number in it says which read it was.',
    },
    {
      at: 70,
      text: 'The other two ended close together and share an interrupt. It takes the program into the kernel for a moment, which puts both results into the ring.',
    },
    { at: 80, text: 'The program takes both out of the ring, without any call.' },
  ],
};
