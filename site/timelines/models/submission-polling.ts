// One read with IORING_SETUP_SQPOLL: a store instead of a call, a look instead of a wake-up; and the call that is
// needed after all when the kernel's thread has gone to sleep (io_uring_setup(2): IORING_SETUP_SQPOLL,
// sq_thread_idle, IORING_SQ_NEED_WAKEUP; io_uring_enter(2): IORING_ENTER_SQ_WAKEUP). The result is put into the
// ring by the kernel's thread, because the requests are that thread's (io_uring/sqpoll.c).
import type { Timeline } from '../types.ts';

export const timeline: Timeline = {
  title: 'Nobody calls anybody: a store, and a look',
  mechanism: 'completion',
  basis: {
    kind: 'model',
    sources: [
      {
        title: 'io_uring_setup(2)',
        href: 'https://man7.org/linux/man-pages/man2/io_uring_setup.2.html',
      },
      {
        title: 'io_uring_enter(2)',
        href: 'https://man7.org/linux/man-pages/man2/io_uring_enter.2.html',
      },
    ],
  },
  length: 110,
  lanes: [
    { id: 'program', title: 'program' },
    { id: 'thread', title: 'kernel’s thread' },
    { id: 'kernel', title: 'kernel' },
    { id: 'device', title: 'device' },
  ],
  spans: [
    { lane: 'program', from: 0, to: 7, kind: 'work', text: 'entry' },
    { lane: 'program', from: 7, to: 56, kind: 'work', text: 'looks for the result' },
    { lane: 'program', from: 56, to: 66, kind: 'work', text: 'uses it', short: 'uses' },
    { lane: 'program', from: 66, to: 82, kind: 'other', text: 'other work', short: 'other' },
    { lane: 'program', from: 82, to: 88, kind: 'work', text: 'entry' },
    { lane: 'program', from: 98, to: 110, kind: 'work', text: 'looks' },
    { lane: 'thread', from: 0, to: 7, kind: 'work', text: 'looks' },
    { lane: 'thread', from: 7, to: 16, kind: 'work', text: 'starts it', short: 'starts' },
    { lane: 'thread', from: 16, to: 46, kind: 'work', text: 'looks for entries' },
    { lane: 'thread', from: 46, to: 54, kind: 'work', text: 'result' },
    { lane: 'thread', from: 54, to: 74, kind: 'work', text: 'looks, in vain', short: 'looks' },
    { lane: 'thread', from: 74, to: 96, kind: 'wait', text: 'asleep' },
    { lane: 'thread', from: 96, to: 106, kind: 'work', text: 'starts it', short: 'starts' },
    { lane: 'kernel', from: 38, to: 45, kind: 'work', text: 'handler' },
    { lane: 'kernel', from: 88, to: 98, kind: 'work', text: 'wakes it', short: 'wakes' },
    { lane: 'device', from: 14, to: 38, kind: 'work', text: 'works' },
    { lane: 'device', from: 104, to: 110, kind: 'work', text: 'works' },
  ],
  marks: [
    { at: 7, from_lane: 'program', to_lane: 'thread', kind: 'doorbell', text: 'a store' },
    { at: 14, from_lane: 'thread', to_lane: 'device', kind: 'doorbell', text: 'go' },
    { at: 38, from_lane: 'device', to_lane: 'kernel', kind: 'interrupt', text: 'interrupt' },
    { at: 45, from_lane: 'kernel', to_lane: 'thread', kind: 'return', text: 'done' },
    { at: 54, from_lane: 'thread', to_lane: 'program', kind: 'doorbell', text: 'a store' },
    { at: 88, from_lane: 'program', to_lane: 'kernel', kind: 'call', text: 'enter' },
    { at: 94, from_lane: 'kernel', to_lane: 'thread', kind: 'wake', text: 'wake-up' },
    { at: 98, from_lane: 'kernel', to_lane: 'program', kind: 'return', text: 'returns' },
    { at: 104, from_lane: 'thread', to_lane: 'device', kind: 'doorbell', text: 'go' },
  ],
  steps: [
    {
      at: 7,
      text: 'The program writes an entry and moves the end of the ring. That is a store, and no call.',
    },
    {
      at: 14,
      text: 'The kernel’s thread does nothing but look. It has seen the entry, and starts the read.',
    },
    {
      at: 16,
      text: 'The device works. Two processors look meanwhile: one for entries, one for results.',
    },
    { at: 38, text: 'The device interrupts as always: with this alone, nobody polls the device.' },
    {
      at: 46,
      text: 'The thread learns of it in its next round, and puts the result into the completion ring.',
    },
    {
      at: 56,
      text: 'The program’s next look finds it. It made no call, did not sleep, and was not woken.',
    },
    { at: 74, text: 'Nothing new came for a while. The thread says so in the ring, and sleeps.' },
    {
      at: 88,
      text: 'With the next entry the program sees that the thread sleeps, and has to make a call after all.',
    },
    {
      at: 96,
      text: 'The call has woken the thread, and the read begins: later than with a plain call.',
    },
  ],
};
