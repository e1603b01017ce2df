// Makes the style sheets lighter without taking anything from their reader: those of the search wait until
// somebody searches (late-search.ts fetches them), Starlight's parts that no page has are left out, and a word
// of a listing names its colours by a class, instead of carrying them, with a hash in the page's policy for
// each pair.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import postcss, { type AtRule, type Container, type Rule } from 'postcss';
import { SEARCH_STYLES } from './late-search.ts';
import { type BuiltPage, builtPages } from './pages.ts';

/** What has a block and groups no others: rules, and the likes of @font-face. */
type Block = Rule | AtRule;

const GROUPS: ReadonlySet<string> = new Set(['media', 'layer', 'supports', 'container']);

function leaveOut(from: Container, keep: (block: Block) => boolean, statements: boolean): void {
  from.each(node => {
    const block = node.type === 'rule' || (node.type === 'atrule' && node.nodes !== undefined);
    if (!block) {
      if (!statements) node.remove();
    } else if (node.type === 'atrule' && GROUPS.has(node.name)) {
      leaveOut(node, keep, statements);
      if (node.nodes?.length === 0) node.remove();
    } else if (!keep(node)) node.remove();
  });
}

/** The sheet with only those blocks; statements stay where `statements` says so. */
export function keepBlocks(
  css: string,
  keep: (block: Block) => boolean,
  statements = true,
): string {
  const sheet = postcss.parse(css);
  leaveOut(sheet, keep, statements);
  return sheet.toString();
}

/** Values of Starlight's and of the highlighter's that nothing reads, since their parts are not here. */
export function withoutValues(css: string, read: (name: string) => boolean): string {
  const sheet = postcss.parse(css);
  sheet.walkDecls(/^--(?:ec|sl)-/, one => {
    const { parent } = one;
    if (read(one.prop)) return;
    one.remove();
    if (parent?.nodes.length === 0) parent.remove();
  });
  return sheet.toString();
}

const OF_SEARCH = /^--pagefind-ui/;

/** Rules for nothing but what the search shows. */
export function isOfSearch(block: Block): boolean {
  if (block.type !== 'rule') return false;
  const { selector, nodes } = block;
  return (
    selector.includes('.pagefind-ui') ||
    selector.startsWith('#starlight__search') ||
    (selector === ':root' && nodes.every(one => one.type === 'decl' && OF_SEARCH.test(one.prop)))
  );
}

/** Classes by which Starlight names its parts and Astro the elements of a component: no script makes them up. */
const PART = /\.((?:astro-[a-z0-9]{8}|sl-|starlight-|hero)[\w-]*)/g;

/** Classes of the highlighter, and the elements by which it marks text. */
const MARKS = /\.([a-z][\w-]*)|(?<=\.ec-line )(?:mark|ins|del)\b/g;

/** Whether all its selectors ask for a part that is nowhere. */
export const isOfNothing = (
  selector: string,
  has: (name: string) => boolean,
  parts = PART,
): boolean =>
  selector
    .replace(/:(?:not|is|has)\([^()]*(?:\([^()]*\)[^()]*)*\)/g, '')
    .split(',')
    .every(one => [...one.matchAll(parts)].some(([all, name]) => !has(name ?? `<${all}`)));

const COLOURED = /<span style="--0:#(\w+);--1:#(\w+)">/g;
const WORD = `:where(span[style^='--']:not([class]))`;

/** A page whose coloured words name their colours; those go into `colours`, by their class. */
export function namedColours(html: string, colours: Map<string, string>): string {
  return html.replace(COLOURED, (_, dark: string, light: string) => {
    const name = `w-${dark}${light}`.toLowerCase();
    colours.set(name, `--0:#${dark};--1:#${light}`);
    return `<span class="${name}">`;
  });
}

/** The highlighter's sheet, with the colours by their names. */
export function withColours(css: string, colours: ReadonlyMap<string, string>): string {
  if (!css.includes(WORD)) {
    throw new Error(
      'The highlighter colours words in another way now: mend site/build/lighter-styles.ts',
    );
  }
  const named = [...colours].sort().map(([name, colour]) => `.${name}{${colour}}`);
  return css.replaceAll(WORD, `${WORD.slice(0, -1)},span[class^='w-'])`) + named.join('');
}

