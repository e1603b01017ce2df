// The work behind `iolab contribute`: choose runs, scrub and check them, write the folder, and show its
// owner what was taken out and what is left.
import { existsSync, readdirSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { BadRecord, Cancelled, Unsupported, WrongUsage } from '../../errors.ts';
import { findRecords, runFolders } from '../../records/find.ts';
import { labHome } from '../../records/home.ts';
import { readRunFolder } from '../../records/read.ts';
import type { LabRecord, LabRun, LabScan } from '../../records/schema.ts';
import { type Removal, Scrubber, textsLeft } from '../../records/scrub.ts';
import { writeRecord, writeRun, writeScan } from '../../records/write.ts';
import { scanMachine } from '../../run/scan.ts';
import type { ContributeOptions } from '../contribute.ts';
import { interruptSignal } from '../interrupt.ts';
import { colourDepth, createPaint, type Paint } from './colour.ts';
import { plainText, shown } from './format.ts';
import { print, printJson, terminalWidth } from './output.ts';
import { wrap } from './table.ts';

const MACHINE = /^[a-z0-9](?:[a-z0-9-]{1,58}[a-z0-9])$/;

/** Writes the folder. Throws WrongUsage, BadRecord, Unsupported (nothing to publish) and CannotSave. */
export async function contribute(
  references: readonly string[],
  options: ContributeOptions,
): Promise<void> {
  const signal = await interruptSignal();
  const chosen = references.length > 0 ? references.map(runNamed) : newestWholeRuns();
  const machine = options.machine ?? machineName(chosen[0]!.records[0]!);
  if (!MACHINE.test(machine)) {
    throw new WrongUsage(
      `--machine ${machine}: give small letters, digits and dashes, such as linux-i5-laptop`,
    );
  }
  const folder = join(resolve(options.out ?? join(labHome(), 'contribution')), machine);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new WrongUsage(
      `${shown(folder)} is not empty: remove it, or give another --out or --machine`,
    );
  }
  const grid = options.scan ? await scanUntil(signal) : undefined;
  const { removed, runs, scan } = prepare(folder, chosen, grid);
  const left = textsLeft(scan ? [...runs, scan] : runs);
  if (options.json) {
    printJson({ machine, folder, runs: runs.map(({ run_id }) => run_id), removed, left });
  } else {
    const paint = createPaint(colourDepth());
    print(report({ machine, folder, runs, removed, left }, paint));
  }
}

/** Throws Cancelled where the scan was interrupted, whatever that did to it. */
const scanUntil = (signal: AbortSignal): Promise<LabScan> =>
  scanMachine(signal).catch(error => {
    throw signal.aborted ? new Cancelled('interrupted') : error;
  });

function prepare(
  folder: string,
  runs: readonly LabRun[],
  scan: LabScan | undefined,
): {
  readonly removed: readonly Removal[];
  readonly runs: readonly LabRun[];
  readonly scan: LabScan | undefined;
} {
  const scrubber = new Scrubber({
    host_name: hostname(),
    user: userInfo().username,
    home: homedir(),
  });
  scrubber.learn(...runs, ...(scan ? [scan] : []));
  const clean: LabRun[] = [];
  for (const one of runs) {
    const run = scrubber.document(one);
    const records = run.records.map(withoutSamples);
    const beside = join(folder, run.run_id);
    for (const record of records) writeRecord(beside, record);
    writeRun(beside, { ...run, records });
    clean.push({ ...run, records });
  }
  const grid = scan && scrubber.document(scan);
  if (grid) writeScan(folder, grid);
  return { removed: scrubber.removed, runs: clean, scan: grid };
}

/** Raw samples stay at home: the bins in the record are what the figures need. */
function withoutSamples({ samples, ...record }: LabRecord): LabRecord {
  return record;
}

/** A whole run by what the user calls it. */
function runNamed(reference: string): LabRun {
  const { run, records, where } = findRecords(reference);
  if (!run || records.length === 0) throw new BadRecord(where, 'is no whole run: name a run');
  return run;
}

