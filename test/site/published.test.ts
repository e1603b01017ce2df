// The course as it is published: built from the committed records, every figure is drawn and every number
// is there, but for what is named here. A record that backs one of these takes its name off the list.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { unzipSync } from 'fflate';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedFolder } from '../../lab/records/published.ts';
import { OFFLINE_PATH, relativeLinks } from '../../site/build/offline.ts';
import { SEARCH_RANKING } from '../../site/data/search-words.ts';
import { fakeRun } from '../helpers/records.ts';
import { bytesOf, sentBy, shiftOf } from './budget.ts';
import { buildSite } from './build-site.ts';
import { QUESTIONS } from './questions.ts';
import { CHROMIUM_ARGUMENTS, chromiumPath, serve } from './serve.ts';

/** Figures that no committed record backs yet, by page. */
const NOT_YET: Readonly<Record<string, readonly string[]>> = {};

const folder = mkdtempSync(join(tmpdir(), 'iolab-published-'));
/** Where it is published, as whoever builds it says: pictures of pages are named by whole addresses. */
const ADDRESS = 'https://course.invalid';
beforeAll(() => buildSite(folder, publishedFolder(), '/', { IOLAB_SITE: ADDRESS }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pages = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('index.html'))
    .map(name => ({
      page: name.replace(/\/?index\.html$/, ''),
      html: readFileSync(join(folder, name), 'utf8'),
    }));

const figures = (html: string) =>
  [...html.matchAll(/<figure\b[^>]*>/g)].flatMap(([tag]) => {
    const [, id] = /\bid="([^"]+)"/.exec(tag) ?? [];
    const [, measured] = /\bdata-measured="(\w+)"/.exec(tag) ?? [];
    return id === undefined || measured === undefined ? [] : [{ id, measured }];
  });

describe('the published course', () => {
  it('draws every figure from a record, but for those that are named here', () => {
    const absent = Object.fromEntries(
      pages().flatMap(({ page, html }) => {
        const ids = figures(html).flatMap(({ id, measured }) => (measured === 'false' ? [id] : []));
        return ids.length > 0 ? [[page, ids]] : [];
      }),
    );
    expect(absent, 'measure it, or name it in NOT_YET; take off what is measured now').toEqual(
      NOT_YET,
    );
    const drawn = pages().flatMap(({ html }) => figures(html));
    expect(drawn.length, 'there are figures to look at').toBeGreaterThan(100);
  });
});

describe('links to the course', () => {
  const metaOf = (html: string, name: string) =>
    new RegExp(`<meta (?:property|name)="${name}" content="([^"]*)"`).exec(html)?.[1];

  it('show a picture of the page, which is there and as large as it says', () => {
    const all = [
      ...pages(),
      { page: '404', html: readFileSync(join(folder, '404.html'), 'utf8') },
    ].map(({ page, html }) => ({ page, html, image: metaOf(html, 'og:image') ?? '' }));
    expect(all.length).toBeGreaterThan(80);
    expect(new Set(all.map(({ image }) => image)).size, 'each has its own').toBe(all.length);
    for (const { page, html, image } of all) {
      expect(image, page).toBe(`${ADDRESS}/social/${page === '' ? 'index' : page}.png`);
      expect(metaOf(html, 'twitter:image'), page).toBe(image);
      expect(metaOf(html, 'twitter:card'), page).toBe('summary_large_image');
      expect(metaOf(html, 'og:image:alt'), page).toMatch(/\S, a page of iolab/);
      const png = readFileSync(join(folder, new URL(image).pathname));
      expect(png.subarray(1, 4).toString(), page).toBe('PNG');
      // Width and height stand in the first chunk (PNG specification, section 11.2.2).
      const size = [png.readUInt32BE(16), png.readUInt32BE(20)];
      expect(size, page).toEqual(
        ['og:image:width', 'og:image:height'].map(name => Number(metaOf(html, name))),
      );
    }
  });

  it('can lead to each figure: every one has an address and says it', () => {
    let seen = 0;
    for (const { page, html } of pages()) {
      for (const [tag] of html.matchAll(
        /<(?:figure|lab-channel)\b[^>]*\bclass="[^"]*\blab-[^>]*>/g,
      )) {
        const id = /\sid="([^"]+)"/.exec(tag)?.[1];
        expect(html.includes(`<a class="deep-link" href="#${id}"`), `${page} ${tag}`).toBe(true);
        seen += 1;
      }
    }
    expect(seen).toBeGreaterThan(150);
  });
});

describe('the copy to take along', () => {
  it('leads from each page to the others without a server’s root', () => {
    const html =
      '<a href="/lab/polling/#why">a</a> <img src="/lab/x.svg"> <a href="https://a.b/lab/">b</a>';
    expect(relativeLinks(html, 'epoll/index.html', '/lab')).toBe(
      '<a href="../polling/index.html#why">a</a> <img src="../x.svg"> <a href="https://a.b/lab/">b</a>',
    );
    expect(relativeLinks('<a href="/">up</a>', 'index.html', '/')).toBe(
      '<a href="index.html">up</a>',
    );
  });
});

const path = chromiumPath();
if (path === undefined)
  console.log('test/site/published.test.ts: no Chromium, see browser.test.ts');

