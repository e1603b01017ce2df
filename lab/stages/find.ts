// Stages are found by listing folders: a new one is one new file in lab/stages/<experiment>.
import { existsSync, readdirSync } from 'node:fs';
import type { Stage } from './stage.ts';

const here = new URL('.', import.meta.url);
/** Shared code, and no experiment. */
const PARTS = 'parts';

/** Experiments that have stages. */
export function stagedExperiments(): string[] {
  return readdirSync(here, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && entry.name !== PARTS)
    .map(({ name }) => name)
    .sort();
}

/** The stages of an experiment, none where it has none; without one, of all. */
export function stageIds(experiment?: string): string[] {
  if (experiment === undefined) return stagedExperiments().flatMap(one => stageIds(one));
  const folder = new URL(`${experiment}/`, here);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(name => name.endsWith('.ts'))
    .map(name => name.slice(0, -'.ts'.length))
    .sort();
}

/** Imports the stage's file, which starts nothing. Throws where there is none. */
export async function findStage(experiment: string, id: string): Promise<Stage> {
  const url = new URL(`${experiment}/${id}.ts`, here);
  return ((await import(url.href)) as { stage: Stage }).stage;
}

export const allStages = async (): Promise<Stage[]> =>
  Promise.all(
    stagedExperiments().flatMap(experiment =>
      stageIds(experiment).map(id => findStage(experiment, id)),
    ),
  );
