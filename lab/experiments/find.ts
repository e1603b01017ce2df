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

/** The variable that a place sets to its id (lab/places/place.ts). */
const insideVm = (): boolean => process.env.IOLAB_PLACE === 'vm';

/** As it is asked on this system, and in the place that this process is in. */
export async function findExperiment(id: string): Promise<Experiment> {
  const { experiment } = (await import(new URL(`${id}.ts`, import.meta.url).href)) as {
    experiment: Experiment;
  };
  const here = onSystem(experiment, process.platform);
  const { vm_devices } = here;
  return vm_devices && insideVm() ? { ...here, devices: vm_devices } : here;
}

/** Those that ask a question about a place's own devices (`vm:edu`): its tour. */
export async function experimentsOf(place: string): Promise<string[]> {
  const all = await Promise.all(experimentIds().map(findExperiment));
  return all
    .filter(({ devices, vm_devices = [] }) =>
      [...devices, ...vm_devices].some(id => id.startsWith(`${place}:`)),
    )
    .map(({ id }) => id);
}

export function onSystem(experiment: Experiment, system: NodeJS.Platform): Experiment {
  const { windows, short_drivers: _, ...rest } = experiment;
  return system === 'win32' && windows ? { ...rest, ...windows } : experiment;
}