/** Compressed, as a web host sends them (issue of the course site: first visit, and scripts alone). */
const FIRST_VISIT_BYTES = 60_000;
const SCRIPT_BYTES = 27_000;
/** Weighed and watched: the start, a concept with many figures, a device, the page with the simulator. */
const WEIGHED = ['', 'completion-queues/', 'serial-board/', 'board-firmware/', 'which/'];
const HITS = 3;

describe.skipIf(path === undefined)('the published course in Chromium', () => {
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    site = await serve(folder, '/');
    browser = await chromium.launch({ executablePath: path!, args: CHROMIUM_ARGUMENTS });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('answers what readers type, in the first three hits', async () => {
    const page = await browser.newPage();
    await page.goto(`${site.origin}/`);
    // As text: the runner would rewrite an import() of a function's.
    const found = (await page.evaluate(`(async () => {
      const { options, search } = await import('/pagefind/pagefind.js');
      await options({ ranking: ${JSON.stringify(SEARCH_RANKING)} });
      const answers = [];
      for (const question of ${JSON.stringify(QUESTIONS.map(([question]) => question))}) {
        const { results } = await search(question);
        const first = await Promise.all(results.slice(0, ${HITS}).map(one => one.data()));
        answers.push([question, first.map(({ url }) => url)]);
      }
      return answers;
    })()`)) as [question: string, urls: string[]][];
    const missed = found.flatMap(([question, urls], at) =>
      urls.some(url => url.includes(`/${QUESTIONS[at]![1]}/`))
        ? []
        : [`${question}: wanted ${QUESTIONS[at]![1]}, found ${urls.join(' ')}`],
    );
    expect(missed, 'give the page the reader’s words, or mend the question').toEqual([]);
    expect(QUESTIONS.length).toBeGreaterThanOrEqual(40);
    await page.close();
  }, 60_000);

  it.each(WEIGHED)('sends little: /%s', async name => {
    const sent = await sentBy(browser, `${site.origin}/${name}`);
    const told = sent.map(one => `${one.path} ${one.compressed_bytes}`).join('\n');
    expect(bytesOf(sent, 'script'), told).toBeLessThanOrEqual(SCRIPT_BYTES);
    const most = name === '' ? FIRST_VISIT_BYTES : Number.POSITIVE_INFINITY;
    expect(bytesOf(sent), told).toBeLessThanOrEqual(most);
  });

  it.each(WEIGHED)('moves nothing that was seen already: /%s', async name => {
    expect(await shiftOf(browser, `${site.origin}/${name}`)).toBeLessThan(0.01);
  });

  it('can be unpacked and read as files: text, figures and links', async () => {
    const copy = join(folder, '..', `${folder.split('/').at(-1)}-copy`);
    for (const [name, bytes] of Object.entries(
      unzipSync(readFileSync(join(folder, OFFLINE_PATH))),
    )) {
      mkdirSync(dirname(join(copy, name)), { recursive: true });
      writeFileSync(join(copy, name), bytes);
    }
    try {
      const page = await browser.newPage();
      await page.goto(pathToFileURL(join(copy, 'iolab-course/index.html')).href);
      expect(await page.locator('.lab-figure svg').first().isVisible()).toBe(true);
      const font = await page.evaluate(() => getComputedStyle(document.body).fontFamily);
      expect(font, 'the style sheet is there').toContain('sans-serif');
      await page.locator('main .ways a').first().click();
      await page.waitForURL(/polling\/index\.html$/);
      expect(await page.locator('h1').first().innerText()).toBe('Polling');
      const rooted = await page.locator('a[href^="/"]').count();
      expect(rooted, 'links that need a server').toBe(0);
      await page.close();
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }, 60_000);

  it('answers for a reader’s own program and files, on a phone, and sends nothing', async () => {
    const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on('pageerror', error => wrong.push(error.message));
    page.on('console', message => message.type() === 'error' && wrong.push(message.text()));
    page.on('request', request => request.method() !== 'GET' && wrong.push(request.url()));
    await page.goto(`${site.origin}/which/`);
    const form = page.locator('lab-decide');
    await form.locator('[data-part="open"]').click();
    const answer = form.locator('[data-part="answer"]');
    await answer.locator('p').first().waitFor();
    const before = await answer.innerText();
    await form.locator('[data-choice="spare"][value="yes"]').check();
    expect(await answer.innerText(), 'a free processor changes the answer').not.toBe(before);
    await form.locator('[data-choice="task"][value="read"]').check();
    expect(await answer.innerText()).toContain('reads a second');
    const buffer = Buffer.from(JSON.stringify(fakeRun()));
    const files = form.locator('[data-part="files"]');
    await form.locator('[data-choice="task"][value="wait"]').check();
    await files.setInputFiles([
      { name: 'mine.json', mimeType: 'application/json', buffer },
      { name: 'torn.json', mimeType: 'application/json', buffer: buffer.subarray(0, 99) },
    ]);
    await answer.getByText('Decided on your files').waitFor();
    expect(await form.locator('[data-part="refused"]').innerText()).toBe(
      'torn.json: it is not JSON',
    );
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('says of a machine only what was measured there', () => {
    const html = readFileSync(join(folder, 'which/index.html'), 'utf8');
    expect(html.match(/Not measured yet: /g) ?? [], 'a machine without an answer').toEqual([]);
  });
});
