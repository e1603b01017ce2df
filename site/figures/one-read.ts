// One read from the call to its return, taken apart: what goes on between two moments, whose time it is, how
// long it took. site/timelines/models/one-call.ts draws it. Pure.
import { READ_LEGS, READ_TABLE, WHOSE } from '../data/diagram-strings.ts';
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
  { from: 'call', to: 'enter', lane: 'program', ...READ_LEGS.library },
  { from: 'enter', to: 'queue', lane: 'kernel', ...READ_LEGS.system_call },
  { from: 'queue', to: 'issue', lane: 'kernel', ...READ_LEGS.block_layer },
  { from: 'issue', to: 'sleep', lane: 'kernel', ...READ_LEGS.driver },
  { from: 'sleep', to: 'interrupt', lane: 'device', ...READ_LEGS.device },
  { from: 'interrupt', to: 'wake', lane: 'kernel', ...READ_LEGS.interrupt },
  { from: 'wake', to: 'run', lane: 'kernel', ...READ_LEGS.wake_up },
  { from: 'run', to: 'exit', lane: 'kernel', ...READ_LEGS.way_back },
  { from: 'exit', to: 'return', lane: 'program', ...READ_LEGS.library_again },
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
    columns: READ_TABLE.columns,
    rows: stretchesOf(read).map(({ title, from_us, lasted_us, lane }, at) => [
      READ_TABLE.numbered(at + 1, title),
      micros(from_us),
      micros(lasted_us),
      WHOSE[lane],
    ]),
  };
}
