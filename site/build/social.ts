// Draws the picture of every page that names one (social/head.ts). Drawn pictures are kept in Astro's cache
// by what they were drawn from, so a build draws only what is new.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import sharp from 'sharp';
import type { Mechanism } from '../../lab/drivers/driver.ts';
import { inProject } from '../data/root.ts';
import { SIDEBAR } from '../data/sidebar.ts';
import { MECHANISMS } from '../figures/marks.ts';
import { type Card, card, lineAlone, MOST_LANES, TITLE_ROOM } from '../social/card.ts';
import { fitTitle } from '../social/fit.ts';
import { EXPLAINED, socialPath } from '../social/paths.ts';
import { type BuiltPage, builtPages, unescapeAttribute } from './pages.ts';
import { themeColours } from './theme-colours.ts';

/** Drawn at a time: sharp works in threads of its own. */
const AT_ONCE = 4;

/** A picture drawn by other code is another picture. */
const DRAWN_BY = [
  ...['social/card.ts', 'social/fit.ts', 'social/lanes.ts'],
  ...['figures/marks.ts', 'data/figure-strings.ts'],
];

/** How wide the renderer draws a line of the title. Throws Error where this system has no font at all. */
export async function measured(text: string, size: number): Promise<number> {
  const { info } = await sharp(Buffer.from(lineAlone(text, size)))
    .trim()
    .toBuffer({ resolveWithObject: true });
  // Where nothing was drawn there was nothing to trim.
  if (info.height >= 3 * size) {
    throw new Error(
      'The pictures of the pages need a font, and this system has none: sudo apt install fonts-dejavu-core',
    );
  }
  return info.width;
}

/** The mechanisms that a page is about: of the drivers that it explains, then those its figures show most. */
export function mechanismsOf(html: string): Mechanism[] {
  const explained = namesIn(meta(html, EXPLAINED).split(' '));
  const shown = new Map<Mechanism, number>();
  const marks = [...html.matchAll(/class="fig-mark m-([a-z]+)"/g)].map(([, name]) => name!);
  for (const one of namesIn(marks)) shown.set(one, (shown.get(one) ?? 0) + 1);
  const often = [...shown].sort(([, a], [, b]) => b - a).map(([mechanism]) => mechanism);
  const all = new Set([...explained, ...often]);
  all.delete('reference');
  return [...all].slice(0, MOST_LANES);
}

const namesIn = (words: readonly string[]): Mechanism[] =>
  words.flatMap(word => MECHANISMS.find(one => one === word) ?? []);

interface Wanted extends Card {
  readonly path: string;
}

function meta(html: string, property: string): string {
  const found = new RegExp(`<meta (?:property|name)="${property}" content="([^"]*)"`).exec(
    html,
  )?.[1];
  return unescapeAttribute(found ?? '');
}

function wantedOf(page: BuiltPage): Wanted[] {
  if (meta(page.html, 'og:image') === '') return [];
  const slug = page.name.replace(/\/?index\.html$|\.html$/, '');
  const part = SIDEBAR.find(({ items }) =>
    items.some(one => slug === one.slug || slug.startsWith(`${one.slug}/`)),
  );
  return [
    {
      path: socialPath(slug),
      title: meta(page.html, 'og:title'),
      part: part?.label ?? '',
      mechanisms: mechanismsOf(page.html),
    },
  ];
}

export interface Drawn {
  readonly pictures: number;
  readonly drawn: number;
}

/** All pictures of a built site, into it. `cache` keeps them for the next build. */
export async function drawSocial(folder: string, cache: string): Promise<Drawn> {
  const wanted = builtPages(folder).flatMap(wantedOf);
  const { dark } = themeColours();
  const code = DRAWN_BY.map(file => readFileSync(inProject('site', file), 'utf8'));
  let drawn = 0;
  const draw = async (one: Wanted): Promise<void> => {
    // What is drawn follows from the card, the colours and the code that draws it.
    const key = JSON.stringify([one, [...dark], code, sharp.versions]);
    const kept = join(cache, `${createHash('sha256').update(key).digest('hex')}.png`);
    if (!existsSync(kept)) {
      const fitted = await fitTitle(one.title, TITLE_ROOM, measured);
      const picture = await sharp(Buffer.from(card(one, fitted, dark)))
        .png({ compressionLevel: 9 })
        .toBuffer();
      mkdirSync(cache, { recursive: true });
      // Two builds may draw the same picture at once.
      writeFileSync(`${kept}.${process.pid}`, picture);
      renameSync(`${kept}.${process.pid}`, kept);
      drawn += 1;
    }
    const file = join(folder, one.path);
    mkdirSync(dirname(file), { recursive: true });
    copyFileSync(kept, file);
  };
  const rest = [...wanted];
  const worker = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) await draw(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { pictures: wanted.length, drawn };
}

export function socialPictures(): AstroIntegration {
  let cache = '';
  return {
    name: 'iolab-social-pictures',
    hooks: {
      'astro:config:done': ({ config }) => {
        cache = join(fileURLToPath(config.cacheDir), 'social');
      },
      'astro:build:done': async ({ dir, logger }) => {
        const { pictures, drawn } = await drawSocial(fileURLToPath(dir), cache);
        if (pictures > 0) logger.info(`${pictures} pictures of pages, ${drawn} of them drawn anew`);
      },
    },
  };
}
