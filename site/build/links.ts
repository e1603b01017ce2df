// Checks every link of the built pages, hashes included, and fails the build. It sees what the
// Markdown link check cannot: links that components make, such as those to raw records.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { type BuiltPage, builtPages, unescapeAttribute } from './pages.ts';

interface Target {
  readonly file: string;
  readonly fragment: string;
}

/** Where a link leads inside the output folder; undefined where it leads out of the site. */
export function targetOf(link: string, page: BuiltPage, base: string): Target | undefined {
  const prefix = `${base.replace(/\/+$/, '')}/`;
  const here = new URL(prefix + page.name.replace(/index\.html$/, ''), 'http://site.invalid');
  const url = new URL(link, here);
  if (url.origin !== here.origin) return undefined;
  const path = decodeURIComponent(url.pathname);
  const inside = path.startsWith(prefix) ? path.slice(prefix.length) : `outside the base: ${path}`;
  return {
    file: inside === '' || inside.endsWith('/') ? `${inside}index.html` : inside,
    fragment: decodeURIComponent(url.hash.slice(1)),
  };
}

/** One line per broken link. */
export function brokenLinks(folder: string, base: string): string[] {
  const pages = builtPages(folder);
  const ids = new Map(
    pages.map(page => [
      page.name,
      new Set(
        [...page.html.matchAll(/\sid="([^"]+)"/g)].map(found => unescapeAttribute(found[1]!)),
      ),
    ]),
  );
  const broken: string[] = [];
  for (const page of pages) {
    const markup = page.html.replace(/<script\b[\s\S]*?<\/script>/gi, '');
    for (const [, raw] of markup.matchAll(/<[a-z][^<>]*?\s(?:href|src)="([^"]*)"/gi)) {
      const link = unescapeAttribute(raw!);
      const target = targetOf(link, page, base);
      if (target === undefined) continue;
      const file = join(folder, target.file);
      if (!existsSync(file) || !statSync(file).isFile()) {
        broken.push(`${page.name}: ${link} leads to no file`);
      } else if (target.fragment !== '' && !ids.get(target.file)?.has(target.fragment)) {
        broken.push(`${page.name}: ${link} leads to no such place on its page`);
      }
    }
  }
  return broken;
}

export function builtLinks(): AstroIntegration {
  let base = '/';
  return {
    name: 'iolab-built-links',
    hooks: {
      'astro:config:done': ({ config }) => {
        base = config.base;
      },
      'astro:build:done': ({ dir }) => {
        const broken = brokenLinks(fileURLToPath(dir), base);
        if (broken.length > 0) throw new Error(`Broken links:\n${broken.join('\n')}`);
      },
    },
  };
}
