// Two descriptors, one wait. What becomes ready puts itself on the ready list; a level-triggered descriptor that
// was reported stays on it and is looked at again by the next wait (epoll(7), epoll_wait(2)).
import type { Timeline } from '../types.ts';

export const timeline: Timeline = {
  title: 'One wait for two devices: told which, then asked for the bytes',
  mechanism: 'interrupt',
  basis: {
    kind: 'model',
    sources: [
      { title: 'epoll(7)', href: 'https://man7.org/linux/man-pages/man7/epoll.7.html' },
      { title: 'epoll_wait(2)', href: 'https://man7.org/linux/man-pages/man2/epoll_wait.2.html' },
    ],
  },
  length: 100,
  lanes: [
    { id: 'program', title: 'program' },
    { id: 'kernel', title: 'kernel' },
    { id: 'b', title: 'device B' },
    { id: 'a', title: 'device A' },
  ],
  spans: [
    { lane: 'program', from: 0, to: 8, kind: 'work', text: 'runs' },
    { lane: 'program', from: 16, to: 44, kind: 'wait', text: 'asleep' },
    { lane: 'program', from: 54, to: 60, kind: 'work', text: 'B?', short: 'B' },
    { lane: 'program', from: 70, to: 78, kind: 'work', text: 'uses it', short: 'uses' },
    { lane: 'program', from: 89, to: 100, kind: 'wait', text: 'asleep' },
    { lane: 'kernel', from: 8, to: 16, kind: 'work', text: 'none ready', short: 'none' },
    { lane: 'kernel', from: 36, to: 44, kind: 'work', text: 'B to the list', short: 'list' },
    { lane: 'kernel', from: 46, to: 54, kind: 'work', text: 'reports B', short: 'tells' },
    { lane: 'kernel', from: 60, to: 70, kind: 'work', text: 'copies' },
    { lane: 'kernel', from: 78, to: 89, kind: 'work', text: 'B again?', short: 'B again?' },
    { lane: 'b', from: 22, to: 36, kind: 'work', text: 'bytes come', short: 'bytes' },
    { lane: 'a', from: 0, to: 100, kind: 'wait', text: 'silent, and watched all the same' },
  ],
  marks: [
    { at: 8, from_lane: 'program', to_lane: 'kernel', kind: 'call', text: 'wait' },
    { at: 36, from_lane: 'b', to_lane: 'kernel', kind: 'interrupt', text: 'interrupt' },
    { at: 44, from_lane: 'kernel', to_lane: 'program', kind: 'wake', text: 'wake-up' },
    { at: 54, from_lane: 'kernel', to_lane: 'program', kind: 'return', text: 'B' },
    { at: 60, from_lane: 'program', to_lane: 'kernel', kind: 'call', text: 'read' },
    { at: 70, from_lane: 'kernel', to_lane: 'program', kind: 'return', text: 'bytes' },
    { at: 78, from_lane: 'program', to_lane: 'kernel', kind: 'call', text: 'wait' },
  ],
  steps: [
    {
      at: 8,
      text: 'The program waits for both devices by one call. What it is interested in it has told the kernel before, so it hands over no list.',
    },
    { at: 16, text: 'Neither is ready, and the thread sleeps.' },
    { at: 36, text: 'Bytes come to B, and its interrupt’s handler takes them.' },
    {
      at: 44,
      text: 'The kernel has put B on the list of those that are ready, and wakes the thread.',
    },
    { at: 54, text: 'The wait returns and says: B. No byte has been moved to the program yet.' },
    { at: 60, text: 'A second call fetches the bytes.' },
    { at: 78, text: 'The program waits again.' },
    {
      at: 89,
      text: 'Level-triggered, B was left on the list, so the kernel has looked at it once more, found nothing, and taken it off. With bytes left it would have returned at once. Edge-triggered it would not have looked.',
    },
  ],
};
