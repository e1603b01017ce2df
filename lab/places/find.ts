// Places are found by listing their folder: a new place is one new file and no list to edit.
import { readdirSync } from 'node:fs';
import type { Place } from './place.ts';

/** Files of this folder that are not places. */
const OTHERS = new Set(['place.ts', 'find.ts']);

/** Without `host`, which is no file: a run there needs nothing. */
export function placeIds(): string[] {
  return readdirSync(new URL('.', import.meta.url))
    .filter(name => name.endsWith('.ts') && !OTHERS.has(name))
    .map(name => name.slice(0, -'.ts'.length))
    .sort();
}

/** Throws where there is none. */
export async function findPlace(id: string): Promise<Place> {
  const { place } = (await import(new URL(`${id}.ts`, import.meta.url).href)) as { place: Place };
  return place;
}
