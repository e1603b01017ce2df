// A run in a place (lab/places): the same command line runs in there, whole. Here its progress is shown,
// and its records are read as a stranger's would be, checked, and kept like the host's own.
import { readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BadRecord, Cancelled } from '../errors.ts';
import type { ErrandEnd, Place } from '../places/place.ts';
import { makeFolder } from '../records/folder.ts';
import { labHome, recordsFolder } from '../records/home.ts';
import { readRunFolder } from '../records/read.ts';
import { type LabRecord, type LabRun, type LabScan, RUN_SCHEMA } from '../records/schema.ts';
import { scanFault } from '../records/validate.ts';
import { readSamples, writeRecord, writeRun, writeSamples } from '../records/write.ts';
import { auditThisHost, commitOf, newRunId } from './prepare.ts';
import type { RunEvents } from './request.ts';
import { roomForNotes } from './room.ts';
import { openWorkspace, sweep } from './workspace.ts';

/** What is asked of a place. */
export interface Elsewhere {
  readonly place: Place;
  /** The words after `iolab`, without `--in`, `--place`, `--out` and `--json`. */
  readonly words: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly events: RunEvents;
  readonly signal: AbortSignal;
}

export interface ElsewhereOutcome {
  /** Absent where nothing was saved in there: then `complaints` says why. */
  readonly run: LabRun | undefined;
  readonly folder: string;
  readonly unsaved: Error | undefined;
  readonly cancelled: boolean;
  /** The exit code of the command in there; undefined where it was cancelled. */
  readonly exit_code: number | undefined;
  /** What it wrote on standard error, without progress. */
  readonly complaints: readonly string[];
}

/**
 * Run an experiment in a place and keep its records under `out`. Throws what `Place.run` throws, but for
 * Cancelled: then what was saved until then is in the outcome.
 */
export async function runElsewhere(
  asked: Elsewhere,
  command: string,
  out: string | undefined,
): Promise<ElsewhereOutcome> {
  const started = new Date().toISOString();
  await sweep();
  const run_id = newRunId();
  const workspace = await openWorkspace(`place-${run_id}`);
  try {
    const inbox = workspace.folder('out');
    const complaints: string[] = [];
    let end: ErrandEnd | undefined;
    let failure: Error | undefined;
    try {
      end = await send(asked, inbox, workspace.folder('place'), complaints);
    } catch (error) {
      failure = error as Error;
    }
    const cancelled = asked.signal.aborted;
    const audit = { ...end?.audit };
    const around = { command, started, cancelled, audit, place: asked.place };
    let found: Found | undefined;
    let kept: ReturnType<typeof keep>;
    try {
      found = collect(inbox, around);
      kept = keep(found, inbox, out ?? recordsFolder());
    } catch (error) {
      throw setAside(inbox, run_id, error as Error);
    }
    if (kept.unsaved) setAside(inbox, run_id, kept.unsaved);
    // What was measured before the place died is kept; why it died is still the answer.
    if (failure && !cancelled && !(failure instanceof Cancelled)) throw failure;
    return { ...kept, run: found?.run, cancelled, exit_code: end?.exit_code, complaints };
  } finally {
    await workspace.remove();
  }
}

/**
 * What could not be kept lies in the inbox, whole and nowhere else: it is moved to where no sweep comes, and
 * the complaint names the folder. Returns the complaint.
 */
