// What a run can take: every key of --set must mean something to an experiment, a driver or a program of
// this very run, every number of --records must be one that it can move, and the plan must come out.
import { allDrivers, driverIds, findDriver } from '../drivers/find.ts';
import { WrongUsage } from '../errors.ts';
import type { Experiment, PlanRequest } from '../experiments/experiment.ts';
import { allPrograms } from '../machines/find.ts';
import { mostRecords, reached } from '../run/reach.ts';
import { unknownName } from './suggest.ts';

/** What was asked for by name; empty lists mean the experiments' own choice. */
export interface Asked {
  readonly experiments: readonly Experiment[];
  readonly drivers: readonly string[];
  readonly devices: readonly string[];
}

interface Taker {
  readonly id: string;
  readonly settings: Readonly<Record<string, { readonly values?: readonly string[] }>>;
}

const asTaker = ({
  id,
  parameters,
}: {
  readonly id: string;
  readonly parameters: Taker['settings'];
}): Taker => ({ id, settings: parameters });

/** An option of its own, whatever a program calls it. */
const RECORDS = 'records';

/** Throws WrongUsage. */
export async function checkSettings(
  set: Readonly<Record<string, string>>,
  asked: Asked,
): Promise<void> {
  if (Object.keys(set).length === 0) return;
  const { experiments, drivers, devices } = asked;
  const ids = new Set(experiments.flatMap(one => reached(one, drivers, devices)));
  const programs = experiments.some(one => one.programs) ? await allPrograms() : [];
  const reached_drivers = driverIds().filter(id => ids.has(id));
  const own_programs = programs.filter(({ id }) => ids.has(id));
  const parts = [...(await Promise.all(reached_drivers.map(findDriver))), ...own_programs];
  const here = [...parts.map(asTaker), ...experiments];
  for (const [key, value] of Object.entries(set)) {
    if (key === RECORDS) throw new WrongUsage(`--set records=${value}: write --records ${value}`);
    const takers = here.filter(({ settings }) => Object.hasOwn(settings, key));
    if (takers.length === 0) {
      // Only a complaint needs to know them all.
      nobodyTakes(key, value, here, [...(await allDrivers()), ...programs].map(asTaker));
    }
    // An experiment may take fewer of a driver's values; then its word counts.
    const own = takers.filter(one => experiments.some(({ id }) => id === one.id));
    for (const { id, settings } of own.length > 0 ? own : takers) {
      const { values } = settings[key]!;
      if (!values || values.includes(value)) continue;
      throw new WrongUsage(`--set ${key}=${value}: give ${values.join(' or ')} (${id})`);
    }
  }
}

function nobodyTakes(
  key: string,
  value: string,
  here: readonly Taker[],
  all: readonly Taker[],
): never {
  const others = all.filter(({ settings }) => Object.hasOwn(settings, key)).map(({ id }) => id);
  if (others.length > 0) {
    const who = [others.slice(0, -1).join(', '), others.at(-1)].filter(Boolean).join(' and ');
    const take = others.length > 1 ? 'take' : 'takes';
    throw new WrongUsage(
      `--set ${key}=${value}: ${who} ${take} it, and this run has no such driver; add it by --driver`,
    );
  }
  const known = new Set(here.flatMap(({ settings }) => Object.keys(settings)));
  known.delete(RECORDS);
  if (known.size > 0) unknownName('setting', key, [...known]);
  throw new WrongUsage(`unknown setting "${key}"; nothing in this run takes any`);
}

/**
 * Throws WrongUsage where a number is too large for all that an experiment runs, or for what was asked for
 * by name. Left to the experiment's choice, the others are measured and the report tells who was not.
 */
export async function checkRecords(records: readonly number[], asked: Asked): Promise<void> {
  for (const experiment of asked.experiments) {
    if (!experiment.options.includes('records')) continue;
    const drivers = reached(experiment, asked.drivers, asked.devices);
    const most = await mostRecords(experiment, drivers);
    const over = (driver: string) => records.filter(one => one > most.get(driver)!);
    const refusing = drivers.filter(one => over(one).length > 0);
    const hopeless = records.filter(one => drivers.every(driver => over(driver).includes(one)));
    const named = asked.drivers.length > 0;
    if (refusing.length === 0 || (!named && hopeless.length === 0)) continue;
    const wrong = named ? [...new Set(refusing.flatMap(over))] : hopeless;
    const limits = [...Map.groupBy(refusing, one => most.get(one))].map(
      ([limit, ids]) => `one run of ${ids.join(', ')} takes at most ${limit}`,
    );
    throw new WrongUsage(
      `${experiment.id} --records ${wrong.join(',')} is too many: ${limits.join('; ')}`,
    );
  }
}

/** Whatever an experiment finds wrong about its settings is said before anything starts. Throws WrongUsage. */
export async function checkPlans(plan: PlanRequest, asked: Asked): Promise<void> {
  const { records } = plan;
  for (const experiment of asked.experiments) {
    const drivers = reached(experiment, asked.drivers, asked.devices);
    const most = await mostRecords(experiment, drivers);
    for (const driver of drivers) {
      const fitting = records?.filter(one => one <= most.get(driver)!);
      experiment.plan(driver, { ...plan, ...(fitting ? { records: fitting } : {}) });
    }
  }
}
