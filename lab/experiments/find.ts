// Experiments are found by listing their folder.
import { readdirSync } from 'node:fs';
import type { Experiment } from './experiment.ts';

/** Files of this folder that are not experiments. */
const OTHERS = new Set(['experiment.ts', 'find.ts']);

export function experimentIds(): string[] {
  return readdirSync(new URL('.', import.meta.url))
    .filter(name => name.endsWith('.ts') && !OTHERS.has(name))
    .map(name => name.slice(0, -'.ts'.length))
    .sort();
}

/** As it is asked on this system. */
export async function findExperiment(id: string): Promise<Experiment> {
  const file = (await import(new URL(`${id}.ts`, import.meta.url).href)) as {
    experiment: Experiment;
  };
  return onSystem(file.experiment, process.platform);
}

export function onSystem(experiment: Experiment, system: NodeJS.Platform): Experiment {
  const { windows, short_drivers: _, ...rest } = experiment;
  return system === 'win32' && windows ? { ...rest, ...windows } : experiment;
}
