// The boards' firmware as pages show it: its sources, whole, and the committed images with their
// checksums. A missing file stops the build by name.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { normalize } from 'node:path';
import { inProject } from './root.ts';

const LANGUAGES: Readonly<Record<string, string>> = {
  c: 'c',
  h: 'c',
  S: 'asm',
  s: 'asm',
  ts: 'ts',
  mjs: 'js',
  js: 'js',
};

/** Rooms whose files are written to be read on a page. */
const ROOMS = [
  'firmware/',
  'lab/boards/',
  'lab/cell/',
  'lab/examples/',
  'lab/layers/',
  'lab/machines/',
];

/** A file's text and language. Throws where it is missing or is none that a page may show. */
export function shownSource(path: string): { code: string; language: string } {
  const language = LANGUAGES[path.slice(path.lastIndexOf('.') + 1)];
  const known = ROOMS.some(room => path.startsWith(room)) && normalize(path) === path;
  if (language === undefined || !known) {
    throw new Error(
      `A page asks to show "${path}": only sources under ${ROOMS.join(', ')} are shown`,
    );
  }
  try {
    return { code: readFileSync(inProject(path), 'utf8'), language };
  } catch {
    throw new Error(
      `A page shows ${path}, and it is not there. Write the file or take it off the page`,
    );
  }
}

/** sha256 of a committed firmware image, as hexadecimal digits. Throws where it is missing. */
export function imageSha256(name: string): string {
  const file = inProject('firmware', 'images', name);
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    throw new Error(`A page runs firmware/images/${name}, and it is not there: make -C firmware`);
  }
}
