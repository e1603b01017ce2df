// Which page explains a driver: the first of the course that shows its source.
import { readFileSync } from 'node:fs';
import { inProject } from './root.ts';
import { SIDEBAR } from './sidebar.ts';

const TOOLS = 'Two tools';

/** Slug of the page by driver; a driver that no page shows is absent. */
export function driverPages(): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  // The two tools are shown on drivers that have pages of their own further on.
  const groups = SIDEBAR.toSorted((a, b) => Number(a.label === TOOLS) - Number(b.label === TOOLS));
  const slugs = new Set(groups.flatMap(({ items }) => items.map(({ slug }) => slug)));
  for (const { slug } of groups.flatMap(({ items }) => items)) {
    const text = readFileSync(inProject('site', 'content', 'docs', `${slug}.mdx`), 'utf8');
    for (const [, driver] of text.matchAll(/<Source\s+driver="([\w-]+)"/g)) {
      if (!pages.has(driver!)) pages.set(driver!, slugs.has(driver!) ? driver! : slug);
    }
  }
  return pages;
}
