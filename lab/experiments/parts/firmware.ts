// What the experiments on a board's firmware share: the settings a user may choose, which of them a
// board has, and the device's own settings that make counts exact.
import type { Target } from '../../drivers/driver.ts';
import type { Experiment, PlanRequest, Setting } from '../experiment.ts';

export const MODES = ['polled', 'interrupt', 'interrupt+ring', 'dma'] as const;
export const LOADS = ['none', 'medium', 'heavy'] as const;

export const mode = {
  meaning: 'how the firmware serves its line',
  default: 'all that the board has',
  values: MODES,
} as const;

export const load = {
  meaning: 'what the main loop does beside: none, up to 2044 cycles, up to 12284 cycles a turn',
  default: 'all',
  values: LOADS,
} as const;

export const pace = {
  meaning: 'of an emulated board; frozen: its clock runs only while it has something to do',
  default: 'frozen',
  values: ['frozen', 'realtime'],
} as const;

/** Counts of a board are exact, so they need no rounds, no baseline and no host that keeps up. */
export const EXACT = {
  options: [],
  // Any driver counts the same. This one can give up on an answer that does not come.
  drivers: ['poll'],
  rounds: 1,
  short_rounds: 1,
  device_settings: { pace: 'frozen' },
  misfit: device => (device.board ? undefined : 'it needs a board that answers the lab’s protocol'),
} as const satisfies Partial<Experiment>;

/** The chosen mode, or every one of the board's; the first alone while no board has answered. */
export function modesOf({ set }: PlanRequest, target?: Target): readonly string[] {
  if (set.mode !== undefined) return [set.mode];
  return target?.board?.modes ?? MODES.slice(0, 1);
}

/** Each mode with each load. */
export function modesAndLoads(request: PlanRequest, target?: Target): Setting[] {
  const loads = request.set.load === undefined ? LOADS : [request.set.load];
  return modesOf(request, target).flatMap(one => loads.map(each => ({ mode: one, load: each })));
}
