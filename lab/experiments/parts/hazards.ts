// What the experiments on hazards share: a wrong form beside its cure, staged on this machine's kernel.
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
