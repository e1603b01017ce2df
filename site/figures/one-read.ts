// One read from the call to its return: time from left to right, lanes for the program, the kernel and the
// device. Work is filled, waiting is hatched, the interrupt and the wake-up are hairlines. The stretches
// between two moments are numbered, because most of them are too short for words. Pure.
import type { MomentName, OneRead } from '../data/one-read.ts';
import { bottomAxis, linearScale } from './axis.ts';
import { type Drawn, figure, NARROW, type Options } from './figure.ts';
import { figures } from './format.ts';
import { element, hatchPattern, label, line, slug } from './svg.ts';

export type Lane = 'program' | 'kernel' | 'device';
const LANES: readonly Lane[] = ['program', 'kernel', 'device'];

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

export function readTimeline(read: OneRead, options: Options): Drawn {
  const stretches = stretchesOf(read);
  const said = stretches.map(
    ({ title, lasted_us }, at) => `${at + 1}, ${title}: ${micros(lasted_us)}`,
  );
  return figure(
    options,
    `Lanes of program, kernel and device from the call to its return. ${said.join('; ')}.`,
    {
      columns: ['Stretch', 'Begins', 'Lasted', 'Whose'],
      rows: stretches.map(({ title, from_us, lasted_us, lane }, at) => [
        `${at + 1}. ${title}`,
        micros(from_us),
        micros(lasted_us),
        lane,
      ]),
    },
    width => draw(read, stretches, width, `${slug(options.id)}-${width}-wait`),
  );
}

const TALL = 30;
const PITCH = 44;
const NUMBERS = 40;
/** A number needs so much room; where it has less it stands a line higher. */
const ROOM = 17;

function draw(
  read: OneRead,
  stretches: readonly Stretch[],
  width: number,
  hatch: string,
): { height: number; markup: string[] } {
  const narrow = width === NARROW;
  const left = narrow ? 10 : 74;
  const right = width - 14;
  const total_us = read.moments.at(-1)!.at_us;
  const x = linearScale([0, total_us], left, right, narrow ? 4 : 8);
  const above = narrow ? 16 : 0;
  const top = (lane: Lane) => NUMBERS + LANES.indexOf(lane) * (PITCH + above) + above;
  const bottom = top('device') + TALL + 10;
  const box = { left, top: NUMBERS, right, bottom };
  const bar = (lane: Lane, from_us: number, to_us: number, attributes: Record<string, string>) =>
    element('rect', {
      x: x(from_us),
      y: top(lane),
      width: Math.max(1, x(to_us) - x(from_us)),
      height: TALL,
      ...attributes,
    });
  const [first, last] = [stretches[0]!, stretches.at(-1)!];
  const at = (name: MomentName) => read.moments.find(one => one.name === name)!.at_us;
  return {
    height: bottom + 50,
    markup: [
      hatchPattern(hatch),
      bottomAxis(x, box, value => micros(value), 'since the call'),
      ...LANES.map(lane =>
        narrow
          ? label(lane, left, top(lane) - 5, { class: 'fig-title' })
          : label(lane, 4, top(lane) + TALL / 2 + 4, { class: 'fig-title' }),
      ),
      bar('program', first.lasted_us, last.from_us, { class: 'fig-idle', fill: `url(#${hatch})` }),
      bar('device', at('issue'), at('interrupt'), {
        class: `fig-count m-reference e-${read.evidence.device}`,
      }),
      ...stretches.flatMap(({ lane, from_us, lasted_us }) =>
        lane === 'device' ? [] : [bar(lane, from_us, from_us + lasted_us, { class: 'fig-own' })],
      ),
      ...[x(at('interrupt')), x(at('wake'))].map(place =>
        line(place, NUMBERS - 4, place, bottom, 'fig-wake'),
      ),
      ...numbers(stretches, x),
    ],
  };
}

/** Above the lanes, each over the middle of its stretch, and no two upon each other. */
function numbers(stretches: readonly Stretch[], x: (value: number) => number): string[] {
  const ends = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return stretches.map(({ from_us, lasted_us }, at) => {
    const middle = x(from_us + lasted_us / 2);
    const row = middle - ends[0]! >= ROOM ? 0 : 1;
    const place = Math.max(middle, ends[row]! + ROOM);
    ends[row] = place;
    return label(String(at + 1), place, NUMBERS - 10 - row * 16, {
      'text-anchor': 'middle',
      class: 'fig-band',
    });
  });
}
