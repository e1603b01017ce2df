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

/**
 * Compressed bytes of all scripts that a built page runs before anybody touches it: its own, those that it
 * names and those that they import. `folder` is the built site, `base` ends with a slash.
 */
export function scriptBytesOf(folder: string, name: string, base: string): number {
  const html = readFileSync(join(folder, name.replace(/(?:^|\/)$/, '/index.html')), 'utf8');
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
  const sizes = [...files].map(file => compressed(readFileSync(join(folder, file))));
  return sizes.reduce((sum, size) => sum + size, compressed(inline.join('\n')));
}

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
