// The site builds on any machine: nothing it imports at the top of a file leads to foreign code.
// What a driver loads inside its `open` (a dynamic import) is not reached by a build.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const FORBIDDEN = ['koffi', 'serialport', 'johnny-five', 'firmata-io'];

/** Modules that stand in a file's static imports; `import type` is erased and does not count. */
function staticImports(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const found: string[] = [];
  for (const [, clause, from] of code.matchAll(
    /^\s*(?:import|export)\s+(?!type\b)([^'"();]*?\bfrom\s*)?['"]([^'"]+)['"]/gm,
  )) {
    // `import { type A, type B } from` is erased as well.
    const names = /\{([^}]*)\}/
      .exec(clause ?? '')?.[1]
      ?.split(',')
      .map(name => name.trim());
    const erased = names?.filter(Boolean).every(name => name.startsWith('type ')) === true;
    if (!erased || /\w\s*,\s*\{/.test(clause ?? '')) found.push(from!);
  }
  return found;
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.(ts|mjs|astro|mdx)$/.test(name))
    .map(name => join(root, folder, name));
}

/** Every module that is reached, with the file that imports it. */
function reached(starts: readonly string[]): Map<string, string> {
  const seen = new Map<string, string>();
  const queue = [...starts];
  const visited = new Set(queue);
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const name of staticImports(readFileSync(file, 'utf8'))) {
      if (!name.startsWith('.')) {
        seen.set(name, relative(root, file));
        continue;
      }
      const path = resolve(dirname(file), name);
      if (!visited.has(path) && existsSync(path) && /\.(ts|mjs|astro|mdx)$/.test(path)) {
        visited.add(path);
        queue.push(path);
      }
    }
  }
  for (const path of visited) seen.set(relative(root, path), '');
  return seen;
}

describe('what the site imports', () => {
  // The drivers are imported by name at build time, so their folder belongs to the starting points.
  const all = reached([
    join(root, 'astro.config.mjs'),
    ...filesUnder('site'),
    ...filesUnder('lab/drivers'),
  ]);

  it('reaches the schema and the figures (or this test looks at nothing)', () => {
    expect([...all.keys()]).toEqual(
      expect.arrayContaining([
        'lab/records/schema.ts',
        'site/figures/signature.ts',
        'd3-scale',
        'lab/drivers/epoll.ts',
      ]),
    );
  });

  it.each(FORBIDDEN)('never reaches %s', name => {
    const by = [...all].filter(([module]) => module === name || module.startsWith(`${name}/`));
    expect(by, 'import it inside the function that needs it').toEqual([]);
  });

  it('reaches no room that runs foreign code', () => {
    // The dialogues are scripts that know nothing of ports or processes: the simulator runs them too. And
    // where a process runs is one variable of its environment (place.ts), which drivers of PCI ask for.
    const rooms = [...all.keys()].filter(path =>
      /^lab\/(cell(?!\/dialogues\/)|run|cli|places(?!\/place\.ts)|peers)\//.test(path),
    );
    expect(rooms).toEqual([]);
  });
});

describe('staticImports', () => {
  it('sees imports and re-exports, not types, comments or dynamic imports', () => {
    expect(
      staticImports(`
        import a from 'a';
        import type { B } from 'b';
        import { type C, d } from 'cd';
        import { type E } from 'e';
        import 'f';
        export { g } from 'g';
        export * from 'h';
        // import i from 'i';
        const j = await import('j');
        type K = import('k').K;
      `),
    ).toEqual(['a', 'cd', 'f', 'g', 'h']);
  });
});
