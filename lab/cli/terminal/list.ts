// The action behind `iolab list`.
import { allDevices } from '../../devices/find.ts';
import { allDrivers } from '../../drivers/find.ts';
import { experimentIds, findExperiment } from '../../experiments/find.ts';
import { allPrograms } from '../../machines/find.ts';
import { allStages } from '../../stages/find.ts';
import { KINDS } from '../list.ts';
import { unknownName } from '../suggest.ts';
import { print, printJson, terminalWidth } from './output.ts';
import { wrap } from './table.ts';

interface Row {
  readonly id: string;
  readonly title: string;
  readonly about: string;
}

const listings: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  experiments: async () => {
    const all = await Promise.all(experimentIds().map(findExperiment));
    return all.map(({ id, title, question }) => ({ id, title, about: question }));
  },
  drivers: async () =>
    (await allDrivers()).map(({ id, title, cost, ...facts }) => ({
      id,
      title,
      about: cost,
      form: facts.form,
      reports: facts.reports,
      mechanism: facts.mechanism,
      loop: facts.loop,
      serves: facts.serves,
      platforms: facts.platforms,
      needs: facts.needs,
      parameters: facts.parameters,
      source: facts.source,
    })),
  devices: async () =>
    (await allDevices()).map(({ id, title, about, kind, stamps, evidence, addressed }) => ({
      id: addressed ? `${id}[@PATH]` : id,
      title,
      about,
      kind,
      stamps,
      evidence,
    })),
  programs: async () =>
    (await allPrograms()).map(({ id, title, about, machine, mechanism, parameters, source }) => ({
      id,
      title: `${machine}, ${title}`,
      about,
      machine,
      mechanism,
      parameters,
      source,
    })),
  stages: async () =>
    (await allStages()).map(({ id, title, about, experiment, mechanism, source }) => ({
      id,
      title: `${experiment}, ${title}`,
      about,
      experiment,
      mechanism,
      source,
    })),
};

export async function list(
  what: string | undefined,
  { json }: { readonly json?: boolean },
): Promise<void> {
  if (what !== undefined && !(KINDS as readonly string[]).includes(what)) {
    unknownName('list', what, KINDS);
  }
  const chosen = what === undefined ? KINDS : [what];
  const found = await Promise.all(
    chosen.map(async kind => [kind, await listings[kind]!()] as const),
  );
  if (json) printJson(Object.fromEntries(found));
  else for (const [kind, rows] of found) printKind(kind, rows);
}

const LEAST_COLUMNS = 20;

function printKind(kind: string, rows: readonly Row[]): void {
  print(`\n${kind}`);
  const names = Math.max(...rows.map(({ id }) => id.length));
  const width = terminalWidth();
  // Where long names leave too little beside them, the sentence stands below its name.
  const below = width - names - 4 < LEAST_COLUMNS;
  const indent = ' '.repeat(below ? 4 : names + 4);
  for (const { id, title, about } of rows) {
    const text = wrap(`${title}: ${about}`, width - indent.length).join(`\n${indent}`);
    print(below ? `  ${id}\n${indent}${text}` : `  ${id.padEnd(names)}  ${text}`);
  }
}
