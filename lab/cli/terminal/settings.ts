// A record's parameters in words short enough for a column: `1 kHz`, `depth 8`, `bytes 64`. What all
// rows share belongs to the heading, what differs to a column.
import { settingOf } from '../../records/compare.ts';
import type { LabRecord } from '../../records/schema.ts';
import { formatFrequency, formatSetTime, plainText } from './format.ts';

type Parameters = LabRecord['parameters'];

/** A parameter's name. Of microseconds without the unit, which stands with the value. */
export const parameterName = (key: string): string =>
  plainText(key.replace(/_us$/, '')).replace(/_/g, ' ');

/** A parameter's value, in its unit where its name has one. */
export function parameterValue(key: string, value: Parameters[string]): string {
  const time_us = key.endsWith('_us') ? Number(value) : Number.NaN;
  return Number.isFinite(time_us) ? formatSetTime(time_us) : plainText(String(value));
}

/** One parameter: `1 kHz`, `depth 8`, `pause 30 µs`. */
export function parameterLabel(key: string, value: Parameters[string]): string {
  if (/^rate(_hz)?$/.test(key) && typeof value === 'number') return formatFrequency(value);
  return `${parameterName(key)} ${parameterValue(key, value)}`;
}

/**
 * Parameters with one value in all records that have them (what only a ring has keeps no table
 * apart), and the names of those that differ.
 */
export function sharedParameters(records: readonly LabRecord[]): {
  shared: Parameters;
  differing: string[];
} {
  const values = new Map<string, Set<Parameters[string]>>();
  for (const [key, value] of records.flatMap(one => Object.entries(settingOf(one)))) {
    values.set(key, (values.get(key) ?? new Set()).add(value));
  }
  const shared = [...values].flatMap(([key, set]) => (set.size === 1 ? [[key, [...set][0]!]] : []));
  const differing = [...values].flatMap(([key, set]) => (set.size > 1 ? [key] : []));
  return { shared: Object.fromEntries(shared) as Parameters, differing };
}

/** The named parameters of a record in one label; those it does not have are left out. */
export function settingLabel(parameters: Parameters, keys: readonly string[]): string {
  return keys
    .flatMap(key => (parameters[key] === undefined ? [] : [parameterLabel(key, parameters[key])]))
    .join(' ');
}
