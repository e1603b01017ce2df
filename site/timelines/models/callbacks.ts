// A request with a function, on an event loop of one thread. The loop sleeps in one wait for everything, reads
// the bytes itself, and only then calls (libuv's design overview; Node's guide to its event loop).
import type { Timeline } from '../types.ts';

export const timeline: Timeline = {
  title: 'A callback: the loop sleeps, reads, and calls',
  mechanism: 'interrupt',
  basis: {
    kind: 'model',
    sources: [
      { title: 'design of libuv', href: 'https://docs.libuv.org/en/v1.x/design.html' },
      {
        title: 'the event loop of Node',
        href: 'https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick',
      },
    ],
  },
  length: 100,
  lanes: [
    { id: 'program', title: 'program' },
    { id: 'loop', title: 'event loop' },
    { id: 'kernel', title: 'kernel' },
    { id: 'device', title: 'device' },
  ],
  spans: [
    { lane: 'program', from: 0, to: 6, kind: 'work', text: 'asks' },
    { lane: 'loop', from: 6, to: 10, kind: 'work', text: 'keeps the function' },
    { lane: 'program', from: 10, to: 20, kind: 'other', text: 'goes on' },
    { lane: 'loop', from: 20, to: 23, kind: 'work', text: 'anything to do?' },
    { lane: 'kernel', from: 23, to: 29, kind: 'work', text: 'none ready', short: 'none' },
    { lane: 'loop', from: 29, to: 52, kind: 'wait', text: 'asleep' },
    { lane: 'device', from: 30, to: 45, kind: 'work', text: 'bytes come', short: 'bytes' },
    { lane: 'kernel', from: 45, to: 52, kind: 'work', text: 'handler', short: 'takes' },
    { lane: 'kernel', from: 53, to: 58, kind: 'work', text: 'tells' },
    { lane: 'loop', from: 58, to: 61, kind: 'work', text: 'which one?' },
    { lane: 'kernel', from: 61, to: 68, kind: 'work', text: 'copies' },
    { lane: 'loop', from: 68, to: 71, kind: 'work', text: 'whose?' },
    { lane: 'program', from: 71, to: 84, kind: 'work', text: 'the callback', short: 'callback' },
    { lane: 'loop', from: 84, to: 87, kind: 'work', text: 'anything else?' },
    { lane: 'kernel', from: 87, to: 92, kind: 'work', text: 'none ready', short: 'none' },
    { lane: 'loop', from: 92, to: 100, kind: 'wait', text: 'asleep' },
  ],
  marks: [
    { at: 6, from_lane: 'program', to_lane: 'loop', kind: 'call', text: 'f' },
    { at: 10, from_lane: 'loop', to_lane: 'program', kind: 'return', text: 'at once' },
    { at: 20, from_lane: 'program', to_lane: 'loop', kind: 'return', text: 'done' },
    { at: 23, from_lane: 'loop', to_lane: 'kernel', kind: 'call', text: 'wait' },
    { at: 45, from_lane: 'device', to_lane: 'kernel', kind: 'interrupt', text: 'interrupt' },
    { at: 52, from_lane: 'kernel', to_lane: 'loop', kind: 'wake', text: 'wake-up' },
    { at: 58, from_lane: 'kernel', to_lane: 'loop', kind: 'return', text: 'ready' },
    { at: 61, from_lane: 'loop', to_lane: 'kernel', kind: 'call', text: 'read' },
    { at: 68, from_lane: 'kernel', to_lane: 'loop', kind: 'return', text: 'bytes' },
    { at: 71, from_lane: 'loop', to_lane: 'program', kind: 'call', text: 'f(bytes)' },
    { at: 84, from_lane: 'program', to_lane: 'loop', kind: 'return', text: 'done' },
    { at: 87, from_lane: 'loop', to_lane: 'kernel', kind: 'call', text: 'wait' },
  ],
  steps: [
    {
      at: 6,
      text: 'The program hands over a request and a function. Both are kept, and the call returns at once.',
    },
    { at: 10, text: 'The program goes on with whatever else it has to do.' },
    {
      at: 20,
      text: 'It has nothing more to do, and returns to the loop. Nothing of it is on the stack now.',
    },
    { at: 29, text: 'The loop sleeps, in one wait for everything that anybody has asked for.' },
    { at: 45, text: 'The bytes come, and the device interrupts.' },
    { at: 52, text: 'The loop’s thread is woken, as any other would be.' },
    { at: 61, text: 'The loop fetches the bytes, before the program hears of them.' },
    {
      at: 71,
      text: 'It calls the function, on an empty stack and on the same thread. As long as that runs, no other callback can.',
    },
    { at: 84, text: 'The function returns, and the loop waits again.' },
  ],
};