/** Words of classes and scripts: what may be on a page. Elements that mark text stand there with a `<`. */
function namesIn(texts: Iterable<string>, pages: readonly BuiltPage[]): Set<string> {
  const names = new Set<string>();
  const add = (text: string) => {
    for (const [word] of text.matchAll(/[\w-]+/g)) names.add(word);
  };
  for (const { html } of pages) {
    for (const [, text] of html.matchAll(/\sclass="([^"]*)"/g)) add(text!);
    for (const [tag] of html.matchAll(/<(?:mark|ins|del)\b/g)) names.add(tag);
  }
  for (const text of texts) add(text);
  return names;
}

/** All sheets, by their names, without what no page asks for; and those of the search. */
function lighterSheets(folder: string, pages: readonly BuiltPage[]) {
  const scripts = readdirSync(folder).filter(name => name.endsWith('.js'));
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const inline = pages.flatMap(({ html }) => html.match(/<script\b[\s\S]*?<\/script>/g) ?? []);
  const names = namesIn([...scripts.map(read), ...inline], pages);
  const marks = namesIn(scripts.filter(name => name.startsWith('ec.')).map(read), pages);
  let sheets = new Map<string, string>();
  let search = '';
  for (const file of readdirSync(folder).filter(name => name.endsWith('.css'))) {
    const css = read(file);
    const [known, parts] = file.startsWith('ec.') ? [marks, MARKS] : [names, PART];
    const nowhere = (block: Block) =>
      block.type === 'rule' && isOfNothing(block.selector, name => known.has(name), parts);
    search += keepBlocks(css, isOfSearch, false);
    sheets.set(
      file,
      keepBlocks(css, block => !isOfSearch(block) && !nowhere(block)),
    );
  }
  const asked = (text: string) => text.match(/(?<=var\(\s*)--[\w-]+/g) ?? [];
  const always = [...names, ...asked(search), ...pages.flatMap(({ html }) => asked(html))];
  // A value may be read by another one only.
  for (let size = 0, before = -1; size !== before; ) {
    before = size;
    const known = new Set([...always, ...[...sheets.values()].flatMap(asked)]);
    sheets = new Map(
      [...sheets].map(([file, css]) => [file, withoutValues(css, name => known.has(name))]),
    );
    size = [...sheets.values()].join('').length;
  }
  return {
    sheets,
    search,
    isNamed: (file: string) => scripts.some(name => read(name).includes(file)),
  };
}

export function lighterStyles(): AstroIntegration {
  return {
    name: 'iolab-lighter-styles',
    hooks: {
      'astro:build:done': ({ dir }) => {
        const root = fileURLToPath(dir);
        const folder = join(root, '_astro');
        const pages = builtPages(root);
        const colours = new Map<string, string>();
        const html = new Map(pages.map(page => [page, namedColours(page.html, colours)]));
        const { sheets, search, isNamed } = lighterSheets(folder, pages);
        if (search === '') {
          throw new Error('No style of the search was found: mend site/build/lighter-styles.ts');
        }
        const renamed = [...sheets].map(([file, css]) => {
          const lighter = file.startsWith('ec.') ? withColours(css, colours) : css;
          // By its new contents, or a browser would take an earlier one from its cache.
          if (isNamed(file))
            throw new Error(`A script names ${file}: mend site/build/lighter-styles.ts`);
          const sum = createHash('sha256').update(lighter).digest('hex').slice(0, 8);
          const name = file.replace(/[^.]+\.css$/, `${sum}.css`);
          rmSync(join(folder, file));
          writeFileSync(join(folder, name), lighter);
          return [`/_astro/${file}"`, `/_astro/${name}"`] as const;
        });
        writeFileSync(join(folder, SEARCH_STYLES), search);
        for (const [page, text] of html) {
          writeFileSync(
            page.file,
            renamed.reduce((sum, [from, to]) => sum.replaceAll(from, to), text),
          );
        }
      },
    },
  };
}
