// The committed records that the site shows: lab/records/published/<machine>/**. Plain file listing
// and the readers of read.ts, so the site can use it at build time.
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDocumentFile, readScanFile, SCAN_FILE } from './read.ts';
import type { LabRecord, LabRun, LabRunFile, LabScan } from './schema.ts';

/** One published file. `relative_path` has forward slashes: it is also the path of the raw link. */
export interface Published {
  readonly machine: string;
  readonly path: string;
  readonly relative_path: string;
}

/**
 * The folder of published records. A bundler moves this module: there, pass the folder's path to
 * the functions below instead.
 */
export function publishedFolder(): string {
  return fileURLToPath(new URL('./published/', import.meta.url));
}

/** All published documents, sorted by path. Symbolic links are not followed. */
export function listPublished(folder: string = publishedFolder()): Published[] {
  if (!existsSync(folder)) return [];
  const machines = readdirSync(folder, { withFileTypes: true }).filter(one => one.isDirectory());
  return machines
    .flatMap(machine =>
      documentsBeneath(join(folder, machine.name)).map(path => ({
        machine: machine.name,
        path,
        relative_path: relative(folder, path).split(sep).join('/'),
      })),
    )
    .sort((a, b) => (a.relative_path < b.relative_path ? -1 : 1));
}

/** Every published scan, by machine. Throws BadRecord. */
export function readPublishedScans(
  folder: string = publishedFolder(),
): { readonly machine: string; readonly path: string; readonly scan: LabScan }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(one => one.isDirectory() && existsSync(join(folder, one.name, SCAN_FILE)))
    .map(({ name }) => name)
    .sort()
    .map(machine => {
      const path = join(folder, machine, SCAN_FILE);
      return { machine, path, scan: readScanFile(path) };
    });
}

/** The same, read and validated. Throws BadRecord: a broken published record must not go unseen. */
export function readPublished(
  folder: string = publishedFolder(),
): (Published & { readonly document: LabRecord | LabRun | LabRunFile })[] {
  return listPublished(folder).map(one => ({ ...one, document: readDocumentFile(one.path) }));
}

function documentsBeneath(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return documentsBeneath(path);
    const document = entry.name.endsWith('.json') && entry.name !== SCAN_FILE;
    return entry.isFile() && document ? [path] : [];
  });
}
