// What a program of a classic machine did, step by step and line by line: too much for a record, and
// exact, so it is committed as it came from the machine. site/build/traces.ts writes it anew, and a test
// compares it with a run.
import { readFileSync } from 'node:fs';
import type { ListingLine, ProgramResult } from '../../lab/machines/program.ts';
import type { TraceStep } from '../../lab/machines/s390/trace.ts';
import { inProject } from './root.ts';

export interface Trace {
  readonly machine: string;
  readonly program: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly totals: ProgramResult['totals'];
  readonly steps: readonly TraceStep[];
  /** Lines that make code, each with how often it was executed. */
  readonly listing: readonly ListingLine[];
}

/** The committed run of this program. Throws where there is none. */
export function traceOf(program: string): Trace {
  try {
    const text = readFileSync(inProject('site', 'data', 'traces', `${program}.json`), 'utf8');
    return JSON.parse(text) as Trace;
  } catch {
    throw new Error(
      `A page shows what "${program}" did, and site/data/traces/${program}.json is not there: ` +
        `node site/build/traces.ts ${program}`,
    );
  }
}
