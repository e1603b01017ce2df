// Reading records, whoever wrote them. A file is looked at before it is opened (a FIFO would wait
// for ever), bounded before it is read, and validated before anything is believed. Every refusal is
// a BadRecord that names the file and the place in it.
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { BadRecord } from '../errors.ts';
import { JsonFault, parseJson } from './json.ts';
import { migrate, RECORD_KIND, RUN_KIND } from './migrate.ts';
import {
  type LabRecord,
  type LabRun,
  type LabRunFile,
  type LabScan,
  RECORD_SCHEMA,
} from './schema.ts';
import { isRunFile, recordFault, runFault, scanFault } from './validate.ts';

/** No document of ours comes near this size; a larger file is refused unread. */
export const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;

/** The run document's name inside a run's folder. No record may take it. */
export const RUN_FILE = 'run.json';

/** Beside a machine's runs: what works there and what does not, as `iolab scan --json` said it. */
export const SCAN_FILE = 'scan.json';

/** A run as found on disk: its records, and its run document where it got as far as writing one. */
export interface RunFolder {
  readonly folder: string;
  readonly records: LabRecord[];
  readonly run?: LabRunFile;
}

/** A record from its text. `where` names the source in errors. Throws BadRecord. */
export function parseRecord(text: string, where: string): LabRecord {
  const value = upToDate(text, where, RECORD_KIND);
  const fault = recordFault(value);
  if (fault) throw new BadRecord(where, fault);
  return value as LabRecord;
}

/** A run document from its text: with whole records, or with their ids. Throws BadRecord. */
export function parseRun(text: string, where: string): LabRun | LabRunFile {
  const value = upToDate(text, where, RUN_KIND);
  const withRecords = migrateInnerRecords(value, where);
  const fault = runFault(withRecords);
  if (fault) throw new BadRecord(where, fault);
  return withRecords as LabRun | LabRunFile;
}

/** A record or a run document, told apart by its `schema` field. Throws BadRecord. */
export function parseDocument(text: string, where: string): LabRecord | LabRun | LabRunFile {
  const value = json(text, where);
  const schema = (value as { schema?: unknown } | null)?.schema;
  const isRun = typeof schema === 'string' && schema.startsWith(`${RUN_KIND.family}/`);
  return isRun ? parseRun(text, where) : parseRecord(text, where);
}

/** One record from a file. Throws BadRecord for anything that is none. */
export function readRecordFile(path: string): LabRecord {
  return parseRecord(readText(path), path);
}

/** What `iolab scan --json` printed, from a file. Throws BadRecord. */
export function readScanFile(path: string): LabScan {
  const value = json(readText(path), path);
  const fault = scanFault(value);
  if (fault) throw new BadRecord(path, fault);
  return value as LabScan;
}

/** A record or a run document from a file. Throws BadRecord. */
export function readDocumentFile(path: string): LabRecord | LabRun | LabRunFile {
  return parseDocument(readText(path), path);
}

/** All records of one run, in the run document's order, else by file name. Throws BadRecord. */
export function readRunFolder(folder: string): RunFolder {
  const names = listFolder(folder).filter(name => name.endsWith('.json'));
  let run: LabRunFile | undefined;
  const records: LabRecord[] = [];
  for (const name of names.sort()) {
    const path = join(folder, name);
    const document = readDocumentFile(path);
    if (document.schema === RECORD_SCHEMA) {
      if (name !== `${document.id}.json`) {
        throw new BadRecord(path, 'id: differs from the file name; a record may not be renamed');
      }
      records.push(document);
    } else if (isRunFile(document)) run = document;
    else records.push(...document.records);
  }
  if (run) {
    const order = new Map(run.records.map((id, i) => [id, i]));
    const last = run.records.length;
    records.sort((a, b) => (order.get(a.id) ?? last) - (order.get(b.id) ?? last));
    return { folder, records, run };
  }
  return { folder, records };
}

/** A regular file's text, UTF-8, bounded. Throws BadRecord; never waits. */
export function readText(path: string): string {
  refuseUnlessFile(path, lookAt(path));
  // The file may have been exchanged since: O_NONBLOCK keeps open(2) from waiting, and what was
  // really opened is looked at once more.
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw new BadRecord(path, whyUnreadable(error));
  }
  try {
    const stat = fstatSync(fd);
    refuseUnlessFile(path, stat);
    const bytes = Buffer.allocUnsafe(stat.size);
    let filled = 0;
    while (filled < bytes.length) {
      const got = readSync(fd, bytes, filled, bytes.length - filled, filled);
      if (got === 0) break;
      filled += got;
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, filled));
  } catch (error) {
    if (error instanceof BadRecord) throw error;
    if (error instanceof TypeError) throw new BadRecord(path, 'is not UTF-8 text');
    throw new BadRecord(path, whyUnreadable(error));
  } finally {
    closeSync(fd);
  }
}

/** Stat, with the failure in words. Throws BadRecord. */
export function lookAt(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw new BadRecord(path, whyUnreadable(error));
  }
}

/** The names in a folder, hidden ones left out. Throws BadRecord. */
export function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => !name.startsWith('.'));
  } catch (error) {
    throw new BadRecord(folder, whyUnreadable(error));
  }
}

function refuseUnlessFile(path: string, stat: Stats): void {
  if (!stat.isFile()) throw new BadRecord(path, `is ${kindOf(stat)}, not a record file`);
  if (stat.size > MAX_DOCUMENT_BYTES) {
    const size_mb = Math.round(stat.size / 1e6);
    const bound_mb = Math.round(MAX_DOCUMENT_BYTES / 1e6);
    throw new BadRecord(path, `is ${size_mb} MB; a record has at most ${bound_mb} MB`);
  }
}

function kindOf(stat: Stats): string {
  if (stat.isDirectory()) return 'a directory';
  if (stat.isFIFO()) return 'a FIFO';
  if (stat.isSocket()) return 'a socket';
  if (stat.isCharacterDevice() || stat.isBlockDevice()) return 'a device';
  return 'no regular file';
}

function whyUnreadable(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  switch (code) {
    case 'ENOENT':
      return 'there is no such file (ENOENT)';
    case 'EACCES':
    case 'EPERM':
      return `no permission to read it (${code})`;
    case 'ELOOP':
      return 'its symbolic links go round in a circle (ELOOP)';
    default:
      return `cannot be read (${code})`;
  }
}

function json(text: string, where: string): unknown {
  try {
    // A byte order mark is what some editors leave; RFC 8259 §8.1 lets a reader ignore it.
    return parseJson(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (error) {
    if (error instanceof JsonFault) throw new BadRecord(where, error.message);
    throw error;
  }
}

function upToDate(text: string, where: string, kind: typeof RECORD_KIND): unknown {
  const value = json(text, where);
  try {
    return migrate(value, kind);
  } catch (error) {
    throw new BadRecord(where, (error as Error).message);
  }
}

/** A run may hold records older than itself. */
function migrateInnerRecords(value: unknown, where: string): unknown {
  const run = value as { records?: unknown };
  if (!Array.isArray(run.records) || run.records.every(one => typeof one === 'string')) return run;
  const records = run.records.map((one: unknown, i) => {
    try {
      return migrate(one, RECORD_KIND);
    } catch (error) {
      throw new BadRecord(where, `records[${i}]: ${(error as Error).message}`);
    }
  });
  return { ...run, records };
}
