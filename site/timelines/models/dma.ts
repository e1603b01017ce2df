// A sector from a disk with DMA, on a machine without a system in between: four numbers to the controller,
// a bus cycle for each word, one interrupt (PDP-11 Peripherals Handbook: RK11, and non-processor requests;
// for today's buses the DMA documentation of the kernel).
import type { Span, Timeline } from '../types.ts';

const REGISTERS = [1, 3.5, 6, 8.5] as const;
const WORDS = [36, 42, 48, 54, 60, 66, 72] as const;

export const timeline: Timeline = {
  title: 'A sector by DMA: the controller moves the words, and interrupts once',
  mechanism: 'dma',
  basis: {
    kind: 'model',
    sources: [
      {
        title: 'PDP-11 devices',
        href: 'https://unix-archive.eu/Distributions/Other/OS_Course/pdp11/doc/devs',
      },
      {
        title: 'DMA in the kernel',
        href: 'https://docs.kernel.org/core-api/dma-api-howto.html',
      },
    ],
  },
  length: 100,
  lanes: [
    { id: 'processor', title: 'processor' },
    { id: 'bus', title: 'bus' },
    { id: 'memory', title: 'memory' },
    { id: 'controller', title: 'controller' },
  ],
  spans: [
    { lane: 'processor', from: 0, to: 12, kind: 'work', text: 'sets it up', short: 'sets up' },
    { lane: 'processor', from: 12, to: 78, kind: 'other', text: 'other work' },
    { lane: 'processor', from: 78, to: 89, kind: 'work', text: 'handler' },
    { lane: 'processor', from: 89, to: 100, kind: 'other', text: 'other work', short: 'other' },
    ...REGISTERS.map((from): Span => {
      return { lane: 'bus', from, to: from + 1.5, kind: 'work', text: 'a register' };
    }),
    ...WORDS.flatMap((from): Span[] => [
      { lane: 'bus', from, to: from + 3, kind: 'work', text: 'a word' },
      { lane: 'memory', from, to: from + 3, kind: 'work', text: 'a word' },
    ]),
    { lane: 'bus', from: 81, to: 85, kind: 'work', text: 'the status' },
    { lane: 'controller', from: 10, to: 36, kind: 'work', text: 'finds the place' },
    { lane: 'controller', from: 36, to: 78, kind: 'work', text: 'reads, and asks for the bus' },
  ],
  marks: [
    { at: 10, from_lane: 'processor', to_lane: 'controller', kind: 'doorbell', text: 'go' },
    { at: 78, from_lane: 'controller', to_lane: 'processor', kind: 'interrupt', text: 'interrupt' },
  ],
  steps: [
    {
      at: 1,
      text: 'The program writes a place on the disk, a number of words and an address in memory into the controller’s registers.',
    },
    { at: 10, text: 'The last register takes the command. Writing it starts the transfer.' },
    { at: 12, text: 'That was the processor’s whole part. It goes on with something else.' },
    {
      at: 36,
      text: 'The first word is there. The controller asks for the bus, has it for a cycle, and writes the word to memory itself.',
    },
    {
      at: 42,
      text: 'So it does for each word. The processor waits only where it wants the bus at the same moment.',
    },
    { at: 78, text: 'The number of words is reached: one interrupt for the whole sector.' },
    {
      at: 81,
      text: 'The handler reads the status, to know whether all was well. The bytes are in memory already.',
    },
    { at: 89, text: 'The processor goes on where it was interrupted.' },
  ],
};
