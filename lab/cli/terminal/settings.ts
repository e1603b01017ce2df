// A record's parameters in words short enough for a column: `1 kHz`, `depth 8`, `bytes 64`. What all
// rows share belongs to the heading, what differs to a column.
import { settingOf } from '../../records/compare.ts';
import type { LabRecord } from '../../records/schema.ts';
import { formatFrequency, plainText } from './format.ts';

type Parameters = LabRecord['parameters'];

/** One parameter: `1 kHz`, `depth 8`. */
export function parameterLabel(key: string, value: Parameters[string]): string {
  if (/^rate(_hz)?$/.test(key) && typeof value === 'number') return formatFrequency(value);
  const name = plainText(key).replace(/_/g, ' ');
  return `${name} ${plainText(String(value))}`;
}

/** Parameters that have the same value in all these records, and those that differ. */
export function sharedParameters(records: readonly LabRecord[]): {
  shared: string[];
  differing: string[];
} {
  const settings = records.map(settingOf);
  const keys = [...new Set(settings.flatMap(one => Object.keys(one)))];
  const isShared = (key: string) => settings.every(one => one[key] === settings[0]![key]);
  return {
    shared: keys.filter(isShared),
    differing: keys.filter(key => !isShared(key)),
  };
}

/** The named parameters of a record in one label; those it does not have are left out. */
export function settingLabel(parameters: Parameters, keys: readonly string[]): string {
  return keys
    .flatMap(key => (parameters[key] === undefined ? [] : [parameterLabel(key, parameters[key])]))
    .join(' ');
}
