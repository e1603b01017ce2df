// The course as it is published: built from the committed records, every figure is drawn and every number
// is there, but for what is named here. A record that backs one of these takes its name off the list.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { publishedFolder } from '../../lab/records/published.ts';
import { relativeLinks } from '../../site/build/offline.ts';
import { unescapeAttribute } from '../../site/build/pages.ts';
import { GLOSSARY } from '../../site/data/glossary.ts';
import { SEARCH_RANKING } from '../../site/data/search-words.ts';
import { SIDEBAR } from '../../site/data/sidebar.ts';
import { fakeRun } from '../helpers/records.ts';
import { bytesOf, filesOf, scriptBytesOf, sentBy, shiftOf, visitBytesOf } from './budget.ts';
import { ADDRESS, publishedSite, SOURCES } from './build-site.ts';
import { pagesOf } from './every-page.ts';
import { publishedCourse } from './published-course.ts';
import { QUESTIONS } from './questions.ts';
import { chromiumPath } from './serve.ts';

/** Figures that no committed record backs yet, by page. */
const NOT_YET: Readonly<Record<string, readonly string[]>> = {};

let folder: string;
beforeAll(async () => {
  folder = await publishedSite();
});

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

  it('has a record behind every number in a sentence', () => {
    const absent = pages().flatMap(({ page, html }) =>
      [...html.matchAll(/<span class="num num-absent" title="([^"]*)"/g)].map(
        ([, about]) => `${page}: ${about}`,
      ),
    );
    expect(absent, 'measure it; a sentence can say without a number what nobody measured').toEqual(
      [],
    );
    const numbers = pages().flatMap(({ html }) => html.match(/class="num\b/g) ?? []);
    expect(numbers.length, 'there are numbers to look at').toBeGreaterThan(100);
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

describe('each page of the course', () => {
  const slugs = SIDEBAR.flatMap(({ items }) => items.map(({ slug }) => slug));
  const htmlOf = (slug: string) => readFileSync(join(folder, slug, 'index.html'), 'utf8');

  it('leads to the next and back, through the whole course', () => {
    const way = (html: string, rel: string) =>
      new RegExp(`<a href="/([^"]*?)/?" rel="${rel}"`).exec(html)?.[1];
    expect(slugs.length).toBeGreaterThan(60);
    for (const [at, slug] of slugs.entries()) {
      expect([way(htmlOf(slug), 'prev'), way(htmlOf(slug), 'next')], slug).toEqual([
        slugs[at - 1],
        slugs[at + 1],
      ]);
    }
  });

  it('says how long it takes to read, when it was changed, and where it can be mended', () => {
    const root = resolve(import.meta.dirname, '../..');
    for (const slug of slugs) {
      const html = htmlOf(slug);
      expect(html, slug).toMatch(/\d+ minutes? to read/);
      const file = html.split(`href="${SOURCES}/edit/main/`)[1]?.split('"')[0] ?? 'none';
      expect(existsSync(join(root, file)) && file, slug).toMatch(/^site\/content\/docs\/.+\.mdx$/);
      // A copy of the sources without their history does not know.
      if (existsSync(join(root, '.git'))) expect(html, slug).toMatch(/<time datetime="20/);
      expect(html, slug).toContain('type="application/atom+xml"');
    }
  });
});

describe('each machine', () => {
  it('has a page with its audit, what the lab costs there, and every record that it published', () => {
    const documents = readdirSync(publishedFolder(), { recursive: true, encoding: 'utf8' })
      .map(name => name.replaceAll('\\', '/'))
      .filter(name => /^[^/]+\/[^/]+\/.+\.json$/.test(name));
    const machines = new Map(documents.map(name => [name.split('/')[0]!, '']));
    for (const name of machines.keys()) {
      const html = readFileSync(join(folder, 'machines', name, 'index.html'), 'utf8');
      for (const id of ['floor', 'host', 'records']) expect(html, name).toContain(`id="${id}"`);
      machines.set(name, html);
    }
    const lost = documents.filter(
      name => !machines.get(name.split('/')[0]!)?.includes(`href="/records/${name}"`),
    );
    expect(lost, 'records that no link leads to').toEqual([]);
    expect(documents.length).toBeGreaterThan(500);
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
    const data = (a: string, b: string) =>
      `<x-y data-z="{&#34;a&#34;:&#34;${a}&#34;,&#34;b&#34;:&#34;${b}&#34;}">`;
    expect(
      relativeLinks(
        data('/lab/x.json', '/lab/y'),
        'a/index.html',
        '/lab',
        file => file === 'x.json',
      ),
    ).toBe(data('../x.json', '/lab/y'));
  });
});

const path = chromiumPath();
if (path === undefined)
  console.log('test/site/published.test.ts: no Chromium, see browser.test.ts');

/** Compressed, as a web host sends them: a first visit, and scripts alone. */
const FIRST_VISIT_BYTES = 60_000;
const SCRIPT_BYTES = 27_000;
/** Weighed and watched: the start, a concept with many figures, a device, the page with the simulator. */
const WEIGHED = ['', 'completion-queues/', 'serial-board/', 'board-firmware/', 'which/'];
const HITS = 3;

describe.skipIf(path === undefined)('the published course in Chromium', () => {
  const course = publishedCourse();

  /** What the search finds first, for each of these. */
  async function hitsOf(questions: readonly string[]): Promise<string[][]> {
    const page = await course.browser.newPage();
    await page.goto(`${course.origin}/`);
    // As text: the runner would rewrite an import() of a function's.
    const found = (await page.evaluate(`(async () => {
      const { options, search } = await import('/pagefind/pagefind.js');
      await options({ ranking: ${JSON.stringify(SEARCH_RANKING)} });
      const answers = [];
      for (const question of ${JSON.stringify(questions)}) {
        const { results } = await search(question);
        const first = await Promise.all(results.slice(0, ${HITS}).map(one => one.data()));
        answers.push(first.map(({ url }) => url));
      }
      return answers;
    })()`)) as string[][];
    await page.close();
    return found;
  }

  /** Those whose page is not among the first hits. */
  async function missed(wanted: readonly (readonly [string, string])[]): Promise<string[]> {
    const found = await hitsOf(wanted.map(([question]) => question));
    return wanted.flatMap(([question, page], at) =>
      found[at]!.some(url => url.includes(`/${page}/`))
        ? []
        : [`${question}: wanted ${page}, found ${found[at]!.join(' ')}`],
    );
  }

  it('answers what readers type, in the first three hits', async () => {
    const wrong = await missed(QUESTIONS);
    expect(wrong, 'give the page the reader’s words, or mend the question').toEqual([]);
    expect(QUESTIONS.length).toBeGreaterThanOrEqual(40);
  }, 60_000);

  it('finds every concept in the first three hits: each word of the glossary, each page’s title', async () => {
    const words = GLOSSARY.flatMap(({ term, also = [], page }) =>
      [term, ...also].map(word => [word, page.split('#')[0]!] as const),
    );
    const titles = SIDEBAR.flatMap(({ items }) => items).map(({ slug }) => {
      const html = readFileSync(join(folder, slug, 'index.html'), 'utf8');
      const title = /<h1\b[^>]*>([^<]+)<\/h1>/.exec(html)?.[1] ?? '';
      expect(title, slug).not.toBe('');
      return [unescapeAttribute(title), slug] as const;
    });
    expect(await missed([...words, ...titles])).toEqual([]);
    expect(words.length + titles.length).toBeGreaterThan(150);
  }, 120_000);

  it.each(WEIGHED)('sends little: /%s', async name => {
    const sent = await sentBy(course.browser, `${course.origin}/${name}`);
    const told = sent.map(one => `${one.path} ${one.compressed_bytes}`).join('\n');
    expect(bytesOf(sent, 'script'), told).toBeLessThanOrEqual(SCRIPT_BYTES);
    // What is weighed on every page below is all that a browser asks for.
    const known = new Set(filesOf(folder, name, '/').map(file => `/${file}`));
    const others = sent.filter(({ path, kind }) => kind !== 'page' && !known.has(path));
    expect(others, 'count it in budget.ts').toEqual([]);
    expect(bytesOf(sent), told).toBeLessThanOrEqual(visitBytesOf(folder, name, '/'));
  });

  it('sends little on the first visit to any page', () => {
    const weights = pagesOf(folder).map(name => [name, visitBytesOf(folder, name, '/')] as const);
    const over = weights.filter(([, bytes]) => bytes > FIRST_VISIT_BYTES || bytes < 10_000);
    expect(over, 'too much, or not everything counted').toEqual([]);
  });

  it('runs little script on any page', () => {
    const heavy = pagesOf(folder)
      .map(name => [name, scriptBytesOf(folder, name, '/')] as const)
      .filter(([, bytes]) => bytes > SCRIPT_BYTES || bytes < 500);
    expect(heavy, 'too much, or nothing counted').toEqual([]);
  });

  it.each(WEIGHED)('moves nothing that was seen already: /%s', async name => {
    expect(await shiftOf(course.browser, `${course.origin}/${name}`)).toBeLessThan(0.01);
  });

  it('answers for a reader’s own program and files, on a phone, and sends nothing', async () => {
    const context = await course.browser.newContext({ viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on('pageerror', error => wrong.push(error.message));
    page.on('console', message => message.type() === 'error' && wrong.push(message.text()));
    page.on('request', request => request.method() !== 'GET' && wrong.push(request.url()));
    await page.goto(`${course.origin}/which/`);
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
    const machines = html.split(/<section\b/).filter(one => /^[^>]*\bdecide\b/.test(one));
    expect(machines.length, 'no machine answers').toBeGreaterThan(0);
    for (const machine of machines) {
      const asked = machine.match(/<dt\b/g)?.length ?? 0;
      const open = machine.match(/No answer yet: /g)?.length ?? 0;
      expect(asked - open, 'leave a machine out that answers nothing').toBeGreaterThan(0);
    }
  });
});
