// What is made from files is kept until one of them changes. A page asks many times for the same thing; a
// build asks for all pages, and served with `astro dev` a changed file shall be seen.
import { statSync } from 'node:fs';

/** Questions within this time are of one page: nobody has changed a file between them. */
const LOOK_AGAIN_MS = 250;

/** The moment and size of a file's last change; empty where it is gone. */
function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.mtimeMs} ${found.size}`;
}

/** What `read` makes of a file, made again only where the file changed. What it throws is not kept. */
export function readFresh<T>(read: (file: string) => T): (file: string) => T {
  const kept = new Map<string, { readonly stamp: string; readonly value: T }>();
  return file => {
    const stamp = stampOf(file);
    const known = kept.get(file);
    if (known !== undefined && known.stamp === stamp) return known.value;
    const value = read(file);
    kept.set(file, { stamp, value });
    return value;
  };
}

/** What `make` makes of files, made again where one of them changed, came or went. */
export function keepWhileSame<T>(
  files: () => readonly string[],
  make: () => T,
  now: () => number = () => performance.now(),
): () => T {
  let kept: { readonly stamp: string; readonly value: T } | undefined;
  let looked = Number.NEGATIVE_INFINITY;
  return () => {
    if (kept !== undefined && now() - looked < LOOK_AGAIN_MS) return kept.value;
    const stamp = files()
      .map(file => `${file} ${stampOf(file)}`)
      .join('\n');
    if (kept?.stamp !== stamp) kept = { stamp, value: make() };
    looked = now();
    return kept.value;
  };
}
