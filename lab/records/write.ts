// Saving so that a kill at any moment leaves whole files: validate, write a temporary file in the
// same folder, fsync, rename over the name, fsync the folder (rename(2) is atomic; fsync(2): a new
// name is only safe once its directory is synced). What cannot be saved says where, why and what
// to do.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { BadRecord, CannotSave } from '../errors.ts';
import { makeFolder } from './folder.ts';
import { RUN_FILE, SCAN_FILE } from './read.ts';
import type { LabRecord, LabRun, LabRunFile, LabScan } from './schema.ts';
import { isFileId, recordFault, runFault, scanFault } from './validate.ts';

/** The file calls used here; a test hands in ones that fail. */
export type FileCalls = Pick<
  typeof fs,
  'mkdirSync' | 'openSync' | 'writeSync' | 'fsyncSync' | 'closeSync' | 'renameSync' | 'unlinkSync'
>;

const TEMPORARY = /^\..+\.(\d+)\.\d+\.tmp$/;
let temporaryCount = 0;

/**
 * Save a record as `<folder>/<id>.json`; the folder is made. Returns the path. Throws BadRecord
 * when the record does not fit the schema (a fault of the caller), CannotSave when the disk refuses.
 */
export function writeRecord(folder: string, record: LabRecord, calls: FileCalls = fs): string {
  const fault = recordFault(record);
  if (fault) throw new BadRecord(`record ${String(record.id)}`, fault);
  const name = `${record.id}.json`;
  if (name === RUN_FILE) throw new BadRecord(`record ${record.id}`, 'id: "run" is reserved');
  return writeAtomically(folder, name, [toBytes(record)], calls);
}

/**
 * Save a run document as `<folder>/run.json`, with its records' ids (they stand beside it). Takes
 * both forms. Returns the path. Throws BadRecord or CannotSave.
 */
export function writeRun(folder: string, run: LabRun | LabRunFile, calls: FileCalls = fs): string {
  const fault = runFault(run);
  if (fault) throw new BadRecord(`run ${String(run.run_id)}`, fault);
  return writeAtomically(folder, RUN_FILE, [toBytes(withIds(run))], calls);
}

/** Save a scan as `<folder>/scan.json`. Returns the path. Throws BadRecord or CannotSave. */
export function writeScan(folder: string, scan: LabScan, calls: FileCalls = fs): string {
  const fault = scanFault(scan);
  if (fault) throw new BadRecord('scan', fault);
  return writeAtomically(folder, SCAN_FILE, [toBytes(scan)], calls);
}

/** The run document that stands on disk: records by their ids. */
export function withIds(run: LabRun | LabRunFile): LabRunFile {
  return { ...run, records: run.records.map(one => (typeof one === 'string' ? one : one.id)) };
}

/**
 * Save raw samples (nanoseconds) as little-endian doubles, round after round, in `<folder>/<id>.f64`.
 * Returns what the record says of them. Throws CannotSave, and BadRecord for an id that is no name.
 */
export function writeSamples(
  folder: string,
  id: string,
  rounds: readonly Float64Array[],
  calls: FileCalls = fs,
): NonNullable<LabRecord['samples']> {
  if (!isFileId(id)) throw new BadRecord('samples', 'the id is no file name');
  const chunks = rounds.map(littleEndian);
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  const file = `${id}.f64`;
  writeAtomically(folder, file, chunks, calls);
  const n = rounds.reduce((sum, round) => sum + round.length, 0);
  return { file, n, sha256: hash.digest('hex') };
}

/** The raw samples of a record, checked against its hash. Throws BadRecord. */
export function readSamples(folder: string, record: LabRecord): Float64Array {
  const samples = record.samples;
  if (!samples) throw new BadRecord(record.id, 'has no raw samples');
  const path = join(folder, samples.file);
  let bytes: Buffer;
  try {
    const stat = fs.statSync(path);
    if (!stat.isFile() || stat.size !== samples.n * 8) {
      throw new BadRecord(path, `should be a file of ${samples.n * 8} bytes`);
    }
    bytes = fs.readFileSync(path);
  } catch (error) {
    if (error instanceof BadRecord) throw error;
    throw new BadRecord(path, `cannot be read (${errnoOf(error)})`);
  }
  if (createHash('sha256').update(bytes).digest('hex') !== samples.sha256) {
    throw new BadRecord(path, 'does not have the sha256 that the record names');
  }
  if (endianness() === 'BE') bytes.swap64();
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/**
 * Remove temporary files that a killed run left in a folder and in the run folders beneath it. A
 * file whose writer is alive stays. Returns how many went; never throws. To be called while this process
 * writes none.
 */
export function sweepTemporary(folder: string): number {
  let removed = 0;
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      for (const inner of entriesOf(path)) removed += sweepOne(join(path, inner.name), inner);
    } else removed += sweepOne(path, entry);
  }
  return removed;
}

