// The simulator in a real browser: the same counts as the command line's script over the same board,
// by keyboard alone, without a request beyond this site, and with nothing loaded before it is asked for.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FrozenLine } from '../../lab/boards/core/line.ts';
import { converse } from '../../lab/cell/dialogues/dialogue.ts';
import { serviceLatency } from '../../lab/cell/dialogues/service-latency.ts';
import { Histogram } from '../../lab/measure/histogram.ts';
import type { LabRecord } from '../../lab/records/schema.ts';
import { imageSha256 } from '../../site/data/firmware.ts';
import { SIMULATED_BOARDS } from '../../site/data/simulator.ts';
import { makeBoard } from '../../site/simulator/boards.ts';
import { distribution } from '../helpers/records.ts';
import { axeFinds } from './axe.ts';
import { boardFixtures } from './board-fixtures.ts';
import { buildSite } from './build-site.ts';
import { writePublished } from './fixtures.ts';
import { CHROMIUM_ARGUMENTS, chromiumPath, serve } from './serve.ts';

const root = resolve(import.meta.dirname, '../..');
const BASE = '/iolab';
const work = mkdtempSync(join(tmpdir(), 'iolab-simulator-'));
const built = join(work, 'site');
const SAMPLES = 60;
const PLANS = SIMULATED_BOARDS.map(({ name, image }) => ({
  name,
  image,
  plan: { mode: 'polled', load: 'medium', samples: SAMPLES },
}));

/** What the command line's script counts over the board, in Node. */
async function counted({ name, image, plan }: (typeof PLANS)[number]): Promise<readonly number[]> {
  const bytes = new Uint8Array(readFileSync(join(root, 'firmware/images', image)));
  const line = new FrozenLine(await makeBoard(name, bytes));
  line.start();
  return converse(serviceLatency(plan), line).series.service_cycles ?? [];
}

/** A published record that the page must equal: made of what Node counted, twice. */
function recordOf(name: string, image: string, values: readonly number[]): LabRecord {
  const base = boardFixtures().find(
    ({ experiment, device, parameters }) =>
      experiment === 'service-latency' &&
      device === name &&
      parameters.mode === 'polled' &&
      parameters.load === 'medium',
  )!;
  const bins = new Histogram();
  for (let round = 0; round < 2; round++) bins.recordMany(Float64Array.from(values));
  return {
    ...base,
    identity: { ...base.identity, firmware_sha256: imageSha256(image) },
    rounds: [0, 1].map(round => ({ round, n: values.length, values: {} })),
    metrics: {
      service_cycles: { ...distribution(bins, [values[0]!]), kind: 'count', unit: 'cycles' },
    },
  };
}

const path = chromiumPath();
if (path === undefined) {
  console.log(
    'test/site/simulator.test.ts: no Chromium, the simulator not run. Get it: sudo apt install chromium, or set CHROMIUM=/path/to/it',
  );
}

