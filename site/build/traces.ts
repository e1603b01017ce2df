// Runs the classic programs whose steps or listings pages show, and writes what they did.
// `node site/build/traces.ts` writes all, with names only those; it needs SIMH and Hercules. Then
// `npm run format`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findProgram } from '../../lab/machines/find.ts';
import type { TraceStep } from '../../lab/machines/s390/trace.ts';
import { SHOWN_RECORDS } from '../data/programs.ts';
import { inProject } from '../data/root.ts';
import type { Trace } from '../data/traces.ts';

interface Wanted {
  readonly machine: string;
  readonly program: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Which of the two a page shows. */
  readonly shows: 'steps' | 'listing';
}

export const WANTED: readonly Wanted[] = [
  ...Object.entries(SHOWN_RECORDS).map(([program, records]) => ({
    machine: 's390',
    program,
    parameters: { records: String(records) },
    shows: 'steps' as const,
  })),
  ...[
    ['pdp11', 'tape-polled'],
    ['pdp11', 'tape-work'],
    ['pdp11', 'two-shared'],
    ['mos6502', 'byte-four'],
  ].map(([machine = '', program = '']) => ({
    machine,
    program,
    parameters: {},
    shows: 'listing' as const,
  })),
];

/** Totals that pages say beside steps; all others stand in records. */
const TOLD = ['instructions', 'io_starts', 'interrupts'];
const LIMIT_MS = 10_000;

/** What the program does now. Throws what the program throws. */
export async function runForTrace({ machine, program, parameters, shows }: Wanted): Promise<Trace> {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-trace-'));
  try {
    const found = await findProgram(machine, program);
    const { signal } = new AbortController();
    const result = await found.run({ folder, parameters, limit_ms: LIMIT_MS, signal });
    const { totals, trace = [], listing = [] } = result;
    return {
      machine,
      program,
      parameters,
      totals: Object.fromEntries(TOLD.map(name => [name, totals[name] ?? 0])),
      steps: shows === 'steps' ? (trace as readonly TraceStep[]) : [],
      listing: shows === 'listing' ? listing : [],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const names = process.argv.slice(2);
  for (const wanted of WANTED) {
    if (names.length > 0 && !names.includes(wanted.program)) continue;
    const file = inProject('site', 'data', 'traces', `${wanted.program}.json`);
    writeFileSync(file, `${JSON.stringify(await runForTrace(wanted), null, 1)}\n`);
    console.log(file);
  }
}