function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    // Not there yet, or not ours to read: nothing of this lab to sweep.
    return [];
  }
}

function sweepOne(path: string, entry: fs.Dirent): number {
  const writer = TEMPORARY.exec(entry.name)?.[1];
  if (!entry.isFile() || writer === undefined || isAlive(Number(writer))) return 0;
  try {
    fs.unlinkSync(path);
    return 1;
  } catch {
    // Another start swept it first, or the folder is read-only: the next start tries again.
    return 0;
  }
}

function isAlive(pid: number): boolean {
  // In a container every run may have the same number, and this one has written nothing yet.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

function toBytes(document: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(document, null, 1)}\n`);
}

function littleEndian(round: Float64Array): Buffer {
  const bytes = Buffer.from(round.buffer, round.byteOffset, round.byteLength);
  return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap64();
}

function writeAtomically(
  folder: string,
  name: string,
  chunks: readonly Buffer[],
  calls: FileCalls,
): string {
  const path = join(folder, name);
  const temporary = join(folder, `.${name}.${process.pid}.${temporaryCount++}.tmp`);
  let fd = -1;
  let exists = false;
  try {
    makeFolder(folder, calls);
    fd = calls.openSync(temporary, 'wx', 0o644);
    exists = true;
    for (const chunk of chunks) writeWhole(fd, chunk, calls);
    calls.fsyncSync(fd);
    const opened = fd;
    fd = -1;
    calls.closeSync(opened);
    calls.renameSync(temporary, path);
    exists = false;
    syncFolder(folder, calls);
    return path;
  } catch (error) {
    if (fd >= 0) quietly(() => calls.closeSync(fd));
    if (exists) quietly(() => calls.unlinkSync(temporary));
    throw cannotSave(path, error);
  }
}

/** write(2) may take less than it was given. */
function writeWhole(fd: number, bytes: Buffer, calls: FileCalls): void {
  let done = 0;
  while (done < bytes.length) done += calls.writeSync(fd, bytes, done, bytes.length - done);
}

/** What file systems answer that know no fsync of a folder (VirtualBox's shared folders), or no reading of it. */
const NO_FOLDER_SYNC: ReadonlySet<string | undefined> = new Set([
  'EINVAL',
  'ENOTSUP',
  'EACCES',
  'EPERM',
]);

/** The new name outlives a crash too, where the file system can promise that; the file itself is whole by now. */
function syncFolder(folder: string, calls: FileCalls): void {
  // Windows opens no directory this way; its rename is journalled by NTFS.
  if (process.platform === 'win32') return;
  let fd = -1;
  try {
    fd = calls.openSync(folder, 'r');
    calls.fsyncSync(fd);
  } catch (error) {
    if (!NO_FOLDER_SYNC.has(errnoOf(error))) throw error;
  } finally {
    if (fd >= 0) calls.closeSync(fd);
  }
}

/** Cleaning up after a failure: the first failure is the one to report. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // Deliberate: see above.
  }
}

function errnoOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

const WAY_OUT: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space, or choose another folder with --out',
  EDQUOT: 'Your disk quota is used up: free some space, or choose another folder with --out',
  EACCES: 'No permission to write there: choose another folder with --out, or set IOLAB_HOME',
  EPERM: 'No permission to write there: choose another folder with --out, or set IOLAB_HOME',
  EROFS: 'The file system is read-only: choose another folder with --out, or set IOLAB_HOME',
  EFBIG: 'The file would exceed the size limit: see `ulimit -f`, or take fewer --samples',
  ENOTDIR: 'A part of the path is a file, not a folder: choose another with --out',
  EEXIST: 'A file stands where the folder should be: choose another folder with --out',
};

function cannotSave(path: string, error: unknown): CannotSave {
  const errno = errnoOf(error);
  const wayOut = WAY_OUT[errno] ?? 'Choose another folder with --out, or set IOLAB_HOME';
  return new CannotSave(`cannot save ${path}: ${errno}. ${wayOut}`);
}
