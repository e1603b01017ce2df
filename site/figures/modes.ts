// The ways a board's firmware serves its line, in the order they are read, each with the mechanism
// whose colour and mark it has everywhere. Interrupt and ring is a hybrid: an interrupt takes the
// byte, and the main loop polls the ring.
import type { Mechanism } from '../../lab/drivers/driver.ts';
import type { LabRecord } from '../../lab/records/schema.ts';
import { byDriver, type Item } from './figure.ts';

export const MECHANISM_OF_MODE: Readonly<Record<string, Mechanism>> = {
  polled: 'polling',
  interrupt: 'interrupt',
  'interrupt+ring': 'hybrid',
  dma: 'dma',
};

/** What settings mean in order; other settings sort by number, then by name. */
const ORDERS: Readonly<Record<string, readonly string[]>> = {
  mode: ['polled', 'interrupt', 'interrupt+ring', 'dma'],
  load: ['none', 'medium', 'heavy'],
  traffic: ['one-way', 'echo'],
  way: ['plain', 'interrupts-off', 'read-twice'],
  start: ['each', 'batch', 'linked'],
  policy: ['each', 'batch', 'chunk', 'lockstep', 'thread', 'thread-poll', 'thread-shared'],
};

/** The mechanism of a record's firmware mode; undefined where it names none. */
export function modeMechanism(record: LabRecord): Mechanism | undefined {
  const { mode } = record.parameters;
  return typeof mode === 'string' && Object.hasOwn(MECHANISM_OF_MODE, mode)
    ? MECHANISM_OF_MODE[mode]
    : undefined;
}

type Value = LabRecord['parameters'][string] | undefined;

/** Order of two values of one setting: as it is read, else by number, else by name. */
function bySetting(name: string, a: Value, b: Value): number {
  if (a === undefined || b === undefined) return Number(b === undefined) - Number(a === undefined);
  const order = ORDERS[name] ?? [];
  const [at, bt] = [order.indexOf(String(a)), order.indexOf(String(b))];
  if (at !== bt) return (at < 0 ? order.length : at) - (bt < 0 ? order.length : bt);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [first, second] = [String(a), String(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** Sorted by these settings in turn, then by driver: never as files happened to be listed. */
export function inOrder(items: readonly Item[], settings: readonly string[]): Item[] {
  return items.toSorted((a, b) => {
    for (const name of settings) {
      const order = bySetting(name, a.record.parameters[name], b.record.parameters[name]);
      if (order !== 0) return order;
    }
    return byDriver(a, b);
  });
}
