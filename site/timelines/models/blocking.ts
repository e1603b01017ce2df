// A read that finds nothing and sleeps until a device has something. The order is that of Linux: on the list
// first, then asleep; the handler wakes, the scheduler runs, and the thread copies the bytes itself
// (read(2); "Wait queues and wake events" of the driver API; genericirq for who runs the handler).
import type { Timeline } from '../types.ts';

export const timeline: Timeline = {
  title: 'A blocking read of a device that has nothing yet',
  mechanism: 'interrupt',
  basis: {
    kind: 'model',
    sources: [
      { title: 'read(2)', href: 'https://man7.org/linux/man-pages/man2/read.2.html' },
      {
        title: 'wait queues of the kernel',
        href: 'https://docs.kernel.org/driver-api/basics.html',
      },
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
    { lane: 'program', from: 0, to: 8, kind: 'work', text: 'runs up to its read', short: 'runs' },
    { lane: 'program', from: 20, to: 72, kind: 'wait', text: 'asleep, in the call' },
    { lane: 'program', from: 86, to: 100, kind: 'work', text: 'uses the bytes', short: 'uses it' },
    { lane: 'kernel', from: 8, to: 20, kind: 'work', text: 'nothing there', short: 'nothing' },
    { lane: 'kernel', from: 52, to: 64, kind: 'work', text: 'handler' },
    { lane: 'kernel', from: 72, to: 86, kind: 'work', text: 'copies, returns', short: 'copies' },
    { lane: 'bus', from: 54, to: 60, kind: 'work', text: 'byte' },
    { lane: 'device', from: 36, to: 52, kind: 'work', text: 'receives a byte', short: 'a byte' },
  ],
  marks: [
    { at: 8, from_lane: 'program', to_lane: 'kernel', kind: 'call', text: 'read' },
    { at: 52, from_lane: 'device', to_lane: 'kernel', kind: 'interrupt', text: 'interrupt' },
    { at: 64, from_lane: 'kernel', to_lane: 'program', kind: 'wake', text: 'wake-up' },
    { at: 86, from_lane: 'kernel', to_lane: 'program', kind: 'return', text: 'bytes' },
  ],
  steps: [
    { at: 8, text: 'The program calls read. The kernel looks, and nothing has come yet.' },
    {
      at: 20,
      text: 'The thread is on the list of those who wait for this device, and sleeps in the middle of its call. The processor is somebody else’s.',
    },
    {
      at: 36,
      text: 'The device receives a byte. Nobody has done anything for this read meanwhile.',
    },
    {
      at: 52,
      text: 'The device interrupts. The processor leaves whatever it was doing, and the driver’s handler runs.',
    },
    { at: 54, text: 'The handler fetches the byte over the bus, into a buffer of the kernel’s.' },
    {
      at: 64,
      text: 'It finds the thread on the list and makes it ready. That is the wake-up; the thread does not run yet.',
    },
    {
      at: 72,
      text: 'The scheduler gives it a processor. The thread goes on inside its call, where it slept, and copies the byte into the program’s memory.',
    },
    { at: 86, text: 'The call returns. It was one call, one sleep and one wake-up.' },
  ],
};