describe.skipIf(path === undefined)('the simulator in Chromium', () => {
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;
  const expected = new Map<string, readonly number[]>();

  beforeAll(async () => {
    const published = join(work, 'published');
    writePublished(published);
    for (const one of PLANS) {
      const values = await counted(one);
      expected.set(one.name, values);
      const record = recordOf(one.name, one.image, values);
      const place = join(published, 'fake-bench', record.run_id, `${record.id}.json`);
      writeFileSync(place, JSON.stringify(record));
    }
    await buildSite(built, published, BASE);
    site = await serve(built, BASE);
    browser = await chromium.launch({ executablePath: path!, args: CHROMIUM_ARGUMENTS });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    rmSync(work, { recursive: true, force: true });
  });

  interface Visit {
    readonly page: Page;
    readonly context: BrowserContext;
    /** Every address asked for, in order. */
    readonly asked: string[];
    /** Errors, refusals of the content policy, failed requests. */
    readonly complaints: string[];
  }

  async function visit(options: Parameters<Browser['newContext']>[0] = {}): Promise<Visit> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const asked: string[] = [];
    const complaints: string[] = [];
    context.on('request', request => asked.push(request.url()));
    page.on('console', message => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', error => complaints.push(error.message));
    context.on('response', response => {
      if (response.status() >= 400) complaints.push(`${response.status()} for ${response.url()}`);
    });
    await page.goto(`${site.origin}${BASE}/board-firmware/`, { waitUntil: 'networkidle' });
    return { page, context, asked, complaints };
  }

  const part = (page: Page, name: string) => page.locator(`lab-simulator [data-part="${name}"]`);

  async function choose(page: Page, name: string, value: string): Promise<void> {
    await page.locator(`lab-simulator input[data-choice="${name}"][value="${value}"]`).check();
  }

  const finished = (page: Page) =>
    page.waitForFunction(
      () =>
        /^(Finished|It )/.test(document.querySelector('[data-part="status"]')?.textContent ?? ''),
      undefined,
      { timeout: 30_000 },
    );

  /** "cycles → how often" as the page's own table says. */
  async function table(page: Page): Promise<Map<number, number>> {
    const rows = await part(page, 'table')
      .locator('tr')
      .evaluateAll(found =>
        found.map(row =>
          [...row.children].map(cell => (cell.textContent ?? '').replace(/\D/g, '')),
        ),
      );
    return new Map(rows.map(([value, count]) => [Number(value), Number(count)]));
  }

  function tally(values: readonly number[]): Map<number, number> {
    const found = new Map<number, number>();
    for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
    return found;
  }

  it.each(PLANS)(
    'counts on $name what the script counts in Node, value by value, and equals the record',
    async ({ name }) => {
      const { page, context, asked, complaints } = await visit();
      await part(page, 'open').click();
      await choose(page, 'board', name);
      await choose(page, 'mode', 'polled');
      await choose(page, 'load', 'medium');
      await part(page, 'start').click();
      await finished(page);
      expect(await part(page, 'status').innerText()).toContain(`${SAMPLES} bytes`);
      const values = expected.get(name)!;
      expect(new Set(values).size, 'the waits are scattered').toBeGreaterThan(10);
      expect(await table(page)).toEqual(tally(values));
      await page.waitForSelector('[data-part="verdict"][data-equal="true"]');
      expect(await part(page, 'verdict').innerText()).toContain('yes');
      const foreign = asked.filter(
        url => !url.startsWith(`${site.origin}${BASE}/`) && !url.startsWith('data:'),
      );
      expect(foreign, 'every request stays on this site').toEqual([]);
      expect(complaints).toEqual([]);
      await context.close();
    },
    60_000,
  );

  it('says no where the record is another, and says why', async () => {
    const { page, context } = await visit();
    await part(page, 'open').click();
    await choose(page, 'mode', 'interrupt');
    await choose(page, 'load', 'none');
    await part(page, 'start').click();
    await finished(page);
    await page.waitForSelector('[data-part="verdict"][data-equal="false"]');
    expect(await part(page, 'verdict').innerText()).toMatch(/: no\. The (record|counts)/);
    await context.close();
  }, 60_000);

  it('loads nothing of it before the reader asks, and little then', async () => {
    const { page, context, asked } = await visit();
    const before = asked.filter(url => /panel|worker|uno|pico|\.hex|\.bin/.test(url));
    expect(before).toEqual([]);
    const first = asked.filter(url => url.endsWith('.js')).length;
    await part(page, 'open').click();
    await part(page, 'start').click();
    await finished(page);
    const files = [...new Set(asked.filter(url => url.endsWith('.js')))].slice(first);
    const size = files
      .map(url => gzipSync(readFileSync(join(built, new URL(url).pathname.slice(BASE.length)))))
      .reduce((sum, body) => sum + body.length, 0);
    expect(files.length).toBeGreaterThan(1);
    expect(size, 'compressed, for one board').toBeLessThanOrEqual(60_000);
    await context.close();
  }, 60_000);

  it('can be worked by keyboard alone', async () => {
    const { page, context } = await visit();
    await part(page, 'open').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('lab-simulator input[data-choice="board"]:focus');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement as HTMLInputElement | null;
        return element?.value || element?.dataset.part || '';
      });
    expect(await focused()).toBe('interrupt');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toBe('medium');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('start');
    await page.keyboard.press('Enter');
    await finished(page);
    expect(await part(page, 'status').innerText()).toMatch(/^Finished: /);
    expect(await focused(), 'the focus stays where it was').toBe('start');
    await context.close();
  }, 60_000);

  it('stops when it is told to, and begins anew', async () => {
    const { page, context } = await visit();
    await part(page, 'open').click();
    await part(page, 'start').click();
    await part(page, 'stop')
      .click({ timeout: 5_000 })
      .catch(() => undefined);
    const words = await part(page, 'status').innerText();
    expect(words).toMatch(/^(Stopped\.|Finished: )/);
    await part(page, 'start').click();
    await finished(page);
    expect(await part(page, 'status').innerText()).toMatch(/^Finished: /);
    await context.close();
  }, 60_000);

  it.each(['light', 'dark'] as const)(
    'open and finished, it pleases axe in the %s theme, and fits a phone',
    async colorScheme => {
      const { page, context } = await visit({
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width: 320, height: 700 },
      });
      await part(page, 'open').click();
      await part(page, 'start').click();
      await finished(page);
      await page.locator('lab-simulator details summary').click();
      expect(await axeFinds(page, { within: 'lab-simulator' })).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(320);
      await context.close();
    },
    60_000,
  );

  it('without JavaScript the published figure is there, and no dead button', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${site.origin}${BASE}/board-firmware/`);
    await page.locator('.lab-guess summary').first().click();
    expect(await page.locator('#service-uno .fig-wide svg').isVisible()).toBe(true);
    expect(await part(page, 'open').isVisible()).toBe(false);
    expect(await part(page, 'panel').isVisible()).toBe(false);
    expect(await part(page, 'hint').innerText()).toContain('With JavaScript');
    await context.close();
  });
});
