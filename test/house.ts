// Reads the sources as the house rules see them: each file's real imports, static and dynamic, with
// type imports taken out by Node's own type stripping (they are gone at run time, so they bind
// nothing). The idea is TigerBeetle's tidy.zig: taste made executable.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');

export interface Import {
  /** A file of the project relative to its root (`lab/errors.ts`), or a package (`koffi`). */
  readonly to: string;
  readonly dynamic: boolean;
}

export interface Source {
  /** Relative to the project's root. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const CODE = /\.(ts|mts|mjs|js)$/;
const NOT_OURS = new Set(['node_modules', 'dist', '.astro', '.iolab', 'published', 'images']);

/** Every file below `folder`, relative to the project's root. */
export function filesBelow(folder: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap(entry => {
    if (NOT_OURS.has(entry.name)) return [];
    const below = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(below) : [below];
  });
}

/** `from` is relative to the root; a specifier becomes a file of ours or a package's name. */
function target(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) {
    const [scope = '', name = ''] = specifier.split('/');
    if (specifier.startsWith('node:')) return specifier;
    return scope.startsWith('@') ? `${scope}/${name}` : scope;
  }
  return relative(root, resolve(root, dirname(from), specifier));
}

/** What the file imports at run time. Exported so that it can be tested on made-up text. */
export function importsOf(path: string, text: string): Import[] {
  const stripped = path.endsWith('ts') ? stripTypeScriptTypes(text) : text;
  const code = stripped.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const found: Import[] = [];
  const statics = /^[ \t]*(?:import|export)\s(?:[^'";()=]*?\sfrom\s*)?\s*['"]([^'"]+)['"]/gm;
  for (const [, specifier] of code.matchAll(statics)) {
    found.push({ to: target(path, specifier!), dynamic: false });
  }
  for (const [, specifier] of code.matchAll(/\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    found.push({ to: target(path, specifier!), dynamic: true });
  }
  return found;
}

export function readSource(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  return { path, text, imports: CODE.test(path) ? importsOf(path, text) : [] };
}

export const sourcesOf = (folder: string): Source[] =>
  filesBelow(folder)
    .filter(path => CODE.test(path))
    .map(readSource);

/** The files and packages that loading `path` loads, each with the way that leads there. */
export function reachedFrom(path: string, sources: ReadonlyMap<string, Source>) {
  const way = new Map<string, readonly string[]>();
  const visit = (at: string, trail: readonly string[]): void => {
    if (way.has(at)) return;
    way.set(at, trail);
    for (const { to, dynamic } of sources.get(at)?.imports ?? []) {
      if (!dynamic) visit(to, [...trail, to]);
    }
  };
  visit(path, [path]);
  return way;
}

export const isFile = (path: string): boolean =>
  existsSync(join(root, path)) && statSync(join(root, path)).isFile();