function setAside<E extends Error>(inbox: string, run_id: string, complaint: E): E {
  if (readdirSync(inbox).length === 0) return complaint;
  const aside = join(labHome(), 'unsaved', run_id);
  try {
    makeFolder(dirname(aside));
    renameSync(inbox, aside);
    complaint.message += `; what came back from there is in ${aside}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    complaint.message += `; what came back from there is lost, for it cannot be moved to ${aside} (${code})`;
  }
  return complaint;
}

/** Ask a place what works there. Throws what `Place.run` throws, and BadRecord. */
export async function scanElsewhere(asked: Elsewhere): Promise<LabScan> {
  await sweep();
  const workspace = await openWorkspace(`place-${newRunId()}`);
  try {
    const complaints: string[] = [];
    const inbox = workspace.folder('out');
    const end = await send(asked, inbox, workspace.folder('place'), complaints);
    let value: unknown;
    try {
      value = JSON.parse(end.output);
    } catch {
      const why = complaints.at(-1) ?? `it ended with exit code ${end.exit_code}`;
      throw new BadRecord(`scan in ${asked.place.id}`, `gave no document: ${why}`);
    }
    const fault = scanFault(value);
    if (fault) throw new BadRecord(`scan in ${asked.place.id}`, fault);
    return value as LabScan;
  } finally {
    await workspace.remove();
  }
}

function send(
  { place, words, parameters, events, signal }: Elsewhere,
  out: string,
  folder: string,
  complaints: string[],
): Promise<ErrandEnd> {
  return place.run({
    words,
    out,
    folder,
    parameters,
    signal,
    events: {
      note: text => events.note(text),
      line(text) {
        const event = eventOf(text);
        if (event === undefined) {
          if (text.trim() !== '') complaints.push(text);
        } else if ('progress' in event) events.progress(event.progress);
        else events.note(event.note);
      },
    },
  });
}

/** A line of lab/cli/terminal/progress.ts in a place; anything else is for the reader. */
function eventOf(
  text: string,
): { readonly progress: Parameters<RunEvents['progress']>[0] } | { note: string } | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    const { progress, note } = value;
    if (typeof note === 'string') return { note };
    if (typeof (progress as { experiment?: unknown } | undefined)?.experiment === 'string') {
      return { progress: progress as Parameters<RunEvents['progress']>[0] };
    }
  } catch {
    // Not ours: shown as it is.
  }
  return undefined;
}

interface Around {
  readonly command: string;
  readonly started: string;
  readonly cancelled: boolean;
  readonly audit: Readonly<Record<string, string | number | boolean>>;
  readonly place: Place;
}

interface Found {
  readonly run: LabRun;
  /** The folder in the inbox that it came from. */
  readonly from: string;
}

/** The newest run in the inbox; what the place cannot know (command, commit, audit) is put in here. */
function collect(inbox: string, around: Around): Found | undefined {
  const name = readdirSync(inbox, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()
    .at(-1);
  if (name === undefined) return undefined;
  const from = join(inbox, name);
  const { run, records: saved } = readRunFolder(from);
  const commit = commitOf();
  const processor = around.place.shares_processor ? auditThisHost().processor : undefined;
  const { command, place, audit, cancelled, started } = around;
  const records = saved.map((one): LabRecord => {
    if (one.place !== place.id) {
      throw new BadRecord(one.id, `place: is "${one.place}", measured in ${place.id}`);
    }
    const stopped = cancelled && one.status === 'ok' && one.rounds.length < one.rounds_planned;
    const notes = [...roomForNotes(one.notes ?? [], place.notes.length), ...place.notes];
    return {
      ...one,
      command,
      ...(commit ? { commit } : {}),
      ...(stopped ? { status: 'partial', reason: 'interrupted' } : {}),
      ...(notes.length > 0 ? { notes } : {}),
      evidence: evidenceIn(place, one, processor),
      host: {
        ...one.host,
        ...(processor ? { processor } : {}),
        audit: { ...one.host.audit, ...audit },
      },
    };
  });
  if (records.length === 0) return undefined;
  const document: LabRun = run
    ? { ...run, command, records }
    : {
        schema: RUN_SCHEMA,
        run_id: records[0]!.run_id,
        status: 'partial',
        command,
        started,
        ended: new Date().toISOString(),
        records,
        comparisons: [],
        fits: [],
        skipped: [],
      };
  return { run: document, from };
}

/** A simulated processor stays one; a real one is what the host says. */
function evidenceIn(
  { evidence: device }: Place,
  { evidence }: LabRecord,
  processor: LabRecord['evidence']['processor'] | undefined,
): LabRecord['evidence'] {
  const emulated = evidence.processor === 'emulated';
  return {
    ...evidence,
    ...(device ? { device } : {}),
    ...(processor && !emulated ? { processor } : {}),
  };
}

/** Writes them as a run of this host is written; a disk that refuses is told, not thrown. */
function keep(
  found: Found | undefined,
  inbox: string,
  out: string,
): { readonly folder: string; readonly unsaved: Error | undefined } {
  if (!found) return { folder: inbox, unsaved: undefined };
  const { run, from } = found;
  const folder = join(out, run.run_id);
  try {
    for (const record of run.records) {
      if (record.samples) writeSamples(folder, record.id, [readSamples(from, record)]);
      writeRecord(folder, record);
    }
    writeRun(folder, run);
    return { folder, unsaved: undefined };
  } catch (error) {
    return { folder, unsaved: error as Error };
  }
}
