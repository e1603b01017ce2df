// Runs stages one after the other in one process under Wine, where starting one for each would be slow, and
// prints what each counted as a line of JSON. What it runs stands in its arguments, as JSON too.
import { mkdtempSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { findStage } from '../../lab/stages/find.ts';
import { stageContext } from './run.ts';

export interface Asked {
  readonly experiment: string;
  readonly stage: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export type Told =
  | {
      readonly n: number;
      readonly totals: Readonly<Record<string, number>>;
      readonly notes: string[];
    }
  | { readonly error: string };

const STANDARD_OUTPUT = 1;
const platform = await loadPlatform();
const folder = mkdtempSync(join(tmpdir(), 'iolab-stages-'));
const say = (told: Told) => void writeSync(STANDARD_OUTPUT, `${JSON.stringify(told)}\n`);

for (const text of process.argv.slice(2)) {
  const { experiment, stage, parameters } = JSON.parse(text) as Asked;
  const context = stageContext(platform, parameters);
  const target = { ...context.target, path: folder };
  try {
    const {
      n,
      totals,
      notes = [],
    } = await (await findStage(experiment, stage)).run({ ...context, target });
    say({ n, totals, notes: [...notes] });
  } catch (error) {
    say({ error: (error as Error).stack ?? String(error) });
  }
}
rmSync(folder, { recursive: true, force: true });
process.exit(0);
