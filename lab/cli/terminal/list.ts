// The action behind `iolab list`.
import { allDevices } from '../../devices/find.ts';
import { allDrivers } from '../../drivers/find.ts';
import { experimentIds, findExperiment } from '../../experiments/find.ts';
import { allPrograms } from '../../machines/find.ts';
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

function printKind(kind: string, rows: readonly Row[]): void {
  print(`\n${kind}`);
  const names = Math.max(...rows.map(({ id }) => id.length));
  for (const { id, title, about } of rows) {
    const indent = ' '.repeat(names + 4);
    const text = wrap(`${title}: ${about}`, Math.max(20, terminalWidth() - indent.length));
    print(`  ${id.padEnd(names)}  ${text.join(`\n${indent}`)}`);
  }
}
