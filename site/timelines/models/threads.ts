// fs.read with a callback: a pool of threads that block, in the place of a program that must not. Three wake-ups
// for one read (libuv's thread pool and design overview; futex(2) for the waking of a pool's thread;
// eventfd(2) for that of the loop).
import type { Timeline } from '../types.ts';

export const timeline: Timeline = {
  title: 'A thread of a pool blocks in the program’s place',
  mechanism: 'completion',
  basis: {
    kind: 'model',
    sources: [
      {
        title: 'thread pool of libuv',
        href: 'https://docs.libuv.org/en/v1.x/threadpool.html',
      },
      { title: 'futex(2)', href: 'https://man7.org/linux/man-pages/man2/futex.2.html' },
    ],
  },
  length: 100,
  lanes: [
    { id: 'main', title: 'main thread' },
    { id: 'pool', title: 'pool thread' },
    { id: 'kernel', title: 'kernel' },
    { id: 'device', title: 'device' },
  ],
  spans: [
    { lane: 'main', from: 0, to: 7, kind: 'work', text: 'asks' },
    { lane: 'kernel', from: 7, to: 10, kind: 'work', text: 'wakes a thread' },
    { lane: 'main', from: 10, to: 29, kind: 'other', text: 'free for others', short: 'free' },
    { lane: 'pool', from: 0, to: 13, kind: 'wait', text: 'asleep' },
    { lane: 'pool', from: 13, to: 18, kind: 'work', text: 'takes it' },
    { lane: 'kernel', from: 18, to: 26, kind: 'work', text: 'starts', short: 'starts' },
    { lane: 'pool', from: 26, to: 54, kind: 'wait', text: 'asleep, in its read' },
    { lane: 'kernel', from: 29, to: 33, kind: 'work', text: 'nothing ready' },
    { lane: 'main', from: 33, to: 71, kind: 'wait', text: 'asleep, in its loop' },
    { lane: 'device', from: 24, to: 46, kind: 'work', text: 'works' },
    { lane: 'kernel', from: 46, to: 52, kind: 'work', text: 'handler' },
    { lane: 'kernel', from: 54, to: 59, kind: 'work', text: 'ends' },
    { lane: 'pool', from: 59, to: 64, kind: 'work', text: 'result' },
    { lane: 'kernel', from: 64, to: 68, kind: 'work', text: 'wakes the loop' },
    { lane: 'pool', from: 68, to: 100, kind: 'wait', text: 'asleep, for more work' },
    { lane: 'kernel', from: 71, to: 76, kind: 'work', text: 'tells' },
    { lane: 'main', from: 76, to: 92, kind: 'work', text: 'the callback' },
    { lane: 'main', from: 92, to: 100, kind: 'other', text: 'free' },
  ],
  marks: [
    { at: 7, from_lane: 'main', to_lane: 'kernel', kind: 'call', text: 'futex' },
    { at: 10, from_lane: 'kernel', to_lane: 'pool', kind: 'wake', text: 'wake-up 1' },
    { at: 18, from_lane: 'pool', to_lane: 'kernel', kind: 'call', text: 'read' },
    { at: 24, from_lane: 'kernel', to_lane: 'device', kind: 'doorbell', text: 'go' },
    { at: 29, from_lane: 'main', to_lane: 'kernel', kind: 'call', text: 'wait' },
    { at: 46, from_lane: 'device', to_lane: 'kernel', kind: 'interrupt', text: 'interrupt' },
    { at: 52, from_lane: 'kernel', to_lane: 'pool', kind: 'wake', text: 'wake-up 2' },
    { at: 59, from_lane: 'kernel', to_lane: 'pool', kind: 'return', text: 'bytes' },
    { at: 64, from_lane: 'pool', to_lane: 'kernel', kind: 'call', text: 'write' },
    { at: 68, from_lane: 'kernel', to_lane: 'main', kind: 'wake', text: 'wake-up 3' },
    { at: 76, from_lane: 'kernel', to_lane: 'main', kind: 'return', text: 'ready' },
  ],
  steps: [
    { at: 7, text: 'The main thread puts its request into the pool’s queue, and wakes a thread.' },
    { at: 10, text: 'The first wake-up. The main thread is free again.' },
    { at: 18, text: 'The pool’s thread takes the request, and makes an ordinary blocking call.' },
    { at: 26, text: 'It sleeps in that call, as the program would have. The device works.' },
    { at: 33, text: 'The main thread has nothing else to do, and sleeps in its loop.' },
    { at: 46, text: 'The device is done and interrupts.' },
    { at: 52, text: 'The second wake-up: the pool’s thread, which ends its call.' },
    {
      at: 59,
      text: 'It leaves the result in a queue, and writes to a descriptor that the loop waits for.',
    },
    { at: 68, text: 'The third wake-up: the main thread.' },
    {
      at: 76,
      text: 'The callback runs, on the main thread. The pool’s thread sleeps until the next request.',
    },
  ],
};
