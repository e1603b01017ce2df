// The published course without a mouse: Tab, Shift-Tab, Enter, Space, arrows and Escape, in Chromium.
// The simulator has its own test of the kind, in simulator.test.ts.
import { readdirSync } from 'node:fs';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { fakeRun } from '../helpers/records.ts';
import { pagesOf } from './every-page.ts';
import { addKeys, comeThrough, faultsAtRest, faultsOfWalk, ringIsDrawn, walk } from './keyboard.ts';
import { publishedCourse } from './published-course.ts';
import { chromiumPath } from './serve.ts';

/** Of these each control is looked at, everything open, on a phone too. One of each kind: guess, figures, timeline, channel, form, simulator, tables, lists, code. */
const WALKED = [
  ...['', 'polling/', 'channel-io/', 'which/', 'results/', 'glossary/', 'board-firmware/'],
  ...['availability/', 'set-up/', 'dma/'],
];
/** Of these each kind of control is looked at, whether its ring is drawn. */
const DRAWN = ['', 'polling/', 'which/', 'board-firmware/', 'channel-io/'];
const PHONE = { width: 390, height: 800 };

const path = chromiumPath();
if (path === undefined) {
  console.log('test/site/keyboard.test.ts: no Chromium, see browser.test.ts');
}

describe.skipIf(path === undefined)('without a mouse', () => {
  const course = publishedCourse();

  async function on(
    name: string,
    look: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
  ): Promise<void> {
    // Nothing glides: what has the focus is where it stands.
    const context = await course.browser.newContext({ reducedMotion: 'reduce', ...options });
    try {
      const page = await context.newPage();
      await addKeys(page);
      await page.goto(`${course.origin}/${name}`, { waitUntil: 'load' });
      await look(page);
    } finally {
      await context.close();
    }
  }
  const press = async (page: Page, ...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** By Tab to what the selector names. */
  const tabTo = async (page: Page, selector: string, key: 'Tab' | 'Shift+Tab' = 'Tab') => {
    for (let presses = 0; presses < 400; presses++) {
      if (await page.evaluate(one => document.activeElement?.matches(one) ?? false, selector))
        return;
      await page.keyboard.press(key);
    }
    throw new Error(`${key} never comes to ${selector}`);
  };
  const focused = (page: Page) => page.evaluate(() => window.keys.name(document.activeElement!));
  const openPanels = (page: Page) =>
    page.evaluate(async () => {
      for (const fold of document.querySelectorAll('main details')) {
        (fold as HTMLDetailsElement).open = true;
      }
      for (const open of document.querySelectorAll<HTMLElement>('main [data-part="open"]')) {
        open.click();
      }
      const closed = 'main [data-part="open"], lab-decide [data-part="told"]:empty';
      while (document.querySelector(closed)) await new Promise(resolve => setTimeout(resolve, 20));
      // The next Tab begins where the focus was last: at the top.
      const top = document.createElement('span');
      top.tabIndex = -1;
      document.body.prepend(top);
      top.focus();
      top.remove();
    });

  it('passes nothing by on any page, in any order but the written one', async () => {
    const names = readdirSync(course.folder, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('index.html'))
      .map(name => name.replace(/index\.html$/, ''));
    expect(names.length).toBeGreaterThan(60);
    const faults: string[] = [];
    for (const viewport of [{ width: 1280, height: 900 }, PHONE]) {
      const context = await course.browser.newContext({ viewport });
      const page = await context.newPage();
      await addKeys(page);
      for (const name of names) {
        await page.goto(`${course.origin}/${name}`);
        await openPanels(page);
        const found = await faultsAtRest(page);
        faults.push(...found.map(fault => `/${name}: ${fault}`));
      }
      await context.close();
    }
    expect(faults).toEqual([]);
  }, 300_000);

  it('comes to every control of every page after the course’s list, in the written order', async () => {
    const names = pagesOf(course.folder).filter(name => name !== '404.html');
    const context = await course.browser.newContext({ reducedMotion: 'reduce' });
    const page = await context.newPage();
    await addKeys(page);
    const faultsOf = async (name: string): Promise<string[]> => {
      await page.goto(`${course.origin}/${name}`, { waitUntil: 'load' });
      // The list of pages is the same everywhere; the pages named above are walked whole.
      await comeThrough(page, 'nav.sidebar');
      const met = await walk(page, 'Tab');
      expect(met.length, name).toBeGreaterThan(3);
      return faultsOfWalk(page, met);
    };
    for (const name of names) {
      // On a busy machine a page may still be laid out under the feet of who walks it: the second walk counts.
      if ((await faultsOf(name)).length > 0) expect(await faultsOf(name), name).toEqual([]);
    }
    await context.close();
  }, 900_000);

  it.each(WALKED)(
    'comes to every control of /%s, sees where it is, and gets out',
    async name => {
      for (const viewport of [{ width: 1280, height: 900 }, PHONE]) {
        await on(
          name,
          async page => {
            await openPanels(page);
            const met = await walk(page, 'Tab');
            expect(await faultsOfWalk(page, met), `${viewport.width} px`).toEqual([]);
            expect(met.length).toBeGreaterThan(10);
            expect(met[0]?.name).toBe('a Skip to content');
          },
          { viewport },
        );
      }
    },
    300_000,
  );

  it('goes back the way it came', async () => {
    await on('polling/', async page => {
      await openPanels(page);
      const there = (await walk(page, 'Tab')).map(({ name }) => name);
      const back = (await walk(page, 'Shift+Tab')).map(({ name }) => name);
      // A group without a choice is entered from its near end.
      const plain = (names: string[]) => names.filter(name => !name.includes('inputradio'));
      expect(plain(back.reverse())).toEqual(plain(there));
    });
  }, 120_000);

  it.each(['light', 'dark'] as const)(
    'draws the focus at every kind of control, in the %s theme',
    async colorScheme => {
      const kinds = new Set<string>();
      const missing: string[] = [];
      for (const name of DRAWN) {
        await on(
          name,
          async page => {
            await openPanels(page);
            const found = await page.evaluate(() =>
              window.keys.stops().map((element, at) => {
                element.dataset.stop = String(at);
                const place = element.closest(
                  'lab-guess, lab-timeline, lab-channel, lab-decide, lab-simulator, figure, header, nav, footer, main',
                );
                const kind = `${element.localName} ${element.getAttribute('type') ?? ''} ${element.className}`;
                return { at, kind: `${place?.localName} ${kind}` };
              }),
            );
            for (const { at, kind } of found) {
              if (kinds.has(kind)) continue;
              kinds.add(kind);
              const drawn = await ringIsDrawn(page, page.locator(`[data-stop="${at}"]`));
              if (!drawn) missing.push(`/${name}: ${kind}`);
            }
          },
          { colorScheme },
        );
      }
      expect(missing).toEqual([]);
      expect(kinds.size).toBeGreaterThan(20);
    },
    300_000,
  );

  it('skips to the content', async () => {
    await on('polling/', async page => {
      await press(page, 'Tab', 'Enter', 'Tab');
      expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(
        true,
      );
      expect(await page.evaluate(() => location.hash)).toBe('#_top');
    });
  });

  it('guesses, opens the measurement, and moves a table that is too wide', async () => {
    await on(
      'polling/',
      async page => {
        await tabTo(page, '.lab-guess input');
        await press(page, 'Space', 'ArrowDown', 'Tab');
        expect(await focused(page)).toContain('I have made my guess');
        await press(page, 'Enter');
        const guess = await page.locator('.lab-guess .yours').innerText();
        expect(guess).toContain('uses very much more processor time');
        await tabTo(page, '#polling-fifo summary');
        await press(page, 'Enter', 'Tab');
        const table = page.locator('#polling-fifo .table-scroll');
        expect(await table.evaluate(one => document.activeElement === one)).toBe(true);
        await press(page, 'ArrowRight', 'ArrowRight');
        await expect.poll(() => table.evaluate(one => one.scrollLeft)).toBeGreaterThan(0);
        await tabTo(page, '#polling-fifo .fig-records a');
        await press(page, 'Enter');
        await page.waitForURL(/\/records\/.*\.json$/);
      },
      { viewport: PHONE },
    );
  });

  it('follows a link to a figure that is folded away', async () => {
    await on('polling/#polling-fifo', async page => {
      expect(await page.locator('#polling-fifo').isVisible()).toBe(true);
      await press(page, 'Tab');
      expect(await page.evaluate(() => document.activeElement?.closest('figure')?.id)).toBe(
        'polling-fifo',
      );
    });
  });

  it('plays a timeline, and steps through it', async () => {
    await on(
      'polling/',
      async page => {
        const told = () => page.locator('lab-timeline [data-part="now"]').first().innerText();
        await tabTo(page, 'lab-timeline [data-go="play"]');
        await press(page, 'Enter');
        await expect.poll(told).toMatch(/^1 of /);
        expect(await focused(page)).toContain('Pause');
        await press(page, 'Space', 'Tab', 'Tab', 'Space');
        expect(await told()).toMatch(/^2 of /);
        await press(page, 'ArrowLeft', 'ArrowLeft');
        expect(await told()).toMatch(/^1 of /);
        await tabTo(page, 'lab-timeline input[type="range"]');
        await press(page, 'End');
        expect(await told()).toMatch(/^(\d+) of \1\. /);
        await press(page, 'Home');
        expect(await told()).toMatch(/^1 of /);
      },
      { reducedMotion: 'no-preference' },
    );
  });

  it('steps through a channel program', async () => {
    await on('channel-io/', async page => {
      const told = page.locator('lab-channel .chan-now').first();
      await tabTo(page, 'lab-channel [data-go="step"]');
      await press(page, 'Enter', 'Space');
      expect(await told.innerText()).toMatch(/^2 of /);
      await press(page, 'End');
      expect(await told.innerText()).toMatch(/^(\d+) of \1\. /);
      await tabTo(page, 'lab-channel [data-go="all"]');
      await press(page, 'Enter');
      expect(await told.isVisible()).toBe(false);
    });
  });

  it('asks which form to use, on its own records', async () => {
    await on('which/', async page => {
      const answer = page.locator('lab-decide [data-part="answer"]');
      await tabTo(page, 'lab-decide [data-part="open"]');
      await press(page, 'Enter');
      await page.locator('lab-decide input:focus').waitFor();
      const before = await answer.innerText();
      await tabTo(page, 'lab-decide [data-choice="spare"]');
      await press(page, 'ArrowDown');
      await expect.poll(() => answer.innerText()).not.toBe(before);
      await press(page, 'Tab');
      expect(await focused(page)).toContain('select');
      await press(page, 'End');
      await answer.getByText('Choose files of your own below.').waitFor();
      await press(page, 'Tab');
      expect(await focused(page)).toContain('inputfile');
      const chooser = page.waitForEvent('filechooser');
      await press(page, 'Space');
      const buffer = Buffer.from(JSON.stringify(fakeRun()));
      const mine = { name: 'mine.json', mimeType: 'application/json', buffer };
      await (await chooser).setFiles([mine]);
      await answer.getByText('Decided on your files').waitFor();
    });
  });

  it('searches, goes to a hit, and is back where it was after Escape', async () => {
    await on('', async page => {
      const dialog = page.locator('site-search dialog');
      await tabTo(page, 'site-search button');
      await press(page, 'Enter');
      await page.locator('site-search dialog input:focus').waitFor();
      await press(page, 'Escape');
      // The first Escape may empty the field; it is empty.
      expect(await dialog.evaluate(one => (one as HTMLDialogElement).open)).toBe(false);
      expect(
        await page.evaluate(() => document.activeElement?.closest('site-search') !== null),
      ).toBe(true);
      await press(page, 'Control+k');
      await page.locator('site-search dialog input:focus').waitFor();
      const hit = page.locator('site-search dialog a[href*="/how-we-measure/"]').first();
      for (let attempt = 0; attempt < 5 && !(await hit.isVisible()); attempt++) {
        await page.keyboard.press('Control+a');
        await page.keyboard.type('coordinated omission');
        await hit.waitFor({ timeout: 4_000 }).catch(() => undefined);
      }
      await tabTo(page, 'site-search dialog a[href*="/how-we-measure/"]');
      await press(page, 'Enter');
      await page.waitForURL(/\/how-we-measure\//);
    });
  }, 60_000);

  it('chooses a theme', async () => {
    await on(
      'polling/',
      async page => {
        const theme = () => page.getAttribute('html', 'data-theme');
        expect(await theme()).toBe('light');
        await tabTo(page, 'starlight-theme-select select');
        await press(page, 'd');
        await expect.poll(theme).toBe('dark');
      },
      { colorScheme: 'light' },
    );
  });

  it('opens the menu of a phone, and closes it by Escape', async () => {
    await on(
      'polling/',
      async page => {
        const menu = page.locator('#starlight__sidebar');
        await tabTo(page, '[popovertarget="starlight__sidebar"]');
        await press(page, 'Enter');
        expect(await menu.isVisible()).toBe(true);
        await press(page, 'Tab');
        expect(
          await page.evaluate(
            () => document.activeElement?.closest('#starlight__sidebar') !== null,
          ),
        ).toBe(true);
        await press(page, 'Escape');
        expect(await menu.isVisible()).toBe(false);
        expect(
          await page.evaluate(() => document.activeElement?.getAttribute('popovertarget')),
        ).toBe('starlight__sidebar');
        await tabTo(page, '#starlight__on-this-page--mobile');
        await press(page, 'Enter', 'Tab');
        expect(await focused(page)).toContain('Overview');
        await press(page, 'Escape');
        expect(await focused(page)).toContain('On this page');
        expect(await page.locator('#starlight__mobile-toc').getAttribute('open')).toBe(null);
      },
      { viewport: PHONE },
    );
  });

  it('copies code', async () => {
    await on(
      'set-up/',
      async page => {
        await tabTo(page, '.expressive-code .copy button');
        const code = await page.locator('.expressive-code pre').first().innerText();
        await press(page, 'Enter');
        await expect
          .poll(() => page.evaluate(() => navigator.clipboard.readText()))
          .toBe(code.trimEnd());
        await page.locator('.expressive-code .copy .feedback').first().waitFor();
      },
      { permissions: ['clipboard-read', 'clipboard-write'] },
    );
  });

  it('leads from a word of the glossary to its page', async () => {
    await on('glossary/', async page => {
      await tabTo(page, '#term-doorbell a');
      await press(page, 'Enter');
      await page.waitForURL(/\/driver-queues\//);
    });
  });
});
