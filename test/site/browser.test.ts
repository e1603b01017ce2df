// The built site in a real browser: every page, both themes, a phone, and without JavaScript.
// Built twice: from made-up records under a base path, and from no records at all.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fidelity, unfaithful } from '../../lab/boards/core/fidelity.ts';
import { exercisesOf, EXERCISES as OF_THE_COURSE } from '../../site/data/exercises.ts';
import { buildSite } from './build-site.ts';
import { writePublished } from './fixtures.ts';
import { CHROMIUM_ARGUMENTS, chromiumPath, serve } from './serve.ts';

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

/** Pages whose listings are looked at word by word: TypeScript, C and shell. */
const LISTINGS = new Set(['polling/', 'board-firmware/', 'set-up/']);

function pagesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('index.html'))
    .map(name => name.replace(/index\.html$/, ''))
    .sort();
}

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
    expect(page.includes('npx iolab run wakeup --device fifo')).toBe(true);
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
    for (const page of pagesOf(full).filter(name => name !== 'polling/')) {
      expect(ofPage(full, page), page).toBeUndefined();
    }
    for (const page of pagesOf(bare)) {
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
      const page = readFileSync(join(bare, name, 'index.html'), 'utf8');
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
    for (const path of ['firmware/avr/uart_polled.c', 'firmware/rp2040/uart_dma.c']) {
      const source = readFileSync(join(root, path), 'utf8');
      const name = /static bool (\w+)\(/.exec(source)?.[1];
      expect(text.includes(path) && text.includes(`static bool ${name}(`), path).toBe(true);
    }
    for (const item of [...fidelity, ...unfaithful.map(text => ({ name: text }))]) {
      expect(text.includes(item.name.slice(0, 40)), item.name).toBe(true);
    }
  });

  it('names no host of this machine and loads no file of another', () => {
    for (const page of [...pagesOf(full).map(name => `${name}index.html`), '404.html']) {
      const html = readFileSync(join(full, page), 'utf8');
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

  /** Complaints of a page: console errors, policy violations, failed or foreign requests. */
  function complaintsOf(page: Page): string[] {
    const found: string[] = [];
    page.on('console', message => {
      if (message.type() === 'error') found.push(`console: ${message.text()}`);
    });
    page.on('pageerror', error => found.push(`error: ${error.message}`));
    page.on('request', request => {
      const url = request.url();
      if (!url.startsWith(site.origin) && !url.startsWith('data:')) found.push(`asks ${url}`);
    });
    page.on('response', response => {
      if (response.status() >= 400) found.push(`${response.status()} for ${response.url()}`);
    });
    return found;
  }

  async function everyPage(
    context: BrowserContext,
    look: (page: Page, name: string) => Promise<void>,
  ): Promise<void> {
    try {
      const page = await context.newPage();
      const complaints = complaintsOf(page);
      for (const name of [...pagesOf(full), '404.html']) {
        const response = await page.goto(`${site.origin}${BASE}/${name}`);
        expect(response?.status(), name).toBe(200);
        await look(page, name);
        expect(complaints, name).toEqual([]);
      }
    } finally {
      await context.close();
    }
  }

  /** Folds open, and laid out what the browser would leave to later. */
  const openAll = (page: Page) =>
    page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('* { content-visibility: visible !important }');
      document.adoptedStyleSheets.push(sheet);
    });

  it.each(['light', 'dark'] as const)(
    'axe finds nothing in the %s theme, folds open',
    async scheme => {
      const context = await browser.newContext({ colorScheme: scheme });
      await everyPage(context, async (page, name) => {
        expect(await page.getAttribute('html', 'data-theme'), name).toBe(scheme);
        await openAll(page);
        // Without the list of what passed, which takes as long as the checks themselves.
        const builder = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
        // Thousands of coloured words of source take most of the time and have the same few colours
        // everywhere: looked at in each language once.
        if (!LISTINGS.has(name)) builder.exclude('.expressive-code pre > code');
        // Only colours differ between the themes; everything else was looked at in the first.
        if (scheme === 'dark') builder.withRules(['color-contrast', 'link-in-text-block']);
        const { violations } = await builder.analyze();
        const told = violations.map(
          one =>
            `${one.id}: ${one.help} (${one.nodes
              .slice(0, 3)
              .map(node => node.target.join(' '))
              .join('; ')})`,
        );
        expect(told, name).toEqual([]);
      });
    },
    600_000,
  );

  it('fits a phone of 320 px: no page scrolls sideways, folds open', async () => {
    const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
    await everyPage(context, async (page, name) => {
      await openAll(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, name).toBeLessThanOrEqual(320);
    });
  }, 60_000);

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

  it('teaches without JavaScript: text, figures, guesses and code are there', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    await everyPage(context, async (page, name) => {
      expect((await page.locator('main').innerText()).length, name).toBeGreaterThan(400);
    });
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

  it('leads to a figure by its address, and opens the fold that it lies in', async () => {
    const page = await browser.newPage();
    await page.goto(`${site.origin}${BASE}/polling/#polling-fifo`);
    const figure = page.locator('#polling-fifo');
    await figure.locator('.fig-wide svg').waitFor({ state: 'visible' });
    expect(await figure.locator('.deep-link').getAttribute('href')).toBe('#polling-fifo');
    await page.close();
  });

  it('repeats the reader’s guess beside the measurement', async () => {
    const page = await browser.newPage();
    await page.goto(`${site.origin}${BASE}/polling/`);
    await page.locator('.lab-guess label').nth(1).click();
    await page.locator('.lab-guess > details > summary').click();
    expect(await page.locator('.lab-guess .yours').innerText()).toContain(
      'uses a lot more processor time',
    );
    await page.close();
  });

  it('finds pages by search, under the content policy', async () => {
    const page = await browser.newPage();
    const complaints = complaintsOf(page);
    await page.goto(`${site.origin}${BASE}/`);
    await page.locator('site-search button[data-open-modal]').click();
    const input = page.locator('site-search dialog input').first();
    const first = page.locator('site-search dialog a[href*="/how-we-measure/"]').first();
    // On a busy machine the index may still be loading when the first key is pressed.
    for (let attempt = 0; attempt < 5 && !(await first.isVisible()); attempt++) {
      await input.fill('');
      await input.fill('coordinated omission');
      await first.waitFor({ timeout: 4_000 }).catch(() => undefined);
    }
    expect(await first.getAttribute('href')).toContain('/how-we-measure/');
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

  it.each(['polling/', 'board-firmware/', 'channel-io/'])(
    'loads little JavaScript for %s: at most 35 kB compressed, the search included',
    async name => {
      const { gzipSync } = await import('node:zlib');
      const context = await browser.newContext();
      const page = await context.newPage();
      let bytes = 0;
      const bodies: Promise<void>[] = [];
      page.on('response', response => {
        if (!response.url().endsWith('.js')) return;
        bodies.push(
          response.body().then(body => {
            bytes += gzipSync(body).length;
          }),
        );
      });
      await page.goto(`${site.origin}${BASE}/${name}`, { waitUntil: 'networkidle' });
      await Promise.all(bodies);
      console.log(`${name}: ${bytes} bytes of JavaScript, compressed`);
      expect(bytes).toBeLessThanOrEqual(35_000);
      await context.close();
    },
  );
});
