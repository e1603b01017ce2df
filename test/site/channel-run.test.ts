// A channel program's run in a real browser: stepped by buttons and by keyboard, played and paused,
// whole and in words without JavaScript, and sound for axe while it is stepped through. And the player of
// timelines, of which the same page has one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelProgramOf } from '../../site/data/programs.ts';
import { traceOf } from '../../site/data/traces.ts';
import { momentsOf } from '../../site/figures/channel.ts';
import { timelineOf } from '../../site/timelines/find.ts';
import { axeFinds } from './axe.ts';
import { buildSite } from './build-site.ts';
import { CHROMIUM_ARGUMENTS, chromiumPath, serve } from './serve.ts';

const BASE = '/iolab';
const work = mkdtempSync(join(tmpdir(), 'iolab-channel-'));
const path = chromiumPath();
if (path === undefined) {
  console.log(
    'test/site/channel-run.test.ts: no Chromium, nothing stepped through. Get it: sudo apt install chromium, or set CHROMIUM=/path/to/it',
  );
}

describe.skipIf(path === undefined)('a channel program in Chromium', () => {
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;

  beforeAll(async () => {
    await buildSite(join(work, 'site'), join(work, 'nothing'), BASE);
    site = await serve(join(work, 'site'), BASE);
    browser = await chromium.launch({ executablePath: path!, args: CHROMIUM_ARGUMENTS });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    rmSync(work, { recursive: true, force: true });
  });

  async function opened(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await (await browser.newContext(options)).newPage();
    await page.goto(`${site.origin}${BASE}/channel-io/`);
    return page;
  }
  const search = async () =>
    momentsOf(await channelProgramOf('disk-search'), traceOf('disk-search').steps);
  const button = (page: Page, name: string) => page.locator(`#run-search [data-go="${name}"]`);
  const now = (page: Page) => page.locator('#run-search .chan-now').innerText();
  const shown = (page: Page, state: string) =>
    page.locator(`#run-search .fig-wide .${state}`).count();

  it('steps forth and back through the moments of the trace', async () => {
    const page = await opened();
    const moments = await search();
    expect(await shown(page, 'is-later')).toBe(0);
    for (const [at, moment] of moments.entries()) {
      await button(page, 'step').click();
      expect(await now(page)).toBe(`${at + 1} of ${moments.length}. ${moment.words}`);
      expect(await shown(page, 'is-now')).toBe(1);
      expect(await shown(page, 'is-later')).toBe(moments.length - 1 - at);
      const word = page.locator('#run-search tr.is-now th');
      expect(await word.allInnerTexts()).toEqual(
        moment.index === undefined ? [] : [String(moment.index + 1)],
      );
    }
    await button(page, 'step').click();
    expect(await now(page)).toContain(`${moments.length} of ${moments.length}.`);
    await button(page, 'back').click();
    expect(await now(page)).toContain(`${moments.length - 1} of ${moments.length}.`);
    await button(page, 'all').click();
    expect(await shown(page, 'is-later')).toBe(0);
    expect(await page.locator('#run-search .chan-now').isVisible()).toBe(false);
    // The others on the page stay as they are.
    expect(await page.locator('#run-chained .is-now').count()).toBe(0);
    await page.context().close();
  }, 60_000);

  it('knows a moment’s word of the program whatever language tells it', async () => {
    const page = await opened();
    const moments = await search();
    const told = moments.map((_, at) => `Schritt ${at + 100}: Wort 1, 2 oder 3`);
    await page.locator('#run-search .chan-moments li').evaluateAll((all, texts) => {
      for (const [at, one] of all.entries()) one.textContent = texts[at]!;
    }, told);
    const marked: string[][] = [];
    for (const [at] of moments.entries()) {
      await button(page, 'step').click();
      expect(await now(page)).toContain(told[at]);
      marked.push(await page.locator('#run-search tr.is-now th').allInnerTexts());
    }
    expect(marked).toEqual(
      moments.map(({ index }) => (index === undefined ? [] : [String(index + 1)])),
    );
    expect(new Set(marked.flat()).size, 'more than one word is marked in turn').toBeGreaterThan(1);
    await page.context().close();
  }, 60_000);

  it('is stepped by the keyboard alone', async () => {
    const page = await opened();
    const { length } = await search();
    await button(page, 'step').focus();
    await page.keyboard.press('Enter');
    expect(await now(page)).toContain('1 of');
    await page.keyboard.press('ArrowRight');
    expect(await now(page)).toContain('2 of');
    await page.keyboard.press('ArrowLeft');
    expect(await now(page)).toContain('1 of');
    await page.keyboard.press('End');
    expect(await now(page)).toContain(`${length} of`);
    await page.keyboard.press('Home');
    expect(await now(page)).toContain('1 of');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await button(page, 'play').innerText()).toBe('Pause');
    await page.keyboard.press('Space');
    expect(await button(page, 'play').innerText()).toBe('Play');
    await page.context().close();
  }, 60_000);

  it('plays to the end and stops there', async () => {
    const page = await opened();
    const { length } = await search();
    await button(page, 'step').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await button(page, 'play').click();
    expect(await button(page, 'play').innerText()).toBe('Pause');
    await page.waitForFunction(
      words => document.querySelector('#run-search .chan-now')?.textContent?.startsWith(words),
      `${length} of`,
    );
    await page.waitForFunction(
      () => document.querySelector('#run-search [data-go="play"]')?.textContent === 'Play',
    );
    await page.context().close();
  }, 60_000);

  it('moves nothing by degrees for readers who prefer that', async () => {
    for (const [reducedMotion, expected] of [
      ['reduce', '0s'],
      ['no-preference', '0.2s'],
    ] as const) {
      const page = await opened({ reducedMotion });
      const duration = await page
        .locator('#run-search .fig-wide .chan-moment')
        .first()
        .evaluate(one => getComputedStyle(one).transitionDuration);
      expect(duration).toBe(expected);
      await page.context().close();
    }
  }, 60_000);

  it('is whole without JavaScript: words, drawing and all moments', async () => {
    const page = await opened({ javaScriptEnabled: false });
    expect(await page.locator('#run-search .chan-controls').isVisible()).toBe(false);
    expect(await page.locator('#run-search .fig-wide svg').isVisible()).toBe(true);
    await page.locator('#run-search summary').click();
    const told = await page.locator('#run-search .chan-moments li').allInnerTexts();
    expect(told).toEqual((await search()).map(({ words }) => words));
    await page.context().close();
  }, 60_000);

  it.each(['light', 'dark'] as const)(
    'has nothing for axe to find while it is stepped through, %s',
    async colorScheme => {
      const page = await opened({ colorScheme, viewport: { width: 320, height: 640 } });
      for (const one of ['run-chained', 'run-gather', 'run-search']) {
        await page.locator(`#${one} [data-go="step"]`).click();
        await page.locator(`#${one} [data-go="step"]`).click();
      }
      expect(await axeFinds(page, { within: 'lab-channel' })).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
      await page.context().close();
    },
    60_000,
  );

  describe('its timeline', () => {
    const part = (page: Page, name: string) =>
      page.locator(`#timeline-channel-io [data-part="${name}"]`);
    const told = (page: Page) => part(page, 'now').innerText();
    const head = async (page: Page) => {
      const play = page.locator('#timeline-channel-io .fig-wide .tl-play').first();
      if (!(await play.isVisible())) return undefined;
      return Number(
        /translate\(([\d.]+) 0\)/.exec((await play.getAttribute('transform')) ?? '')?.[1],
      );
    };

    it('is stepped by the keyboard alone, each step told and marked in the list', async () => {
      const page = await opened();
      const { steps } = await timelineOf('channel-io');
      expect(await head(page)).toBeUndefined();
      await part(page, 'scrub').focus();
      let before = -1;
      for (const [at, { text }] of steps.entries()) {
        await page.keyboard.press('ArrowRight');
        expect(await told(page)).toBe(`${at + 1} of ${steps.length}. ${text}`);
        const now = page.locator('#timeline-channel-io .tl-steps > li.is-now');
        expect(await now.allInnerTexts()).toEqual([text]);
        expect(await head(page)).toBeGreaterThan(before);
        before = (await head(page))!;
      }
      await page.keyboard.press('ArrowLeft');
      expect(await told(page)).toContain(`${steps.length - 1} of`);
      await page.keyboard.press('Home');
      expect(await told(page)).toContain('1 of');
      await page.keyboard.press('End');
      expect(await told(page)).toContain(`${steps.length} of`);
      expect(await part(page, 'scrub').getAttribute('aria-valuetext')).toContain('step');
      await page.locator('#timeline-channel-io [data-go="all"]').click();
      expect(await head(page), 'the whole drawing again').toBeUndefined();
      await page.context().close();
    }, 60_000);

    it('plays and pauses by the space bar, and the playhead runs forward meanwhile', async () => {
      const page = await opened();
      await part(page, 'scrub').focus();
      await page.keyboard.press('Space');
      expect(await part(page, 'play').innerText()).toBe('Pause');
      const scrubbed = async () => Number(await part(page, 'scrub').inputValue());
      await expect.poll(scrubbed, { timeout: 20_000 }).toBeGreaterThan(0);
      await page.keyboard.press('Space');
      expect(await part(page, 'play').innerText()).toBe('Play');
      const paused = await scrubbed();
      await page.evaluate(() => new Promise(done => requestAnimationFrame(() => done(0))));
      expect(await scrubbed(), 'paused is paused').toBe(paused);
      await page.context().close();
    }, 60_000);

    it('runs to its end and stops there', async () => {
      const page = await opened();
      const { length, steps } = await timelineOf('channel-io');
      await part(page, 'scrub').fill(String((length + steps.at(-1)!.at) / 2));
      expect(await told(page)).toContain(`${steps.length} of`);
      await part(page, 'play').click();
      await page.waitForFunction(
        () =>
          document.querySelector('#timeline-channel-io [data-part="play"]')?.textContent === 'Play',
      );
      expect(Number(await part(page, 'scrub').inputValue())).toBe(length);
      await page.context().close();
    }, 60_000);

    it('has steps only for readers who prefer little motion', async () => {
      const page = await opened({ reducedMotion: 'reduce' });
      expect(await part(page, 'play').isVisible()).toBe(false);
      await part(page, 'scrub').focus();
      await page.keyboard.press('Space');
      const { steps } = await timelineOf('channel-io');
      const first = String(steps[0]!.at);
      expect(await part(page, 'scrub').inputValue()).toBe(first);
      await page.evaluate(() => new Promise(done => setTimeout(() => done(0), 200)));
      expect(await part(page, 'scrub').inputValue(), 'nothing runs').toBe(first);
      await page.context().close();
    }, 60_000);

    it('is whole without JavaScript, and sound for axe while it is played', async () => {
      const plain = await opened({ javaScriptEnabled: false });
      expect(await part(plain, 'controls').isVisible()).toBe(false);
      expect(await part(plain, 'now').isVisible()).toBe(false);
      expect(await plain.locator('#timeline-channel-io .fig-wide svg').isVisible()).toBe(true);
      expect(await plain.locator('#timeline-channel-io .tl-steps > li').allInnerTexts()).toEqual(
        (await timelineOf('channel-io')).steps.map(({ text }) => text),
      );
      await plain.context().close();
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await opened({ colorScheme });
        await part(page, 'scrub').focus();
        for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowRight');
        expect(await axeFinds(page, { within: 'lab-timeline' })).toEqual([]);
        await page.context().close();
      }
    }, 60_000);
  });
});
