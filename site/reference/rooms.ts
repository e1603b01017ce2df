// Which files the reference shows, room by room: the interfaces that a contributor writes against, the
// ruler and the records.
import { readdirSync } from 'node:fs';
import { keepWhileSame } from '../data/fresh.ts';
import { inProject } from '../data/root.ts';
import { readReference } from './read.ts';
import type { ReferenceFile } from './types.ts';

export interface Room {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly files: readonly string[];
}

/** The .ts files of a folder, those named first in that order. */
function folder(path: string, first: readonly string[]): string[] {
  const names = readdirSync(inProject(path)).filter(name => name.endsWith('.ts'));
  const rest = names.filter(name => !first.includes(name)).sort();
  return [...first, ...rest].map(name => `${path}/${name}`);
}

export const rooms = (): readonly Room[] => [
  {
    id: 'drivers',
    title: 'Drivers',
    about: 'One driver is one way of waiting: probe, submit, wait, close.',
    files: ['lab/drivers/driver.ts'],
  },
  {
    id: 'devices',
    title: 'Devices',
    about: 'What an experiment drives, and how it is stimulated.',
    files: ['lab/devices/device.ts'],
  },
  {
    id: 'experiments',
    title: 'Experiments',
    about: 'A question, the devices that it fits, and a plan of cells.',
    files: ['lab/experiments/experiment.ts'],
  },
  {
    id: 'stages',
    title: 'Stages',
    about: 'What is staged on this machine and is no driver: a hazard and its cure, a cost.',
    files: ['lab/stages/stage.ts'],
  },
  {
    id: 'places',
    title: 'Places',
    about: 'Somewhere else where the same command line runs whole.',
    files: ['lab/places/place.ts'],
  },
  {
    id: 'records',
    title: 'Records',
    about: 'The schema of what the lab writes, and how it is read, written, checked and compared.',
    files: folder('lab/records', ['schema.ts']),
  },
  {
    id: 'measure',
    title: 'The ruler',
    about: 'Clock, histogram, statistics, accounting and the audit of the host.',
    files: folder('lab/measure', []),
  },
  {
    id: 'errors',
    title: 'Errors',
    about: 'The kinds of failure that the lab tells apart.',
    files: ['lab/errors.ts'],
  },
];

const shown = (): string[] => rooms().flatMap(room => room.files);

/** All files of all rooms, read at once: the compiler is started for it. A changed comment is seen. */
export const referenceFiles: () => ReadonlyMap<string, ReferenceFile> = keepWhileSame(
  () => shown().map(file => inProject(file)),
  () => new Map(readReference(inProject(), shown()).map(one => [one.file, one])),
);

/** Names of the errors: where one is said to be thrown, it leads to what it means. */
export function errorNames(): ReadonlySet<string> {
  const items = referenceFiles().get('lab/errors.ts')?.items ?? [];
  return new Set(items.filter(({ kind }) => kind === 'class').map(({ name }) => name));
}

/** Public names, and their members that can be called, that say nothing of themselves. */
export function undocumented(files: Iterable<ReferenceFile>): string[] {
  return [...files].flatMap(({ items }) =>
    items.flatMap(({ file, line, name, doc, errors, members }) => {
      const where = `${file}:${line}`;
      const own = doc === '' && errors === '' ? [`${where} ${name}`] : [];
      const silent = members.filter(one => one.callable && one.doc === '' && one.errors === '');
      return [...own, ...silent.map(one => `${where} ${name}.${one.name}`)];
    }),
  );
}
