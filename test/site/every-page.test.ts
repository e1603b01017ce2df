// Every page of the published course, one after the other, in Chromium: what axe finds in both themes, a phone of
// 320 px, what a screen reader is told, no JavaScript, and the copy that is read as files.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { axeFinds } from './axe.ts';
import { everyPage, openAll, pagesOf } from './every-page.ts';
import { publishedCourse } from './published-course.ts';
import { listen, openWithoutCode, spokenOf } from './seen-and-spoken.ts';
import { chromiumPath } from './serve.ts';
import { unpack } from './unpack.ts';

const path = chromiumPath();
if (path === undefined)
  console.log('test/site/every-page.test.ts: no Chromium, see browser.test.ts');

/** Pages whose listings are looked at word by word: TypeScript, C and shell. */
const LISTINGS = new Set(['polling/', 'board-firmware/', 'set-up/']);

describe.skipIf(path === undefined)('every page of the published course in Chromium', () => {
  const course = publishedCourse();

  const lookAtAll = (
    options: BrowserContextOptions,
    look: (page: Page, name: string) => Promise<void>,
  ) => everyPage({ ...course, base: '/', pages: pagesOf(course.folder), options }, look);

  it.each(['light', 'dark'] as const)(
    'has no page in which axe finds something, folds open, in the %s theme',
    async colorScheme => {
      await lookAtAll({ colorScheme }, async (page, name) => {
        expect(await page.getAttribute('html', 'data-theme'), name).toBe(colorScheme);
        await openAll(page);
        // Thousands of coloured words of source take most of the time and have the same few colours
        // everywhere: looked at in each language once. Only colours differ between the themes.
        const without = LISTINGS.has(name) ? {} : { without: '.expressive-code pre > code' };
        const rules =
          colorScheme === 'dark' ? { rules: ['color-contrast', 'link-in-text-block'] } : {};
        expect(await axeFinds(page, { ...without, ...rules }), name).toEqual([]);
      });
    },
    1_200_000,
  );

  it('would have a page in which axe finds something: a picture without words, and pale letters', async () => {
    const options = { colorScheme: 'light' } as const;
    await everyPage({ ...course, base: '/', pages: [''], options }, async page => {
      await page.evaluate(() => {
        const pale = document.createElement('p');
        pale.textContent = 'pale';
        pale.style.color = '#ccc';
        document.querySelector('main h1')?.after(document.createElement('img'), pale);
      });
      const found = (await axeFinds(page)).map(one => one.split(':')[0]);
      expect(found).toEqual(expect.arrayContaining(['image-alt', 'color-contrast']));
    });
  }, 60_000);

  it('fits a phone of 320 px: no page scrolls sideways, folds open', async () => {
    await lookAtAll({ viewport: { width: 320, height: 640 } }, async (page, name) => {
      await openAll(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, name).toBeLessThanOrEqual(320);
    });
  }, 300_000);

  it('tells a screen reader once what each drawing shows, and names every control', async () => {
    const htmlOf = (name: string) =>
      readFileSync(join(course.folder, name.replace(/(?:^|\/)$/, '/index.html')), 'utf8');
    const names = pagesOf(course.folder).filter(name => htmlOf(name).includes('class="fig-frame"'));
    let pictures = 0;
    for (const [width, some] of [
      [1280, names],
      [320, ['', 'polling/', 'channel-io/', 'completion-ports/']],
    ] as const) {
      const options = { viewport: { width, height: 800 } };
      const visits = { ...course, base: '/', pages: some, options };
      await everyPage(visits, async (page, name) => {
        await openWithoutCode(page);
        const told = await spokenOf(page);
        expect(told.faults, `/${name} at ${width} px`).toEqual([]);
        pictures += told.pictures;
      });
    }
    expect(pictures).toBeGreaterThan(300);
  }, 300_000);

  describe('says to who does not see it', () => {
    const opened = async (name: string, options: BrowserContextOptions = {}) => {
      const context = await course.browser.newContext(options);
      const page = await context.newPage();
      await listen(page);
      await page.goto(`${course.origin}/${name}`, { waitUntil: 'load' });
      /** All that it said since it was asked last, once `last` is among it. */
      const heard = async (last: RegExp) => {
        await expect
          .poll(() => page.evaluate(() => window.heard), { timeout: 20_000 })
          .toContainEqual(expect.stringMatching(last));
        return page.evaluate(() => window.heard.splice(0));
      };
      return { page, heard };
    };

    it.each(['reduce', 'no-preference'] as const)(
      'each step of a timeline, once, and nothing when the page comes (motion: %s)',
      async reducedMotion => {
        const { page, heard } = await opened('polling/', { reducedMotion });
        const timeline = page.locator('lab-timeline').first();
        await timeline.locator('[data-go="step"]').click();
        const first = await timeline.locator('.tl-steps > li').first().innerText();
        expect(await heard(/^1 of /)).toEqual([expect.stringMatching(/^1 of \d+\. \S/)]);
        expect(await timeline.locator('[data-part="now"]').innerText()).toContain(first);
        expect(await timeline.locator('[aria-current="step"]').allInnerTexts()).toEqual([first]);
        await timeline.locator('[data-part="scrub"]').press('End');
        expect(await heard(/^(\d+) of \1/)).toHaveLength(1);
        await page.context().close();
      },
      60_000,
    );

    it('each moment of a channel program, once', async () => {
      const { page, heard } = await opened('channel-io/');
      for (const at of [1, 2]) {
        await page.locator('lab-channel [data-go="step"]').first().click();
        const said = await heard(new RegExp(`^${at} of `));
        expect(said).toEqual([expect.stringMatching(new RegExp(`^${at} of \\d+\\. \\S`))]);
      }
      await page.context().close();
    }, 60_000);

    it('what the simulator counted, and how it compares, in a sentence each', async () => {
      const { page, heard } = await opened('board-firmware/');
      await page.locator('lab-simulator [data-part="open"]').click();
      await page.locator('lab-simulator [data-part="start"]').click();
      expect(await heard(/^Equals/)).toEqual([
        'Running.',
        expect.stringMatching(/^Finished: .* cycles\./),
        expect.stringMatching(/^Equals the published record: yes\. /),
      ]);
      await page.context().close();
    }, 60_000);

    it('which form to use, in one sentence for each question', async () => {
      const { page, heard } = await opened('which/');
      await page.locator('lab-decide [data-part="open"]').click();
      const answer = /^Use \S+: .*\. Ruled out: \d+\.$/;
      expect(await heard(answer)).toEqual([expect.stringMatching(answer)]);
      await page.locator('lab-decide [data-choice="watched"]').nth(1).check();
      expect(await heard(answer)).toEqual([expect.stringMatching(answer)]);
      await page.context().close();
    }, 60_000);

    it('how much the search has found, and nothing more when it is closed', async () => {
      const { page, heard } = await opened('polling/');
      await page.locator('site-search button[data-open-modal]').click();
      await page.locator('site-search dialog input').first().fill('doorbell');
      const said = await heard(/results? for doorbell/);
      expect(said).toEqual([expect.stringMatching(/^\d+ results? for doorbell$/)]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await page.locator('site-search dialog').waitFor({ state: 'hidden' });
      expect(await page.evaluate(() => window.heard.splice(0))).toEqual([]);
      await page.context().close();
    }, 60_000);
  });

  it('teaches on every page without JavaScript: its text, its drawings, and nothing that does nothing', async () => {
    let drawings = 0;
    await lookAtAll({ javaScriptEnabled: false }, async (page, name) => {
      const main = page.locator('main');
      expect((await main.innerText()).length, name).toBeGreaterThan(400);
      const dead = main.locator('button:visible, select:visible, input[type="range"]:visible');
      expect(await dead.allInnerTexts(), name).toEqual([]);
      const figure = page.locator('main .lab-figure:visible .fig-wide svg').first();
      if ((await figure.count()) > 0) {
        expect(await figure.isVisible(), name).toBe(true);
        drawings += 1;
      }
    });
    expect(drawings).toBeGreaterThan(20);
  }, 300_000);

  it('can be unpacked and read as files: text, figures and links, on every page', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'iolab-copy-'));
    const context = await course.browser.newContext();
    try {
      const root = unpack(course.folder, copy);
      const page = await context.newPage();
      const addressOf = (name: string) =>
        pathToFileURL(join(root, name.replace(/(?:^|\/)$/, '/index.html'))).href;
      const lost: string[] = [];
      for (const name of pagesOf(course.folder)) {
        await page.goto(addressOf(name));
        const links = await page.evaluate(() =>
          [...document.querySelectorAll('[href], [src]')].map(
            one => (one as HTMLAnchorElement).href || (one as HTMLImageElement).src,
          ),
        );
        for (const link of new Set(links.filter(one => one.startsWith('file:')))) {
          if (!existsSync(new URL(link.split('#')[0]!))) lost.push(`${name}: ${link}`);
        }
      }
      expect(lost).toEqual([]);
      await page.goto(addressOf(''));
      expect(await page.locator('.lab-figure svg').first().isVisible()).toBe(true);
      const font = await page.evaluate(() => getComputedStyle(document.body).fontFamily);
      expect(font, 'the style sheet is there').toContain('sans-serif');
      await page.locator('main .ways a').first().click();
      await page.waitForURL(/polling\/index\.html$/);
      expect(await page.locator('h1').first().innerText()).toBe('Polling');
      const hint = page.locator('lab-timeline [data-part="hint"]').first();
      expect(await hint.isVisible(), 'nothing can be played: hide the hint with the player').toBe(
        false,
      );
    } finally {
      await context.close();
      rmSync(copy, { recursive: true, force: true });
    }
  }, 120_000);
});
