// The work behind `iolab show`.
import { type Found, findRecords } from '../../records/find.ts';
import { colourDepth } from './colour.ts';
import { print, printJson, terminalWidth } from './output.ts';
import { reportRecord } from './record.ts';
import { type Reportable, type ReportOptions, reportRun } from './report.ts';

/**
 * Show what the references stand for. All are read before anything is printed, so that a bad one
 * leaves no half answer. Throws BadRecord.
 */
export function show(references: readonly string[], { json }: { readonly json?: boolean }): void {
  const found = references.map(reference => findRecords(reference));
  if (json) printJson(asDocument(found));
  else {
    const look = { width: terminalWidth(), colour: colourDepth() };
    print(
      separate(found)
        .map(one => report(one, look))
        .join('\n'),
    );
  }
}

/** One document: the record, the run, or `{records: […]}` where there are several. */
function asDocument(found: readonly Found[]): unknown {
  const [first] = found;
  if (found.length === 1 && first?.run) return first.run;
  const records = found.flatMap(one => one.records);
  return records.length === 1 ? records[0] : { records };
}

/** Each run by itself: its comparisons and lines are of no other run's records. What belongs to none is together. */
function separate(found: readonly Found[]): Reportable[] {
  const loose = found.filter(one => one.run === undefined).flatMap(one => one.records);
  return [
    ...found.flatMap(({ run, records }) => (run ? [{ ...run, records }] : [])),
    ...(loose.length > 0 ? [{ records: loose }] : []),
  ];
}

function report(one: Reportable, look: ReportOptions): string {
  const [only, ...more] = one.records;
  const isBare = one.comparisons === undefined;
  return only && more.length === 0 && isBare ? reportRecord(only, look) : reportRun(one, look);
}
