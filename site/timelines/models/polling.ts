// A status register, read in a loop by whoever owns the device. A read of a register crosses the bus and
// back, and the processor waits for the answer ("Bus-independent device accesses" of the driver API).
import type { Mark, Span, Timeline } from '../types.ts';

const ASKED = [0, 9, 18, 27, 36, 45] as const;
const READY_AT = 41;
const FETCHED_AT = 54;

export const timeline: Timeline = {
  title: 'A status register, asked until it says yes',
  mechanism: 'polling',
  basis: {
    kind: 'model',
    sources: [
      {
        title: 'device accesses of the kernel',
        href: 'https://docs.kernel.org/driver-api/device-io.html',
      },
    ],
  },
  length: 78,
  lanes: [
    { id: 'program', title: 'program' },
    { id: 'bus', title: 'bus' },
    { id: 'device', title: 'device' },
  ],
  spans: [
    ...ASKED.flatMap((from): Span[] => [
      { lane: 'program', from, to: from + 8, kind: 'work', text: 'asks', short: 'ask' },
      {
        lane: 'bus',
        from: from + 2,
        to: from + 6,
        kind: 'work',
        text: 'there and back',
        short: '⇅',
      },
    ]),
    {
      lane: 'program',
      from: FETCHED_AT,
      to: FETCHED_AT + 9,
      kind: 'work',
      text: 'fetches the byte',
      short: 'fetches',
    },
    { lane: 'bus', from: FETCHED_AT + 2, to: FETCHED_AT + 7, kind: 'work', text: 'byte' },
    {
      lane: 'program',
      from: FETCHED_AT + 9,
      to: 78,
      kind: 'work',
      text: 'uses the byte',
      short: 'uses',
    },
    { lane: 'device', from: 0, to: READY_AT, kind: 'work', text: 'works' },
    {
      lane: 'device',
      from: READY_AT,
      to: FETCHED_AT + 7,
      kind: 'wait',
      text: 'ready, tells nobody',
      short: 'ready',
    },
  ],
  marks: [...ASKED, FETCHED_AT].flatMap((from): Mark[] => {
    const back = from === FETCHED_AT ? from + 7 : from + 6;
    const answer = from === FETCHED_AT ? 'byte' : from + 2 < READY_AT ? 'no' : 'yes';
    return [
      { at: from + 2, from_lane: 'program', to_lane: 'device', kind: 'call', text: '?' },
      { at: back, from_lane: 'device', to_lane: 'program', kind: 'return', text: answer },
    ];
  }),
  steps: [
    {
      at: 2,
      text: 'The program reads the status register. The question crosses the bus, and the processor stands still until the answer is there.',
    },
    { at: 6, text: 'The answer is no.' },
    {
      at: 11,
      text: 'It asks again at once, and again. Each question keeps processor and bus busy.',
    },
    {
      at: READY_AT,
      text: 'The device is ready. It tells nobody, and the answer on its way is still no.',
    },
    { at: 47, text: 'The next question finds it: late by one round of the loop, at most.' },
    { at: FETCHED_AT + 2, text: 'The program fetches the byte from another register.' },
    {
      at: FETCHED_AT + 9,
      text: 'There was no interrupt and no wake-up, and no moment in which the processor could have done anything else.',
    },
  ],
};
