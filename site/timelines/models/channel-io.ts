// A channel program of two chained words, as System/390 has it: START SUBCHANNEL, words fetched by the channel,
// the next one at the device's end, and one interruption (ESA/390 Principles of Operation, SA22-7201,
// chapters 14 to 16). Channel end and device end come together here, as with the lab's printer.
import type { Timeline } from '../types.ts';

export const timeline: Timeline = {
  title: 'A channel program of two words: one start, one interrupt',
  mechanism: 'channel',
  basis: {
    kind: 'model',
    sources: [
      {
        title: 'System/360 Principles of Operation',
        href: 'http://bitsavers.org/pdf/ibm/360/princOps/A22-6821-6_360PrincOpsJan67.pdf',
      },
    ],
  },
  length: 100,
  lanes: [
    { id: 'processor', title: 'processor' },
    { id: 'storage', title: 'storage' },
    { id: 'channel', title: 'channel' },
    { id: 'printer', title: 'printer' },
  ],
  spans: [
    { lane: 'processor', from: 0, to: 8, kind: 'work', text: 'starts' },
    {
      lane: 'processor',
      from: 8,
      to: 82,
      kind: 'other',
      text: 'other work: no instruction for these lines',
    },
    { lane: 'processor', from: 82, to: 92, kind: 'work', text: 'status' },
    { lane: 'processor', from: 92, to: 100, kind: 'other', text: 'other' },
    { lane: 'storage', from: 8, to: 14, kind: 'work', text: 'word 1', short: '1' },
    { lane: 'storage', from: 14, to: 24, kind: 'work', text: 'line 1' },
    { lane: 'storage', from: 43, to: 49, kind: 'work', text: 'word 2', short: '2' },
    { lane: 'storage', from: 49, to: 59, kind: 'work', text: 'line 2' },
    { lane: 'channel', from: 8, to: 14, kind: 'work', text: 'fetches', short: '1' },
    { lane: 'channel', from: 14, to: 24, kind: 'work', text: 'moves' },
    { lane: 'channel', from: 24, to: 43, kind: 'wait', text: 'waits for the end', short: 'waits' },
    { lane: 'channel', from: 43, to: 49, kind: 'work', text: 'fetches', short: '2' },
    { lane: 'channel', from: 49, to: 59, kind: 'work', text: 'moves' },
    { lane: 'channel', from: 59, to: 78, kind: 'wait', text: 'waits for the end', short: 'waits' },
    { lane: 'channel', from: 78, to: 82, kind: 'work', text: 'keeps the status' },
    {
      lane: 'printer',
      from: 14,
      to: 43,
      kind: 'work',
      text: 'takes and prints line 1',
      short: 'line 1',
    },
    {
      lane: 'printer',
      from: 49,
      to: 78,
      kind: 'work',
      text: 'takes and prints line 2',
      short: 'line 2',
    },
  ],
  marks: [
    { at: 8, from_lane: 'processor', to_lane: 'channel', kind: 'call', text: 'start' },
    { at: 14, from_lane: 'channel', to_lane: 'printer', kind: 'call', text: 'write' },
    { at: 43, from_lane: 'printer', to_lane: 'channel', kind: 'return', text: 'end' },
    { at: 49, from_lane: 'channel', to_lane: 'printer', kind: 'call', text: 'write' },
    { at: 78, from_lane: 'printer', to_lane: 'channel', kind: 'return', text: 'end' },
    { at: 82, from_lane: 'channel', to_lane: 'processor', kind: 'interrupt', text: 'interrupt' },
  ],
  steps: [
    {
      at: 8,
      text: 'One instruction tells the channel where the list begins. The processor goes on with something else.',
    },
    {
      at: 14,
      text: 'The channel has fetched the first word from storage. It gives the printer its command and moves the line.',
    },
    { at: 24, text: 'All bytes are moved. The channel waits for the printer to be done.' },
    {
      at: 43,
      text: 'The printer is done. The word has the flag “chain command”, so the channel fetches the next one, and asks nobody.',
    },
    { at: 49, text: 'The second line goes the same way.' },
    {
      at: 78,
      text: 'The second word has no such flag: the list is at its end. The channel keeps what became of it.',
    },
    {
      at: 82,
      text: 'One interrupt for the whole list, and the processor takes the status. With a hundred lines its part would be the same.',
    },
  ],
};
