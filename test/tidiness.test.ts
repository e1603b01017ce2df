// The house rules that are not of imports: how long a file may be, what stands at the top level, what each file
// says of itself, and that each is used. Each failure says what to do.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { machineIds } from '../lab/machines/find.ts';
import { stagedExperiments } from '../lab/stages/find.ts';
import { filesBelow, readSource, root, sourcesOf } from './house.ts';

const sources = sourcesOf('lab');

/** What tools insist on, and the rooms of the house. */
const TOP_LEVEL = new Set(
  `package.json package-lock.json astro.config.mjs site lab firmware test README.md LICENSE
   CONTRIBUTING.md tsconfig.json biome.json vitest.config.ts .ci .github .gitignore .gitattributes
   .npmrc`.split(/\s+/),
);

const LINE_LIMIT = 500;
const LONG_LINES = 400;
const written = ['lab', 'site', 'test', 'firmware']
  .flatMap(filesBelow)
  .filter(path => /\.(ts|mjs|js|astro|css|mdx?|c|h)$/.test(path));

describe('tidiness', () => {
  it(`no file is longer than ${LINE_LIMIT} lines`, () => {
    for (const path of written) {
      const lines = readSource(path).text.split('\n').length - 1;
      if (lines > LONG_LINES) console.warn(`${path}: ${lines} lines; split it before it grows`);
      expect(lines, `${path} has ${lines} lines: split it by what its parts are for`).toBeLessThan(
        LINE_LIMIT + 1,
      );
    }
  });

  it('the top level holds the rooms and what tools insist on', context => {
    if (!existsSync(join(root, '.git'))) return context.skip('no git here to list the files');
    const tracked = execFileSync('git', ['-C', root, 'ls-files', '--full-name'], {
      encoding: 'utf8',
    });
    const top = new Set(
      tracked
        .split('\n')
        .filter(Boolean)
        .map(path => path.split('/')[0]!),
    );
    expect(top.size, 'git lists the files').toBeGreaterThan(3);
    for (const name of top) {
      expect(TOP_LEVEL.has(name), `${name} at the top level: put it into one of the rooms`).toBe(
        true,
      );
    }
  });

  it('nothing is left to do', () => {
    // Put together here, so that this file does not find itself.
    const marks = new RegExp(`\\b(${['TO', 'FIX'].join('DO|')}ME|X{3})\\b`);
    for (const path of written) {
      const line = readSource(path)
        .text.split('\n')
        .findIndex(one => marks.test(one));
      expect(line + 1, `${path}:${line + 1}: do it, or make it an issue`).toBe(0);
    }
  });

  it('every file of the lab begins by saying what it is for', () => {
    for (const path of written.filter(one => /^lab\/.*\.(ts|mjs)$/.test(one))) {
      const { text } = readSource(path);
      const first = text.replace(/^#!.*\n/, '');
      expect(
        /^(\/\/ \S.{20,}|\/\*\* ?\S?.{20,})/.test(first),
        `${path}: begin with a comment of two or three lines: what it is for, whence the idea`,
      ).toBe(true);
    }
  });

  it('no file of the lab is reached by nothing', () => {
    const tests = sourcesOf('test');
    const site = [...filesBelow('site'), 'package.json', 'astro.config.mjs']
      .filter(path => /\.(ts|mjs|astro|mdx|json)$/.test(path))
      .map(path => readSource(path).text)
      .join('\n');
    const used = new Set([...sources, ...tests].flatMap(one => one.imports.map(({ to }) => to)));
    // A folder with a find.ts is listed: all that lies in it is found.
    const listed = sources
      .filter(({ path }) => path.endsWith('/find.ts'))
      .map(({ path }) => path.slice(0, -'find.ts'.length));
    // Its find.ts lists a folder below each machine.
    listed.push(...machineIds().map(machine => `lab/machines/${machine}/programs/`));
    listed.push(...stagedExperiments().map(experiment => `lab/stages/${experiment}/`));
    for (const { path } of sources) {
      // Found by listing, imported, started as a process by its name, or read by the site.
      const name = path.split('/').at(-1)!;
      const named = sources.some(one => one.path !== path && one.text.includes(name));
      const found =
        listed.includes(path.slice(0, path.lastIndexOf('/') + 1)) ||
        used.has(path) ||
        named ||
        site.includes(name) ||
        // An example is a program that its test starts.
        (path.startsWith('lab/examples/') && tests.some(one => one.text.includes(path)));
      if (typesOnly(path)) continue;
      expect(found, `${path} is used by nothing: delete it, or call it`).toBe(true);
    }
  });
});

/** A file of types alone has no run-time importers. */
function typesOnly(path: string): boolean {
  const { text } = readSource(path);
  return !/^export (?!interface|type)/m.test(text) && /^export (interface|type)/m.test(text);
}
