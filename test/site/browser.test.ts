// The built site in a real browser, built twice: from made-up records under a base path, and from no records
// at all. What is demanded of every page of the course itself stands in published.test.ts and
// every-page.test.ts.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fidelity, unfaithful } from '../../lab/boards/core/fidelity.ts';
import { exercisesOf, EXERCISES as OF_THE_COURSE } from '../../site/data/exercises.ts';
import { axeFinds } from './axe.ts';
import { buildSite } from './build-site.ts';
import { decideForm } from './decide-form.ts';
import { complaintsOf, everyPage, openAll, pagesOf } from './every-page.ts';
import { writePublished } from './fixtures.ts';
import { fadesOf, spokenOf } from './seen-and-spoken.ts';
import { CHROMIUM_ARGUMENTS, chromiumPath, serve } from './serve.ts';
import { unpack } from './unpack.ts';

const root = resolve(import.meta.dirname, '../..');
const BASE = '/iolab';
const work = mkdtempSync(join(tmpdir(), 'iolab-site-'));
const full = join(work, 'full');
const bare = join(work, 'bare');

/** Made up, so that those of the course may change. */
const EXERCISES = {
  polling: [
    { title: 'Poll less often', href: '/hybrid/', minutes: 20 },
    { title: 'Poll something else', href: 'https://example.org/exercise' },
  ],
};

/** What these show where nothing was measured is to be seen on no page of the course. */
const WITHOUT_RECORDS = ['', 'availability/', 'machines/', 'polling/', 'results/', 'which/'];

