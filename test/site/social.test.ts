// The pictures that stand for pages: titles fit by the width that is drawn, every mechanism has its sign,
// and each page names a picture that is there.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawSocial, measured, mechanismsOf } from '../../site/build/social.ts';
import { themeColours } from '../../site/build/theme-colours.ts';
import { MECHANISMS } from '../../site/figures/marks.ts';
import { CARD, card, TITLE_ROOM } from '../../site/social/card.ts';
import { fitTitle, LINE_HEIGHT, wrap } from '../../site/social/fit.ts';
import { socialPath } from '../../site/social/paths.ts';

process.env.IOLAB_ROOT = resolve(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'iolab-social-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const TITLES = [
  'DMA',
  'The blocking call on the main thread',
  'A driver from nothing: interrupts, messages and the line that two devices share',
  'Eine Donaudampfschifffahrtsgesellschaftskapitänsmützenhalterung',
  'i'.repeat(200),
  Array.from({ length: 60 }, (_, at) => `word${at}`).join(' '),
];

describe('a title', () => {
  it.each(TITLES)('fits as it is drawn: %s', async title => {
    const { size, lines } = await fitTitle(title, TITLE_ROOM, measured);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length * size * LINE_HEIGHT, 'above the signs').toBeLessThanOrEqual(
      TITLE_ROOM.height,
    );
    for (const line of lines) {
      expect(await measured(line, size)).toBeLessThanOrEqual(TITLE_ROOM.width);
    }
  });

  it('is as large as it can be, and loses no word unless it must', async () => {
    const [short, long] = [
      await fitTitle('DMA', TITLE_ROOM, measured),
      await fitTitle(TITLES[2]!, TITLE_ROOM, measured),
    ];
    expect(short.size).toBeGreaterThan(long.size);
    expect(long.lines.join(' ')).toBe(TITLES[2]);
  });

  it('is broken between words', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('  ', 7)).toEqual([]);
    expect(wrap('longer than', 3)).toEqual(['longer', 'than']);
  });
});

describe('the picture', () => {
  it('shows a sign of its own for every mechanism, in its colour', async () => {
    const { dark } = themeColours();
    const fitted = { size: 92, lines: ['Title'] };
    const drawn = MECHANISMS.map(mechanism => {
      const svg = card({ title: 'Title', part: 'Part', mechanisms: [mechanism] }, fitted, dark);
      expect(svg).toContain(dark.get(`--m-${mechanism}`));
      return svg;
    });
    expect(new Set(drawn).size).toBe(MECHANISMS.length);
    const { info } = await sharp(Buffer.from(drawn[0]!))
      .png()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([CARD.width, CARD.height]);
  });

  it('is about the drivers that the page explains, then about what its figures show most', () => {
    const marks = (name: string, n: number) => `<g class="fig-mark m-${name}">`.repeat(n);
    const html =
      marks('interrupt', 5) + marks('reference', 9) + marks('dma', 2) + marks('hybrid', 1);
    const explains = '<meta name="iolab:explains" content="polling"/>';
    expect(mechanismsOf(explains + html)).toEqual(['polling', 'interrupt', 'dma']);
    expect(mechanismsOf('')).toEqual([]);
  });
});

describe('drawing them all', () => {
  const folder = join(work, 'site');
  const cache = join(work, 'cache');
  const page = (title: string, image: boolean) =>
    `<meta property="og:title" content="${title}"/>${image ? '<meta property="og:image" content="x"/>' : ''}`;
  beforeAll(() => {
    mkdirSync(join(folder, 'polling'), { recursive: true });
    writeFileSync(join(folder, 'index.html'), page('Start &amp; more', true));
    writeFileSync(join(folder, 'polling/index.html'), page('Polling', true));
    writeFileSync(join(folder, '404.html'), page('Nothing', false));
  });

  it('makes one for each page that names one, of the right size, and keeps it for the next build', async () => {
    expect(await drawSocial(folder, cache)).toEqual({ pictures: 2, drawn: 2 });
    for (const slug of ['', 'polling']) {
      const file = join(folder, socialPath(slug));
      const { width, height, format } = await sharp(file).metadata();
      expect([width, height, format], slug).toEqual([CARD.width, CARD.height, 'png']);
      expect(statSync(file).size, 'small enough for a phone').toBeLessThan(120_000);
      const { channels } = await sharp(file).stats();
      expect(
        Math.max(...channels.map(one => one.max)),
        'something bright is on it',
      ).toBeGreaterThan(200);
    }
    const before = readFileSync(join(folder, socialPath('polling')));
    expect(await drawSocial(folder, cache)).toEqual({ pictures: 2, drawn: 0 });
    expect(readFileSync(join(folder, socialPath('polling')))).toEqual(before);
  });

  it('draws anew what says something else now', async () => {
    writeFileSync(join(folder, 'polling/index.html'), page('Polling again', true));
    expect(await drawSocial(folder, cache)).toEqual({ pictures: 2, drawn: 1 });
  });
});
