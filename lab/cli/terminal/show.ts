// The work behind `iolab show`.
import { type Found, findRecords } from '../../records/find.ts';
import { colourDepth } from './colour.ts';
import { print, printJson, terminalWidth } from './output.ts';
import { reportRecord } from './record.ts';
import { type Reportable, reportRun } from './report.ts';

/**
 * Show what the references stand for. All are read before anything is printed, so that a bad one
 * leaves no half answer. Throws BadRecord.
 */
export function show(references: readonly string[], { json }: { readonly json?: boolean }): void {
  const found = references.map(reference => findRecords(reference));
  if (json) printJson(asDocument(found));
  else {
    const look = { width: terminalWidth(), colour: colourDepth() };
    const { records, comparisons, fits, skipped } = merged(found);
    const only = records.length === 1 ? records[0] : undefined;
    const isBare = found.every(one => one.run === undefined);
    print(
      only && isBare
        ? reportRecord(only, look)
        : reportRun({ records, comparisons, fits, skipped }, look),
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

function merged(found: readonly Found[]): Required<Reportable> {
  return {
    records: found.flatMap(one => one.records),
    comparisons: found.flatMap(one => one.run?.comparisons ?? []),
    fits: found.flatMap(one => one.run?.fits ?? []),
    skipped: found.flatMap(one => one.run?.skipped ?? []),
  };
}
