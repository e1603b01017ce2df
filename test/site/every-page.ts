// One visit after the other to every page of a built site: what the browser complains of meanwhile. Whatever a page may not do is looked for on all of them, not on a sample.
import { readdirSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Addresses below the site's base, the page for wrong addresses among them. */
export function pagesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /(?:^|\/)(?:index|404)\.html$/.test(name.replaceAll('\\', '/')))
    .map(name => name.replaceAll('\\', '/').replace(/index\.html$/, ''))
    .sort();
}

/** What a page does that it should not: errors, refusals of its policy, failed requests, foreign ones. */
export function complaintsOf(page: Page, origin: string): string[] {
  const found: string[] = [];
  page.on('console', message => {
    if (message.type() === 'error') found.push(`console: ${message.text()}`);
  });
  page.on('pageerror', error => found.push(`error: ${error.message}`));
  page.on('request', request => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) found.push(`asks ${url}`);
  });
  page.on('response', response => {
    if (response.status() >= 400) found.push(`${response.status()} for ${response.url()}`);
  });
  return found;
}

/** Where the pages are, and how a reader comes to them. */
export interface Visits {
  readonly browser: Browser;
  readonly origin: string;
  /** Between the origin and the pages' own names; ends with a slash. */
  readonly base: string;
  readonly pages: readonly string[];
  readonly options?: BrowserContextOptions;
}

/** Looks at every page, and fails where the browser complains. */
export async function everyPage(
  { browser, origin, base, pages, options = {} }: Visits,
  look: (page: Page, name: string) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    const complaints = complaintsOf(page, origin);
    for (const name of pages) {
      const response = await page.goto(`${origin}${base}${name}`);
      expect(response?.status(), name).toBe(200);
      await look(page, name);
      expect(complaints, name).toEqual([]);
    }
  } finally {
    await context.close();
  }
}

/** Folds open, and laid out what the browser would leave to later. */
export async function openAll(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { content-visibility: visible !important }');
    document.adoptedStyleSheets.push(sheet);
  });
}
