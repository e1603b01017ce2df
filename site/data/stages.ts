// What the stages of experiments say of themselves (lab/stages). As with drivers, Node imports the files
// as they are: importing one starts nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Stage, StageFacts } from '../../lab/stages/stage.ts';
import { inProject } from './root.ts';

let kept: Promise<readonly StageFacts[]> | undefined;

const ROOM = 'lab/stages';

/** The stages' files, experiment by experiment, below the project's folder. */
function stagePaths(): string[] {
  return readdirSync(inProject(ROOM), { withFileTypes: true })
    .filter(entry => entry.isDirectory() && entry.name !== 'parts')
    .map(({ name }) => `${ROOM}/${name}`)
    .sort()
    .flatMap(folder =>
      readdirSync(inProject(folder))
        .filter(name => name.endsWith('.ts'))
        .sort()
        .map(name => `${folder}/${name}`),
    );
}

/** Facts of every stage in lab/stages. Throws where one cannot be imported. */
export function stages(): Promise<readonly StageFacts[]> {
  kept ??= Promise.all(
    stagePaths().map(async path => {
      const url = pathToFileURL(inProject(path)).href;
      return ((await import(/* @vite-ignore */ url)) as { stage: Stage }).stage;
    }),
  );
  return kept;
}

/** A file of the lab as a page shows it, whole or from one line that contains `from` up to `until`. */
export function labSource(path: string, from?: string, until?: string): string {
  const text = readFileSync(inProject(path), 'utf8');
  const begin = from === undefined ? 0 : text.indexOf(from);
  const end = until === undefined ? text.length : text.indexOf(until, begin + 1);
  if (begin < 0 || end < 0) {
    throw new Error(`A page shows ${path} from "${from}" until "${until}", which is not in it`);
  }
  return `${text.slice(begin, end).trimEnd()}\n`;
}
