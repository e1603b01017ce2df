// What the experiments on hazards share: a wrong form beside its cure, staged on this machine's kernel.
import { WrongUsage } from '../../errors.ts';
import type { Experiment } from '../experiment.ts';

export const HAZARD = {
  options: [],
  devices: ['kernel'],
  stages: true,
  settings: {},
  rounds: 6,
  short_rounds: 3,
  misfit: ({ id }) => (id === 'kernel' ? undefined : 'it needs nothing but this machine'),
} as const satisfies Partial<Experiment>;

/** Where the counts are exact, so that one round tells all. */
export const EXACT_HAZARD = { ...HAZARD, rounds: 1, short_rounds: 1 } as const;

/** The numbers of a setting: what the user chose, else the experiment's `own`. Throws WrongUsage. */
export function numbersOf(
  set: Readonly<Record<string, string>>,
  key: string,
  own: readonly number[],
  most: number,
  least = 1,
): readonly number[] {
  const text = set[key];
  if (text === undefined) return own;
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most)
    return [value];
  throw new WrongUsage(`--set ${key}=${text}: give a whole number from ${least} to ${most}`);
}
