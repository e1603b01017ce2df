// Runs stages one after the other in one process under Wine (starting one for each is slow) and prints what
// each counted as a line of JSON. What it runs stands in its arguments as JSON: experiment, stage, parameters.
import { setTimeout as sleep } from 'node:timers/promises';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { runStage } from '../stages/run.ts';

export interface Asked {
  readonly experiment: string;
  readonly stage: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export type Told =
  | { readonly stage: string; readonly totals: Readonly<Record<string, number>>; notes: string[] }
  | { readonly stage: string; readonly error: string };

const platform = await loadPlatform();
const say = (told: Told) => process.stdout.write(`${JSON.stringify(told)}\n`);

for (const text of process.argv.slice(2)) {
  const { experiment, stage, parameters } = JSON.parse(text) as Asked;
  try {
    const { totals, notes = [] } = await runStage(platform, experiment, stage, parameters);
    say({ stage, totals, notes: [...notes] });
  } catch (error) {
    say({ stage, error: (error as Error).stack ?? String(error) });
  }
}
// Written lines may still be on their way.
await sleep(10);
process.exit(0);
