// The form of the page "Which should I use?" as a reader meets it, on the made-up records of fixtures.ts:
// opened, asked, and what it says.
import type { Browser, Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { fakeRun } from '../helpers/records.ts';
import { axeFinds } from './axe.ts';
import { complaintsOf } from './every-page.ts';

interface DecideForm {
  /** Found by its label, as who cannot see it finds it. */
  readonly whose: Locator;
  readonly files: Locator;
  task(value: 'wait' | 'read'): Promise<void>;
  /** Waits until the answer has these words. */
  says(words: string): Promise<void>;
}

async function openForm(page: Page, address: string): Promise<DecideForm> {
  await page.goto(address);
  const form = page.locator('lab-decide');
  await form.locator('[data-part="open"]').click();
  const answer = form.locator('[data-part="answer"]');
  await answer.locator('p').first().waitFor();
  return {
    whose: form.getByLabel('Records to decide on'),
    files: form.locator('[data-part="files"]'),
    task: value => form.locator(`[data-choice="task"][value="${value}"]`).check(),
    says: words => expect.poll(() => answer.innerText()).toContain(words),
  };
}

interface Where {
  readonly browser: Browser;
  readonly origin: string;
  readonly address: string;
}

export function decideForm(where: () => Where): void {
  it('is not needed: without JavaScript each machine has its table, with what it was measured on', async () => {
    const { browser, address } = where();
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(address);
    const tables = page.locator('section.decide');
    expect(await tables.count()).toBe(2);
    for (const [at, name, processor] of [
      [0, 'fake-bench', 'on a virtual processor'],
      [1, 'fake-laptop', 'on metal'],
    ] as const) {
      const table = tables.nth(at);
      expect(await table.innerText()).toContain(`On ${name}:`);
      const answers = table.locator('dd', { hasText: 'half of the time' });
      const tags = await answers.locator('.tag').allInnerTexts();
      expect(tags.length).toBe(await answers.count());
      expect(tags).toContain(`stand-in, ${processor}`);
    }
    expect(await tables.nth(1).innerText()).toContain('No answer yet: no record of disk-read.');
    expect(await page.locator('lab-decide select').isVisible()).toBe(false);
    await context.close();
  });

  it('decides on the machine that the reader chose, and on that machine alone', async () => {
    const { browser, origin, address } = where();
    const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', request =>
      asked.push(/evidence\/([^/]+)\.json$/.exec(request.url())?.[1] ?? ''),
    );
    const complaints = complaintsOf(page, origin);
    const { whose, files, task, says } = await openForm(page, address);
    expect(await whose.locator('option').allInnerTexts()).toEqual([
      'fake-bench',
      'fake-laptop',
      'your own files',
    ]);
    await says('Decided on the records of fake-bench (stand-in, on a virtual processor)');
    await whose.selectOption('fake-laptop');
    await says('Decided on the records of fake-laptop (stand-in, on metal)');
    await task('read');
    await says('No answer in the records of fake-laptop: no record of disk-read.');
    await whose.selectOption('fake-bench');
    await says('Decided on the records of fake-bench (virtual, on a virtual processor)');
    await whose.selectOption('your own files');
    await says('Choose files of your own below.');
    const buffer = Buffer.from(JSON.stringify(fakeRun()));
    await whose.selectOption('fake-laptop');
    await files.setInputFiles([{ name: 'a.json', mimeType: 'application/json', buffer }]);
    await says('Decided on your files (virtual, on a virtual processor)');
    expect(await whose.inputValue(), 'the choice says what was decided on').toBe('');
    const chooser = page.waitForEvent('filechooser');
    await files.click();
    await chooser;
    expect(await files.inputValue(), 'empty it: the same file again is to be read again').toBe('');
    expect(await axeFinds(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await axeFinds(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    expect(complaints).toEqual([]);
    expect(asked.filter(Boolean), 'each is sent once, when it is chosen').toEqual([
      'fake-bench',
      'fake-laptop',
    ]);
    await context.close();
  }, 60_000);

  it('remembers the chosen machine for the visit, and answers for the last one chosen', async () => {
    const { browser, address } = where();
    const context = await browser.newContext();
    const page = await context.newPage();
    let release = () => {};
    const late = new Promise<void>(done => (release = done));
    const first = await openForm(page, address);
    await page.route('**/fake-laptop.json', route => late.then(() => route.continue()));
    await first.whose.selectOption('fake-laptop');
    await first.says('Loading the records of fake-laptop.');
    await first.whose.selectOption('fake-bench');
    await first.says('Decided on the records of fake-bench');
    const arrived = page.waitForResponse('**/fake-laptop.json');
    release();
    await (await arrived).finished();
    await first.task('read');
    await first.says('Decided on the records of fake-bench (virtual');
    await first.whose.selectOption('fake-laptop');
    const again = await openForm(page, address);
    await again.says('Decided on the records of fake-laptop');
    await page.route('**/fake-bench.json', route => route.abort());
    await again.whose.selectOption('fake-bench');
    await again.says('The records of fake-bench could not be loaded');
    await context.close();
    const other = await browser.newPage();
    await (await openForm(other, address)).says('Decided on the records of fake-bench');
    await other.close();
  }, 60_000);
}
