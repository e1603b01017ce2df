// What a page sends to a reader who comes for the first time, compressed as a web host does.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Response } from 'playwright-core';

export interface Sent {
  readonly path: string;
  readonly kind: 'script' | 'style' | 'page' | 'other';
  readonly compressed_bytes: number;
}

/** All that a page loads until nothing is asked for any more, with an empty cache. */
export async function sentBy(browser: Browser, url: string): Promise<Sent[]> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const responses: Response[] = [];
  const page = await context.newPage();
  page.on('response', response => responses.push(response));
  await page.goto(url, { waitUntil: 'networkidle' });
  const sent = await Promise.all(
    responses.map(async (response): Promise<Sent> => {
      const type = response.headers()['content-type'] ?? '';
      const kind = /javascript/.test(type)
        ? 'script'
        : /css/.test(type)
          ? 'style'
          : /html/.test(type)
            ? 'page'
            : 'other';
      const compressed_bytes = compressed(await response.body());
      return { path: new URL(response.url()).pathname, kind, compressed_bytes };
    }),
  );
  await context.close();
  return sent;
}

const compressed = (body: Buffer | string): number => gzipSync(body, { level: 9 }).length;

/** Files below `folder` that a built page's scripts are in, and what stands in the page itself. */
function scriptsOf(folder: string, html: string, base: string) {
  const files = new Set<string>();
  const add = (path: string): void => {
    if (!path.endsWith('.js') || files.has(path)) return;
    files.add(path);
    const code = readFileSync(join(folder, path), 'utf8');
    for (const [, other] of code.matchAll(/\b(?:from|import)\s*["'`]([^"'`]+)["'`]/g)) {
      add(posix.join(posix.dirname(path), other!));
    }
  };
  const inline: string[] = [];
  for (const [, attributes, body] of html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)) {
    const source = /\ssrc="([^"]+)"/.exec(attributes!)?.[1];
    if (source !== undefined) add(source.slice(base.length));
    else if (!/type="application\/(?:ld\+)?json"/.test(attributes!)) inline.push(body!);
  }
  for (const [, link] of html.matchAll(/<link\b[^>]*rel="modulepreload"[^>]*href="([^"]+)"/g)) {
    add(link!.slice(base.length));
  }
  return { files, inline: inline.join('\n') };
}

const page = (folder: string, name: string): string =>
  readFileSync(join(folder, name.replace(/(?:^|\/)$/, '/index.html')), 'utf8');

const sizeOf = (folder: string) => (file: string) => compressed(readFileSync(join(folder, file)));
const sum = (sizes: readonly number[]): number => sizes.reduce((all, size) => all + size, 0);

/**
 * Compressed bytes of all scripts that a built page runs before anybody touches it: its own, those that it
 * names and those that they import. `folder` is the built site, `base` ends with a slash.
 */
export function scriptBytesOf(folder: string, name: string, base: string): number {
  const { files, inline } = scriptsOf(folder, page(folder, name), base);
  return compressed(inline) + sum([...files].map(sizeOf(folder)));
}

/** All that a first visit to a built page asks for but the page itself: scripts, styles, pictures; below the base. */
export function filesOf(folder: string, name: string, base: string): string[] {
  const html = page(folder, name);
  const found = scriptsOf(folder, html, base).files;
  const named = [
    ...html.matchAll(/<link\b[^>]*rel="(?:stylesheet|shortcut icon)"[^>]*href="([^"]+)"/g),
    ...html.matchAll(/<img\b[^>]*\ssrc="([^"]+)"/g),
  ];
  for (const [, link] of named) if (link!.startsWith(base)) found.add(link!.slice(base.length));
  return [...found];
}

/** Compressed bytes of a first visit to a built page. */
export const visitBytesOf = (folder: string, name: string, base: string): number =>
  compressed(page(folder, name)) + sum(filesOf(folder, name, base).map(sizeOf(folder)));

/** Sum of the compressed bytes. */
export const bytesOf = (sent: readonly Sent[], ...kinds: readonly Sent['kind'][]): number =>
  sent
    .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
    .reduce((sum, one) => sum + one.compressed_bytes, 0);

/** How far things moved that the reader had already seen (Layout Instability, cumulative score). */
export async function shiftOf(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 412, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const target = globalThis as unknown as { shift: number };
    target.shift = 0;
    new PerformanceObserver(list => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) {
        target.shift += entry.value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.evaluate(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 700) {
      scrollTo(0, y);
      await new Promise(resolve => requestAnimationFrame(resolve));
    }
  });
  const shift = await page.evaluate(() => (globalThis as unknown as { shift: number }).shift);
  await context.close();
  return shift;
}
