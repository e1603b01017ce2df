// Loads records for the pages: the published ones always, the reader's own only while they serve
// the site themselves. A published file that is not a valid record stops the build, by name.
import { resolve } from 'node:path';
import { listPublished, readPublishedScans } from '../../lab/records/published.ts';
import { readDocumentFile } from '../../lab/records/read.ts';
import { type LabRecord, type LabRunFile, RECORD_SCHEMA } from '../../lab/records/schema.ts';
import { keepWhileSame, readFresh } from './fresh.ts';
import { inProject } from './root.ts';

/** A document, and where the site keeps it. */
export interface Loaded<T> {
  readonly value: T;
  /** Below /records/, without a leading slash. */
  readonly path: string;
  /** Folder name under published/, or "yours". */
  readonly machine: string;
  readonly yours: boolean;
  readonly file: string;
}

export interface Library {
  readonly records: readonly Loaded<LabRecord>[];
  readonly runs: readonly Loaded<LabRunFile>[];
  /** Files of the reader's own that could not be shown, each with the reason. */
  readonly problems: readonly string[];
}

export const YOURS = 'yours';

/** Folder of the published records; IOLAB_PUBLISHED overrides it. */
export function publishedFolder(): string {
  const given = process.env.IOLAB_PUBLISHED;
  return given === undefined || given === ''
    ? inProject('lab', 'records', 'published')
    : resolve(inProject(), given);
}

const read = readFresh(readDocumentFile);

/**
 * All documents of a folder of machines, and with `own` those of the reader's folder of runs.
 * Throws BadRecord where a published file is none; a file of the reader's own becomes a problem.
 */
export function loadLibrary(published: string, own?: string): Library {
  const records: Loaded<LabRecord>[] = [];
  const runs: Loaded<LabRunFile>[] = [];
  const problems: string[] = [];
  const keep = (file: string, path: string, machine: string, yours: boolean) => {
    const value = read(file);
    const place = { path, machine, yours, file };
    if (value.schema === RECORD_SCHEMA) records.push({ value, ...place });
    else {
      // A document with whole records inside is treated as its file form: the ids.
      const ids = value.records.map(one => (typeof one === 'string' ? one : one.id));
      runs.push({ value: { ...value, records: ids }, ...place });
    }
  };
  for (const { path, relative_path, machine } of listPublished(published)) {
    keep(path, relative_path, machine, false);
  }
  for (const { path, relative_path } of own === undefined ? [] : listPublished(own)) {
    try {
      keep(path, `${YOURS}/${relative_path}`, YOURS, true);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { records, runs, problems };
}

/** What works on the published machines, by machine. */
export const scans = () => readPublishedScans(publishedFolder());

let kept: Library | undefined;

const ownFolder = (): string => process.env.IOLAB_OWN_RECORDS ?? '';

/** The published and the reader's own, read again where a file changed. */
const served = keepWhileSame(
  () =>
    [publishedFolder(), ownFolder()].flatMap(folder => listPublished(folder).map(one => one.path)),
  () => loadLibrary(publishedFolder(), ownFolder()),
);

/** The records of this build. Served with `astro dev`, a changed file is read afresh. */
export function library(): Library {
  if (ownFolder() !== '') return served();
  kept ??= loadLibrary(publishedFolder());
  return kept;
}
