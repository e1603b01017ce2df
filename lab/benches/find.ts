// Benches are found by listing their folder: a new bench is one new file and no list to edit.
import { readdirSync } from 'node:fs';
import type { Bench } from './bench.ts';

/** Files of this folder that are not benches. */
const OTHERS = new Set(['bench.ts', 'find.ts', 'install.ts', 'status.ts']);

export function benchIds(): string[] {
  return readdirSync(new URL('.', import.meta.url))
    .filter(name => name.endsWith('.ts') && !OTHERS.has(name))
    .map(name => name.slice(0, -'.ts'.length))
    .sort();
}

/** Throws where there is none. */
export async function findBench(id: string): Promise<Bench> {
  const { bench } = (await import(new URL(`${id}.ts`, import.meta.url).href)) as { bench: Bench };
  return bench;
}

export const allBenches = (): Promise<Bench[]> => Promise.all(benchIds().map(findBench));