/**
 * Of each experiment on each device the newest run that came out whole. What was measured in a place counts
 * where its run is named: it is of another system, and must not stand for this one.
 */
function newestWholeRuns(): LabRun[] {
  const chosen = new Map<string, LabRun>();
  const seen = new Set<string>();
  for (const folder of runFolders().reverse()) {
    const { run, records } = readRunFolder(folder);
    if (run?.status !== 'ok' || records.some(one => one.place !== 'host')) continue;
    const subjects = records.map(({ experiment, device }) => `${experiment} ${device}`);
    if (subjects.every(one => seen.has(one))) continue;
    for (const one of subjects) seen.add(one);
    chosen.set(folder, { ...run, records });
  }
  if (chosen.size === 0) {
    throw new Unsupported(
      'no whole run has been recorded here',
      'run iolab run first, or name the run of a place',
    );
  }
  return [...chosen.values()].reverse();
}

/** `linux-epyc-2vcpu`: the system, the processor's family, how many. */
function machineName({ host }: LabRecord): string {
  const family =
    /epyc|xeon|ryzen|threadripper|core.{0,4}i\d|celeron|pentium|apple m\d|cortex|raspberry/i
      .exec(host.cpu_model)?.[0]
      .replace(/[^A-Za-z0-9]+/g, '-')
      .toLowerCase() ?? host.arch;
  const cpus = `${host.cpus}${host.processor === 'metal' ? 'cpu' : 'vcpu'}`;
  return `${host.os}-${family}-${cpus}`.replace(/[^a-z0-9-]/g, '');
}

interface Contribution {
  readonly machine: string;
  readonly folder: string;
  readonly runs: readonly LabRun[];
  readonly removed: readonly Removal[];
  readonly left: readonly { readonly field: string; readonly text: string }[];
}

const MOST_SHOWN = 60;

function report(found: Contribution, paint: Paint): string {
  const { machine, folder, runs, removed, left } = found;
  const width = terminalWidth();
  const records = runs.reduce((sum, { records: all }) => sum + all.length, 0);
  const dirty = runs.filter(({ records: all }) => all.some(one => one.commit?.endsWith('-dirty')));
  const lines = [
    paint.bold(
      `${machine}: ${many(runs.length, 'run')}, ${many(records, 'record')} in ${shown(folder)}`,
    ),
    ...runs.map(({ command }) => `  ${command}`),
    '',
    paint.bold('taken out'),
  ];
  const kinds = new Map<string, Set<string>>();
  for (const { what, text } of removed) kinds.set(what, (kinds.get(what) ?? new Set()).add(text));
  if (kinds.size === 0) lines.push('  nothing had to be');
  for (const [what, texts] of kinds) {
    lines.push(...wrap(`${what}: ${[...texts].join('; ')}`, width, '  '));
  }
  lines.push('', paint.bold('left, for you to read'));
  const fields = new Map<string, string[]>();
  for (const { field, text } of left) fields.set(field, [...(fields.get(field) ?? []), text]);
  for (const [field, texts] of [...fields].slice(0, MOST_SHOWN)) {
    lines.push(...wrap(`${field}: ${texts.join('; ')}`, width, '  '));
  }
  if (fields.size > MOST_SHOWN) lines.push(`  … ${fields.size - MOST_SHOWN} fields more: --json`);
  if (dirty.length > 0) {
    lines.push(
      '',
      ...wrap(
        `${many(dirty.length, 'run')} measured with changed sources (commit ends in -dirty): measure them again from a clean checkout before you publish`,
        width,
        '',
      ),
    );
  }
  return [
    ...lines.map(plainLine),
    '',
    'Nothing was sent. Next, if all of this may be public:',
    `  mv ${shown(folder)} lab/records/published/`,
    '  npm run dev        look at the site with your machine on it',
    `  git switch -c ${machine} && git add lab/records/published/${machine} && git commit`,
  ].join('\n');
}

/** What came from a record may hold what a terminal would obey; our own bold face may stay. */
const plainLine = (line: string): string => (line.startsWith('\x1b') ? line : plainText(line));

const many = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
