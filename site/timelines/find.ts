// The timelines, one file each in site/timelines/models. Node imports them as they are, as it does with
// the drivers, so a page's build needs no list of them.
import { readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { inProject } from '../data/root.ts';
import type { Timeline } from './types.ts';

const FOLDER = ['site', 'timelines', 'models'] as const;

/** Names of the files, which are names of forms. */
export function timelineForms(): string[] {
  return readdirSync(inProject(...FOLDER))
    .filter(name => name.endsWith('.ts'))
    .map(name => name.slice(0, -'.ts'.length))
    .sort();
}

/** The timeline of a form. Throws Error where there is none, with those that there are. */
export async function timelineOf(form: string): Promise<Timeline> {
  const forms = timelineForms();
  if (!forms.includes(form)) {
    throw new Error(
      `A page shows a timeline of "${form}", and ${FOLDER.join('/')} has ${forms.join(', ')}. ` +
        'Write the file or take its <Timeline> off the page',
    );
  }
  const url = pathToFileURL(inProject(...FOLDER, `${form}.ts`)).href;
  return ((await import(/* @vite-ignore */ url)) as { timeline: Timeline }).timeline;
}
