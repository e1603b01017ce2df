// What a page sends to a reader who comes for the first time, compressed as a web host does.
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
      const compressed_bytes = gzipSync(await response.body(), { level: 9 }).length;
      return { path: new URL(response.url()).pathname, kind, compressed_bytes };
    }),
  );
  await context.close();
  return sent;
}

/** Sum of the compressed bytes; inline scripts of the page count as scripts too. */
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