beforeAll(async () => {
  const published = join(work, 'published');
  writePublished(published);
  const exercises = join(work, 'exercises.json');
  writeFileSync(exercises, JSON.stringify(EXERCISES));
  await buildSite(full, published, BASE, { IOLAB_EXERCISES: exercises });
  await buildSite(bare, join(work, 'nothing'), '/');
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe('the build', () => {
  it('has the pages of the course, and a page for addresses that lead nowhere', () => {
    expect(pagesOf(full)).toEqual(
      expect.arrayContaining([
        '',
        'board-firmware/',
        'channel-io/',
        'completion-queues/',
        'dma/',
        'evidence/',
        'how-we-measure/',
        'hybrid/',
        'interrupts/',
        'machines/',
        'one-call/',
        'polling-machines/',
        'polling/',
        'serial-board/',
        'set-up/',
        'spooling/',
        'stack-price/',
        'whose-interrupt/',
        'why-io-waits/',
      ]),
    );
    expect(existsSync(join(full, '404.html'))).toBe(true);
  });

  it('copies each raw record byte for byte', () => {
    const path = 'fake-bench/fake-run/run.json';
    expect(readFileSync(join(full, 'records', path), 'utf8')).toBe(
      readFileSync(join(work, 'published', path), 'utf8'),
    );
  });

  it('draws from records where there are some, and says so where there are none', () => {
    /** Of these the made-up records have none: they are drawn from the virtual machine's. */
    const IN_VM = /^(?:interrupts-wire|dma-pci|hybrid-burst|whose-line|serial-bridge)/;
    const figures = (folder: string, page: string) =>
      [...readFileSync(join(folder, page, 'index.html'), 'utf8').matchAll(/<figure\b[^>]*>/g)]
        .map(([tag]) => [/\bid="([^"]+)"/.exec(tag)?.[1], /data-measured="(\w+)"/.exec(tag)?.[1]])
        .filter(([id, measured]) => measured !== undefined && !IN_VM.test(id ?? ''))
        .map(([, measured]) => measured);
    for (const page of [
      '',
      'polling',
      'interrupts',
      'completion-queues',
      'how-we-measure',
      'board-firmware',
      'serial-board',
      'stack-price',
      'polling-machines',
      'hybrid',
      'why-io-waits',
      'dma',
      'whose-interrupt',
      'channel-io',
      'spooling',
    ]) {
      const drawn = figures(full, page);
      expect(drawn.length, page).toBeGreaterThan(0);
      expect(new Set(drawn), page).toEqual(new Set(['true']));
      expect(figures(bare, page), page).toEqual(drawn.map(() => 'false'));
    }
    const page = readFileSync(join(bare, 'polling/index.html'), 'utf8');
    expect(page.includes('Not measured yet')).toBe(true);
    // Words of a command have colours of their own.
    const said = page.replaceAll(/<[^>]+>/g, '');
    expect(said.includes('npx iolab run wakeup --device fifo')).toBe(true);
  });

  it('shows a page’s exercises where it has some, and nothing of them where it has none', () => {
    const ofPage = (folder: string, page: string) =>
      /<aside class="exercises[\s\S]*?<\/aside>/.exec(
        readFileSync(join(folder, page, 'index.html'), 'utf8'),
      )?.[0];
    const shown = ofPage(full, 'polling') ?? '';
    expect([...shown.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
      `${BASE}/hybrid/`,
      'https://example.org/exercise',
    ]);
    expect(shown.replace(/<[^>]+>/g, ' ')).toMatch(
      /Exercises\s+Poll less often\s*, about 20 minutes/,
    );
    const courses = (folder: string) => pagesOf(folder).filter(name => name !== '404.html');
    for (const page of courses(full).filter(name => name !== 'polling/')) {
      expect(ofPage(full, page), page).toBeUndefined();
    }
    for (const page of courses(bare)) {
      const has = exercisesOf(page.replace(/\/$/, ''), OF_THE_COURSE).length > 0;
      expect(ofPage(bare, page) !== undefined, page).toBe(has);
    }
  });

  it('shows each driver’s file whole', () => {
    const lines = readFileSync(join(root, 'lab/drivers/busy-poll.ts'), 'utf8').split('\n');
    const shown = readFileSync(join(full, 'polling/index.html'), 'utf8').replace(/<[^>]+>/g, '');
    const word = /class (\w+)/.exec(lines.find(line => line.startsWith('class ')) ?? '')?.[1];
    expect(word, 'the driver has a class to look for').toBeDefined();
    expect(shown.includes(word!)).toBe(true);
  });

  it('marks what no record backs yet, on every page', () => {
    let marks = 0;
    for (const name of pagesOf(bare)) {
      const page = readFileSync(join(bare, name.replace(/(?:^|\/)$/, '/index.html')), 'utf8');
      const backed = [...page.matchAll(/data-backed="(\w+)"/g)].map(([, known]) => known);
      expect(new Set(backed), name).toEqual(new Set(backed.length > 0 ? ['false'] : []));
      expect(page.split('class="tag tag-absent"').length - 1, name).toBe(backed.length);
      marks += backed.length;
    }
    expect(marks, 'no page uses <Backed>: this test looks at nothing').toBeGreaterThan(2);
  });

  it('shows the firmware’s files and the list of corrections, both from the source', () => {
    const page = readFileSync(join(full, 'board-firmware/index.html'), 'utf8');
    const text = page.replace(/<[^>]+>/g, '');
    const dma = readFileSync(join(full, 'dma/index.html'), 'utf8').replace(/<[^>]+>/g, '');
    for (const [path, shown] of [
      ['firmware/avr/uart_polled.c', text],
      ['firmware/rp2040/uart_dma.c', dma],
    ] as const) {
      const source = readFileSync(join(root, path), 'utf8');
      const name = /static bool (\w+)\(/.exec(source)?.[1];
      expect(shown.includes(path) && shown.includes(`static bool ${name}(`), path).toBe(true);
    }
    for (const item of [...fidelity, ...unfaithful.map(text => ({ name: text }))]) {
      expect(text.includes(item.name.slice(0, 40)), item.name).toBe(true);
    }
  });

  it('names no host of this machine and loads no file of another', () => {
    for (const page of pagesOf(full)) {
      const html = readFileSync(join(full, page.replace(/(?:^|\/)$/, '/index.html')), 'utf8');
      const wrong = [
        html.includes(root) && 'names a folder of this machine',
        /<(?:script|img|iframe|source)\b[^>]*\ssrc="(?:https?:)?\/\//.test(html) &&
          'loads from elsewhere',
        /<link\b[^>]*rel="stylesheet"[^>]*href="(?:https?:)?\/\//.test(html) &&
          'has a foreign style sheet',
        !html.includes('http-equiv="content-security-policy"') && 'has no content policy',
        /<svg class="fig"[\s\S]*?\bNaN\b[\s\S]*?<\/svg>/.test(html) &&
          'draws a number that is none',
      ];
      expect(wrong.filter(Boolean), page).toEqual([]);
    }
  });
});

const path = chromiumPath();
if (path === undefined) {
  if (process.env.IOLAB_REQUIRE?.includes('chromium')) {
    it('has Chromium', () => {
      expect.fail(
        'IOLAB_REQUIRE asks for Chromium: sudo apt install chromium, or CHROMIUM=/path/to/it',
      );
    });
  } else {
    console.log(
      'test/site/browser.test.ts: no Chromium, pages not opened. Get it: sudo apt install chromium, or set CHROMIUM=/path/to/it',
    );
  }
}

/** Types into the search until its first hits are there; the wanted page must be one of them. */
async function search(page: Page, words: string, wanted: string): Promise<void> {
  await page.locator('site-search button[data-open-modal]').click();
  const input = page.locator('site-search dialog input').first();
  const hit = page.locator(`site-search dialog a[href*="${wanted}"]`).first();
  // On a busy machine the index may still be loading when the first key is pressed.
  for (let attempt = 0; attempt < 5 && !(await hit.isVisible()); attempt++) {
    await input.fill('');
    await input.fill(words);
    await hit.waitFor({ timeout: 4_000 }).catch(() => undefined);
  }
  expect(await hit.getAttribute('href')).toContain(wanted);
}

describe.skipIf(path === undefined)('in Chromium', () => {
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;

  beforeAll(async () => {
    site = await serve(full, BASE);
    browser = await chromium.launch({ executablePath: path!, args: CHROMIUM_ARGUMENTS });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('loads every page under its base path, and nothing from elsewhere', async () => {
    const pages = pagesOf(full);
    await everyPage({ browser, origin: site.origin, base: `${BASE}/`, pages }, async () => {});
  }, 120_000);

  it.each(['light', 'dark'] as const)(
    'axe finds nothing in the %s theme where nothing was measured',
    async colorScheme => {
      const empty = await serve(bare, '/');
      const visits = { browser, origin: empty.origin, base: '/', pages: WITHOUT_RECORDS };
      await everyPage({ ...visits, options: { colorScheme } }, async (page, name) => {
        await openAll(page);
        const found = await axeFinds(page, { without: '.expressive-code pre > code' });
        expect(found, name).toEqual([]);
      });
      await empty.close();
    },
    120_000,
  );

  it('is the same from the copy to take along, put under any other path of any server', async () => {
    const copy = unpack(full, join(work, 'copy'));
    const elsewhere = await serve(copy, '/some/where');
    const visits = { browser, origin: elsewhere.origin, base: '/some/where/' };
    await everyPage({ ...visits, pages: pagesOf(full) }, async page => {
      const lost = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLAnchorElement>('a[href]')]
          .map(({ href }) => href)
          .filter(href => href.startsWith(`${location.origin}/`))
          .filter(href => !href.startsWith(`${location.origin}/some/where/`)),
      );
      expect(lost, page.url()).toEqual([]);
    });
    const page = await browser.newPage();
    const complaints = complaintsOf(page, elsewhere.origin);
    await page.goto(`${elsewhere.origin}/some/where/interrupts/index.html`);
    await search(page, 'coordinated omission', '/some/where/how-we-measure/');
    await page.goto(`${elsewhere.origin}/some/where/which/`);
    await page.locator('lab-decide [data-part="open"]').click();
    await page.locator('lab-decide [data-part="answer"] a').first().waitFor();
    await page.goto(`${elsewhere.origin}/some/where/board-firmware/`);
    await page.locator('lab-simulator [data-part="open"]').click();
    await page.locator('lab-simulator [data-part="start"]').click();
    const told = page.locator('lab-simulator [data-part="status"]');
    await expect.poll(() => told.innerText(), { timeout: 30_000 }).toMatch(/^Finished: /);
    expect(complaints).toEqual([]);
    await page.close();
    await elsewhere.close();
  }, 180_000);

  describe('the form that decides', () => {
    decideForm(() => ({ browser, origin: site.origin, address: `${site.origin}${BASE}/which/` }));
  });

  it('has the theme that was chosen before anything is drawn', async () => {
    for (const [chosen, colorScheme] of [
      ['dark', 'light'],
      ['light', 'dark'],
    ] as const) {
      const context = await browser.newContext({ colorScheme });
      const page = await context.newPage();
      await page.addInitScript(theme => {
        localStorage.setItem('starlight-theme', theme);
        new MutationObserver((_, observer) => {
          if (document.body === null) return;
          document.documentElement.dataset.first = document.documentElement.dataset.theme;
          observer.disconnect();
        }).observe(document, { childList: true, subtree: true });
      }, chosen);
      await page.goto(`${site.origin}${BASE}/polling/`);
      expect(await page.getAttribute('html', 'data-first')).toBe(chosen);
      await context.close();
    }
  });

  it('shows one drawing per figure, as wide as there is room', async () => {
    for (const [width, shown, hidden] of [
      [1280, '.fig-wide', '.fig-narrow'],
      [360, '.fig-narrow', '.fig-wide'],
    ] as const) {
      const context = await browser.newContext({ viewport: { width, height: 800 } });
      const page = await context.newPage();
      await page.goto(`${site.origin}${BASE}/`);
      expect(await page.locator(`.lab-figure ${shown} svg`).first().isVisible()).toBe(true);
      expect(await page.locator(`.lab-figure ${hidden} svg`).first().isVisible()).toBe(false);
      await context.close();
    }
  });

  it('fades a table where there is more of it, and nowhere else', async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 800 } });
    const page = await context.newPage();
    await page.goto(`${site.origin}${BASE}/polling/`);
    await openAll(page);
    const { faults, wide, fitting } = await fadesOf(page);
    expect(faults).toEqual([]);
    expect(wide).toBeGreaterThan(0);
    expect(wide + fitting).toBeGreaterThan(wide);
    await context.close();
  });

  it('tells a screen reader what every drawing shows, and names every control', async () => {
    const page = await browser.newPage();
    await page.goto(`${site.origin}${BASE}/polling/`);
    await openAll(page);
    const { faults, pictures } = await spokenOf(page);
    expect(faults).toEqual([]);
    expect(pictures).toBeGreaterThan(1);
    await page.close();
  });

  it('shows the measurement and the code without JavaScript', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const page = await plain.newPage();
    await page.goto(`${site.origin}${BASE}/polling/`);
    const figure = page.locator('#polling-fifo .fig-wide svg');
    expect(await figure.isVisible()).toBe(false);
    await page.locator('.lab-guess summary').first().click();
    expect(await figure.isVisible()).toBe(true);
    // A listing is laid out when it comes near.
    const listing = page.locator('main pre').first();
    await listing.scrollIntoViewIfNeeded();
    await expect.poll(() => listing.innerText()).toContain('import');
    await plain.close();
  }, 60_000);

  it('prints dark on white from the dark theme, folds open, without what only a screen can use', async () => {
    const context = await browser.newContext({ colorScheme: 'dark' });
    const page = await context.newPage();
    await page.goto(`${site.origin}${BASE}/polling/`);
    await page.emulateMedia({ media: 'print' });
    const seen = await page.evaluate(() => {
      const sum = (selector: string, name: 'color' | 'backgroundColor' | 'fill') =>
        (getComputedStyle(document.querySelector(selector)!)[name].match(/[\d.]+/g) ?? [])
          .slice(0, 3)
          .reduce((all, part) => all + Number(part), 0);
      return {
        text: sum('main p', 'color'),
        label: sum('.fig-wide svg text', 'fill'),
        code: sum('.expressive-code pre span', 'color'),
        ground: sum('.fig-frame', 'backgroundColor'),
        table: document.querySelector('.lab-figure details table')!.getBoundingClientRect().height,
        links: getComputedStyle(document.querySelector('.deep-link')!).display,
        theme: document.documentElement.dataset.theme,
      };
    });
    expect(seen.theme).toBe('dark');
    // Of 765 at most: red, green and blue together.
    for (const part of ['text', 'label', 'code'] as const)
      expect(seen[part], part).toBeLessThan(330);
    expect(seen.ground).toBeGreaterThan(730);
    expect(seen.table, 'the folded table is shown').toBeGreaterThan(40);
    expect(seen.links).toBe('none');
    await context.close();
  });

  it('keeps nothing in one piece in print that would leave most of a sheet empty before it', async () => {
    // A4 within the margins that Chromium gives it.
    const context = await browser.newContext({ viewport: { width: 718, height: 1047 } });
    const page = await context.newPage();
    for (const where of ['polling', 'channel-io']) {
      await page.goto(`${site.origin}${BASE}/${where}/`);
      await page.emulateMedia({ media: 'print' });
      const kept = await page.evaluate(() =>
        [...document.querySelectorAll('main *')]
          .filter(one => getComputedStyle(one).breakInside === 'avoid')
          .map(one => ({
            what: `${one.tagName} ${one.id} ${one.getAttribute('class') ?? ''}`,
            height: one.getBoundingClientRect().height,
          })),
      );
      expect(kept.length, 'drawings are kept whole').toBeGreaterThan(3);
      expect(kept.filter(({ height }) => height > (1047 * 2) / 3)).toEqual([]);
    }
    await context.close();
  }, 60_000);

  it('leads to a figure by its address, and opens the fold that it lies in', async () => {
    const page = await browser.newPage();
    await page.goto(`${site.origin}${BASE}/polling/#polling-fifo`);
    const figure = page.locator('#polling-fifo');
    await figure.locator('.fig-wide svg').waitFor({ state: 'visible' });
    expect(await figure.locator('.deep-link').getAttribute('href')).toBe('#polling-fifo');
    const seen = await figure.evaluate(one => {
      const { top } = one.getBoundingClientRect();
      const marked = getComputedStyle(one);
      const other = document.querySelector(`.lab-figure:not(#${one.id})`)!;
      const plain = getComputedStyle(other);
      return {
        top,
        height: innerHeight,
        differs: marked.outline !== plain.outline || marked.boxShadow !== plain.boxShadow,
      };
    });
    expect(seen.top, 'it stands in the window').toBeGreaterThanOrEqual(0);
    expect(seen.top).toBeLessThan(seen.height);
    expect(seen.differs, 'it is marked among the others').toBe(true);
    await page.close();
  });

  it('repeats the reader’s guess beside the measurement', async () => {
    const page = await browser.newPage();
    await page.goto(`${site.origin}${BASE}/polling/`);
    await page.locator('.lab-guess label').nth(1).click();
    await page.locator('.lab-guess > details > summary').click();
    expect(await page.locator('.lab-guess .yours').innerText()).toContain(
      'uses very much more processor time',
    );
    await page.close();
  });

  it('finds pages by search, under the content policy', async () => {
    const page = await browser.newPage();
    const complaints = complaintsOf(page, site.origin);
    await page.goto(`${site.origin}${BASE}/`);
    await search(page, 'coordinated omission', `${BASE}/how-we-measure/`);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('helps at an address that leads nowhere, however deep', async () => {
    const page = await browser.newPage();
    const response = await page.goto(`${site.origin}${BASE}/no/such/page/`);
    expect(response?.status()).toBe(404);
    await page.locator('main .ways a').first().click();
    expect(new URL(page.url()).pathname).toBe(`${BASE}/polling/`);
    await page.close();
  });

  it('leads from a number in the text to the raw record it was read from', async () => {
    const page = await browser.newPage();
    await page.goto(`${site.origin}${BASE}/polling/`);
    const link = page.locator('a.num').first();
    const href = await link.getAttribute('href');
    const record = await page.request.get(`${site.origin}${href}`);
    expect((await record.json()).schema).toBe('iolab/record/1');
    await page.close();
  });
});
