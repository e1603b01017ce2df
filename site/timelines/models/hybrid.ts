// A burst of packets under NAPI: the handler masks the card's interrupt and schedules the poll; the poll takes what
// there is, up to a budget, and unmasks after napi_complete_done has said yes (NAPI, kernel documentation).
// One processor, so the program that was woken runs after the poll.
import type { Timeline } from '../types.ts';

export const timeline: Timeline = {
  title: 'A burst of packets: one interrupt, and polling until there are no more',
  mechanism: 'hybrid',
  basis: {
    kind: 'model',
    sources: [{ title: 'NAPI', href: 'https://docs.kernel.org/networking/napi.html' }],
  },
  length: 100,
  lanes: [
    { id: 'program', title: 'program' },
    { id: 'handler', title: 'interrupt handler' },
    { id: 'poll', title: 'poll loop' },
    { id: 'switch', title: 'the card’s interrupt' },
    { id: 'card', title: 'card' },
  ],
  spans: [
    { lane: 'program', from: 0, to: 62, kind: 'wait', text: 'asleep' },
    { lane: 'program', from: 62, to: 78, kind: 'work', text: 'reads all four', short: 'reads' },
    { lane: 'program', from: 78, to: 100, kind: 'wait', text: 'asleep' },
    { lane: 'handler', from: 16, to: 24, kind: 'work', text: 'off, poll', short: 'off' },
    { lane: 'handler', from: 92, to: 100, kind: 'work', text: 'off, poll', short: 'off' },
    { lane: 'poll', from: 24, to: 31, kind: 'work', text: 'packet 1', short: '1' },
    { lane: 'poll', from: 31, to: 38, kind: 'work', text: 'packet 2', short: '2' },
    { lane: 'poll', from: 38, to: 45, kind: 'work', text: 'packet 3', short: '3' },
    { lane: 'poll', from: 45, to: 52, kind: 'work', text: 'packet 4', short: '4' },
    { lane: 'poll', from: 52, to: 60, kind: 'work', text: 'no more', short: 'none' },
    { lane: 'switch', from: 0, to: 20, kind: 'work', text: 'on' },
    { lane: 'switch', from: 20, to: 58, kind: 'wait', text: 'off' },
    { lane: 'switch', from: 58, to: 97, kind: 'work', text: 'on' },
    { lane: 'switch', from: 97, to: 100, kind: 'wait', text: 'off' },
    { lane: 'card', from: 6, to: 16, kind: 'work', text: 'packet 1', short: '1' },
    { lane: 'card', from: 21, to: 29, kind: 'work', text: 'packet 2', short: '2' },
    { lane: 'card', from: 29, to: 37, kind: 'work', text: 'packet 3', short: '3' },
    { lane: 'card', from: 37, to: 44, kind: 'work', text: 'packet 4', short: '4' },
    { lane: 'card', from: 82, to: 92, kind: 'work', text: 'packet 5', short: '5' },
  ],
  marks: [
    { at: 16, from_lane: 'card', to_lane: 'handler', kind: 'interrupt', text: 'interrupt' },
    { at: 20, from_lane: 'handler', to_lane: 'switch', kind: 'doorbell', text: 'off' },
    { at: 24, from_lane: 'handler', to_lane: 'poll', kind: 'call', text: 'poll' },
    { at: 31, from_lane: 'poll', to_lane: 'program', kind: 'wake', text: 'wake-up' },
    { at: 58, from_lane: 'poll', to_lane: 'switch', kind: 'doorbell', text: 'on' },
    { at: 92, from_lane: 'card', to_lane: 'handler', kind: 'interrupt', text: 'interrupt' },
    { at: 97, from_lane: 'handler', to_lane: 'switch', kind: 'doorbell', text: 'off' },
  ],
  steps: [
    { at: 16, text: 'The card has put a packet into memory by itself, and interrupts.' },
    {
      at: 20,
      text: 'The handler switches the card’s interrupt off, and asks for the poll loop. It does nothing else.',
    },
    { at: 24, text: 'The poll loop takes the first packet and hands it on.' },
    {
      at: 31,
      text: 'That makes the program ready. The processor is busy, so it has to wait.',
    },
    {
      at: 38,
      text: 'More packets have come meanwhile. Nobody was interrupted for them; the loop finds them because it asks.',
    },
    {
      at: 52,
      text: 'There are no more. Had they gone on coming, the loop would have stopped at its budget and come back, so that others have a turn.',
    },
    { at: 58, text: 'It switches the interrupt on again, and ends.' },
    { at: 62, text: 'The program runs, and finds four packets for one wake-up.' },
    { at: 92, text: 'The next packet comes alone, and interrupts like the first.' },
  ],
};
