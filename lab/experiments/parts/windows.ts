// What the experiments on completion ports share: they are about Windows, count rather than time, and make
// all that they need themselves.
import { HAZARD } from './hazards.ts';

export const ON_WINDOWS = {
  ...HAZARD,
  rounds: 1,
  short_rounds: 1,
  misfit: ({ id }: { readonly id: string }) => {
    if (id !== 'kernel') return 'it makes what it needs itself: leave --device out';
    return process.platform === 'win32'
      ? undefined
      : 'it needs Windows: run it there, or add --in wine';
  },
} as const;

/** A cell starts slowly under Wine, and so does each thread with foreign calls of its own. */
export const START_MS = 3000;
export const THREAD_MS = 1500;
