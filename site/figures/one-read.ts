// One read from the call to its return, taken apart: what goes on between two moments, whose time it is, how
// long it took. site/timelines/models/one-call.ts draws it. Pure.
import type { MomentName, OneRead } from '../data/one-read.ts';
import type { Table } from './figure.ts';
import { figures } from './format.ts';

export type Lane = 'program' | 'kernel' | 'device';

/** What goes on between two moments, and whose time it is. */
export interface Leg {
  readonly from: MomentName;
  readonly to: MomentName;
  readonly lane: Lane;
  readonly title: string;
  readonly words: string;
}

export const LEGS: readonly Leg[] = [
  {
    from: 'call',
    to: 'enter',
    lane: 'program',
    title: 'The library',
    words:
      'from the call in JavaScript through the foreign-function library to the C library, whose pread executes the instruction that enters the kernel',
  },
  {
    from: 'enter',
    to: 'queue',
    lane: 'kernel',
    title: 'The system call and the file system',
    words:
      'the kernel checks the descriptor and the memory, and the file system finds where on the disk the block lies',
  },
  {
    from: 'queue',
    to: 'issue',
    lane: 'kernel',
    title: 'The block layer',
    words: 'the request gets a place in the device’s queue, and the scheduler may order the queue',
  },
  {
    from: 'issue',
    to: 'sleep',
    lane: 'kernel',
    title: 'The driver',
    words:
      'it writes the request where the device will read it, tells the device, and returns; nothing more is to be done, so the program is put to sleep',
  },
  {
    from: 'sleep',
    to: 'interrupt',
    lane: 'device',
    title: 'The device alone',
    words: 'the program sleeps, and its processor is free for others or stands idle',
  },
  {
    from: 'interrupt',
    to: 'wake',
    lane: 'kernel',
    title: 'The interrupt',
    words:
      'the handler borrows the processor from whoever has it, the driver finds which request is finished, and the block layer tells the sleeper',
  },
  {
    from: 'wake',
    to: 'run',
    lane: 'kernel',
    title: 'The wake-up',
    words: 'the program may run again, and the scheduler gives it a processor',
  },
  {
    from: 'run',
    to: 'exit',
    lane: 'kernel',
    title: 'The way back',
    words: 'the system call goes on where it slept and returns the number of bytes',
  },
  {
    from: 'exit',
    to: 'return',
    lane: 'program',
    title: 'The library again',
    words: 'the number comes back to JavaScript',
  },
];

export interface Stretch extends Leg {
  readonly from_us: number;
  readonly lasted_us: number;
}

/** The legs of this read. Throws Error where one of its moments is missing. */
export function stretchesOf({ moments }: OneRead): Stretch[] {
  const at = (name: MomentName): number => {
    const found = moments.find(one => one.name === name);
    if (found === undefined) throw new Error(`the read has no moment "${name}"`);
    return found.at_us;
  };
  return LEGS.map(leg => {
    const from_us = at(leg.from);
    return { ...leg, from_us, lasted_us: Math.round((at(leg.to) - from_us) * 10) / 10 };
  });
}

/** What prose says of the read. */
export type PartName = 'total' | 'asleep' | 'processor' | 'library' | 'driver' | 'device';

/** In microseconds. */
export function partOf(read: OneRead, part: PartName): number {
  const at = (name: MomentName) => read.moments.find(one => one.name === name)!.at_us;
  const total = at('return') - at('call');
  const asleep = at('interrupt') - at('sleep');
  const parts: Readonly<Record<PartName, number>> = {
    total,
    asleep,
    processor: total - asleep,
    library: at('enter') - at('call') + (at('return') - at('exit')),
    driver: at('sleep') - at('issue'),
    // It may work as soon as it is told.
    device: at('interrupt') - at('issue'),
  };
  return parts[part];
}

const micros = (value: number): string => `${figures(value)}\u00a0µs`;

/** The stretches as a table. */
export function readTable(read: OneRead): Table {
  return {
    columns: ['Stretch', 'Begins', 'Lasted', 'Whose'],
    rows: stretchesOf(read).map(({ title, from_us, lasted_us, lane }, at) => [
      `${at + 1}. ${title}`,
      micros(from_us),
      micros(lasted_us),
      lane,
    ]),
  };
}
