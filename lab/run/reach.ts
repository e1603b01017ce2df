// Whom a request reaches: the drivers that an experiment runs on the chosen devices (or the programs,
// layers, stages in their place), and the most records that each of them takes. The command line refuses
// what is meant for nobody here; a bench leaves out what is too much for one of them, and says so.
import { splitId } from '../devices/find.ts';
import type { Experiment } from '../experiments/experiment.ts';
import { allPrograms, programIds } from '../machines/find.ts';

/** `drivers` and `devices` as they were named; empty for the experiment's own choice. */
export function reached(
  experiment: Experiment,
  drivers: readonly string[],
  devices: readonly string[],
): readonly string[] {
  const wanted = drivers.length > 0 ? drivers : experiment.drivers;
  if (!experiment.programs || devices.length === 0) return wanted;
  const there = devices.flatMap(id => programIds(splitId(id).family));
  return wanted.filter(id => there.includes(id));
}

/** By driver; Infinity where any number will do. */
export async function mostRecords(
  experiment: Experiment,
  drivers: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const programs = experiment.programs ? await allPrograms() : [];
  const most = (driver: string) =>
    programs.find(({ id }) => id === driver)?.parameters.records?.most ?? experiment.most_records;
  return new Map(drivers.map(driver => [driver, most(driver) ?? Number.POSITIVE_INFINITY]));
}
