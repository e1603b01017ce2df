// What the place wine knows of its own departures from Windows, read from its list, so that the page cannot
// say less than the code knows. Node imports it as it is: a build bundles nothing of a place.
import { pathToFileURL } from 'node:url';
import type { Divergence } from '../../lab/places/wine/divergences.ts';
import { inProject } from './root.ts';

/** Throws where the list is not there. */
export async function divergencesOfWine(): Promise<readonly Divergence[]> {
  const url = pathToFileURL(inProject('lab', 'places', 'wine', 'divergences.ts')).href;
  const module = (await import(/* @vite-ignore */ url)) as { divergences: readonly Divergence[] };
  if (!Array.isArray(module.divergences)) throw new Error('the place wine exports no divergences');
  return module.divergences;
}
