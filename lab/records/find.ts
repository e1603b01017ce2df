// From what a reader types to records: a path, a record id, a run id, a folder, or `last`. Ids are
// looked up by file name, so that one broken file elsewhere hides nothing.
import { existsSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { BadRecord } from '../errors.ts';
import { labHome, recordsFolder } from './home.ts';
import { listFolder, lookAt, readDocumentFile, readRunFolder } from './read.ts';
import type { LabRecord, LabRun } from './schema.ts';
import { isFileId, isRunFile } from './validate.ts';

/** What a reference stands for. `run` where it is one whole run. */
export interface Found {
  readonly where: string;
  readonly records: LabRecord[];
  readonly run?: LabRun;
}

/**
 * The records a reference stands for: a record file, a run document, a run's folder, a folder of
 * such folders, a record id, a run id, or `last` (the newest run). Throws BadRecord.
 */
export function findRecords(reference: string, home: string = labHome()): Found {
  const root = recordsFolder(home);
  if (reference === 'last') return fromFolder(newestRun(root));
  if (reference !== '' && existsSync(reference)) return fromPath(reference);
  if (isFileId(reference)) {
    const folder = join(root, reference);
    if (existsSync(folder)) return fromFolder(folder);
    for (const run of runFolders(root)) {
      const file = join(run, `${reference}.json`);
      if (existsSync(file)) return fromPath(file);
    }
  }
  throw new BadRecord(
    reference === '' ? '(empty)' : reference,
    `no file, record or run has this name; the newest run is called last, the others stand in ${root}`,
  );
}

/** The records that stand beside a single one, in the folder of its run. Empty where that cannot be read. */
export function neighboursOf({ where, records }: Found): LabRecord[] {
  const [only] = records;
  if (!only || records.length > 1 || !lookAt(where).isFile()) return [];
  return listFolder(join(where, '..'))
    .filter(name => name.startsWith(only.run_id) && name.endsWith('.json'))
    .flatMap(name => {
      try {
        const document = readDocumentFile(join(where, '..', name));
        return 'records' in document ? [] : [document];
      } catch {
        // A neighbour that nobody asked for may be broken.
        return [];
      }
    });
}

/** The folders of all runs in the home, newest last. Empty where nothing was measured yet. */
export function runFolders(root: string = recordsFolder()): string[] {
  if (!existsSync(root)) return [];
  return listFolder(root)
    .map(name => join(root, name))
    .filter(isFolder)
    .map(path => ({ path, time_ms: newestFile(path) }))
    .sort((a, b) => a.time_ms - b.time_ms || (a.path < b.path ? -1 : 1))
    .map(one => one.path);
}

function newestRun(root: string): string {
  const newest = runFolders(root).findLast(path => newestFile(path) > 0);
  if (newest === undefined) {
    throw new BadRecord(root, 'holds no run yet; `iolab run wakeup` makes one');
  }
  return newest;
}

/** When the folder's newest document was written, in milliseconds; 0 where there is none. */
function newestFile(folder: string): number {
  const files = listFolder(folder).filter(name => name.endsWith('.json'));
  return Math.max(0, ...files.map(name => statOf(join(folder, name))?.mtimeMs ?? 0));
}

/** Of neighbours that nobody asked for: a dangling link among them is no fault of the reader's. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

const isFolder = (path: string): boolean => statOf(path)?.isDirectory() ?? false;

function fromPath(path: string): Found {
  if (lookAt(path).isDirectory()) return fromFolder(path);
  const document = readDocumentFile(path);
  if (!('records' in document)) return { where: path, records: [document] };
  if (!isRunFile(document)) return { where: path, records: document.records, run: document };
  // A run document on disk names its records: they stand beside it.
  return fromFolder(join(path, '..'));
}

function fromFolder(folder: string): Found {
  if (listFolder(folder).some(name => name.endsWith('.json'))) {
    const { records, run } = readRunFolder(folder);
    return run ? { where: folder, records, run: { ...run, records } } : { where: folder, records };
  }
  const records = listFolder(folder)
    .map(name => join(folder, name))
    .filter(isFolder)
    .filter(path => listFolder(path).some(name => name.endsWith('.json')))
    .flatMap(path => readRunFolder(path).records);
  if (records.length === 0) throw new BadRecord(folder, 'holds no records');
  return { where: folder, records };
}
