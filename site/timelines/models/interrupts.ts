// What lies between a device and a sleeping program, where another one has the processor. On the way out of
// an interrupt the kernel looks whether somebody else is to run (entry documentation of the kernel core;
// genericirq for the handler; sched(7) for who is next).
import type { Timeline } from '../types.ts';

export const timeline: Timeline = {
  title: 'An interrupt, from the device to the program that sleeps',
  mechanism: 'interrupt',
  basis: {
    kind: 'model',
    sources: [
      {
        title: 'entry and exit handling of the kernel',
        href: 'https://docs.kernel.org/core-api/entry.html',
      },
      {
        title: 'generic IRQ handling',
        href: 'https://docs.kernel.org/core-api/genericirq.html',
      },
    ],
  },
  length: 100,
  lanes: [
    { id: 'program', title: 'program' },
    { id: 'another', title: 'another program' },
    { id: 'kernel', title: 'kernel' },
    { id: 'bus', title: 'bus' },
    { id: 'device', title: 'device' },
  ],
  spans: [
    { lane: 'program', from: 0, to: 74, kind: 'wait', text: 'asleep' },
    { lane: 'program', from: 74, to: 100, kind: 'work', text: 'has its answer' },
    { lane: 'another', from: 0, to: 24, kind: 'other', text: 'has the processor' },
    { lane: 'another', from: 24, to: 100, kind: 'wait', text: 'stands still, then waits its turn' },
    { lane: 'kernel', from: 24, to: 32, kind: 'work', text: 'saves', short: 'saves' },
    { lane: 'kernel', from: 32, to: 46, kind: 'work', text: 'handler' },
    { lane: 'kernel', from: 46, to: 60, kind: 'work', text: 'who is next?', short: 'who?' },
    { lane: 'kernel', from: 60, to: 74, kind: 'work', text: 'switches' },
    { lane: 'bus', from: 34, to: 42, kind: 'work', text: 'what is it?', short: '⇅' },
    { lane: 'device', from: 0, to: 24, kind: 'work', text: 'works' },
    { lane: 'device', from: 24, to: 42, kind: 'wait', text: 'wants attention', short: 'waits' },
  ],
  marks: [
    { at: 24, from_lane: 'device', to_lane: 'kernel', kind: 'interrupt', text: 'interrupt' },
    { at: 46, from_lane: 'kernel', to_lane: 'program', kind: 'wake', text: 'wake-up' },
    { at: 74, from_lane: 'kernel', to_lane: 'program', kind: 'return', text: 'runs' },
  ],
  steps: [
    {
      at: 0,
      text: 'The program sleeps until the device is done. Another program has the processor.',
    },
    {
      at: 24,
      text: 'The device is done and interrupts. When the instruction under way is finished, the processor leaves the other program, in its middle.',
    },
    {
      at: 32,
      text: 'It has saved where it was, and runs the handler: the kernel’s code, in the time of whoever was there.',
    },
    {
      at: 34,
      text: 'The handler asks the device over the bus what it wants. Many devices take that for an answer to their interrupt.',
    },
    { at: 46, text: 'It makes the sleeping thread ready. That is the wake-up.' },
    {
      at: 60,
      text: 'On its way out of the interrupt the kernel looks whether somebody else is to run now. Here that is so, and it switches.',
    },
    {
      at: 74,
      text: 'The program runs. The other one will go on later, where it was left, and knows of nothing.',
    },
  ],
};
