// Every figure and timeline of the course as Chromium draws it, on a wide page and on a phone, from the published
// records: no words on others, none cut off, none too small to read; and each says what it rests on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NARROW, WIDE } from '../../site/figures/figure.ts';
import { drawTimeline } from '../../site/timelines/draw.ts';
import { timelineForms, timelineOf } from '../../site/timelines/find.ts';
import { figuresAsked, requestsOf } from './figures-asked.ts';
import { CHROMIUM_ARGUMENTS, chromiumPath } from './serve.ts';

const root = join(import.meta.dirname, '../..');
const asked = await figuresAsked();

interface Picture {
  readonly name: string;
  readonly wide: string;
  readonly narrow: string;
}

const pictures: Picture[] = [
  ...asked.flatMap(({ page, request, shown }) =>
    shown.map(({ drawn }) => ({ name: `${page}#${request.id}`, ...drawn })),
  ),
  ...(await Promise.all(
    timelineForms().map(async form => ({
      name: `timeline ${form}`,
      ...drawTimeline(await timelineOf(form), `timeline-${form}`),
    })),
  )),
];

describe('what pages ask for', () => {
  it('is read from their tags, expressions and all', () => {
    const page = `text <Figure kind="ledger" id="a" prefer={{ rate_hz: 10 }} bands={[
      { title: 'one', drivers: ['b'] },
    ]} metrics={['c:max']} /> more`;
    expect(requestsOf(page)).toEqual([
      {
        kind: 'ledger',
        id: 'a',
        prefer: { rate_hz: 10 },
        bands: [{ title: 'one', drivers: ['b'] }],
        metrics: ['c:max'],
      },
    ]);
    expect(asked.length).toBeGreaterThan(150);
    for (const { page: name, request } of asked) {
      expect(request, name).toMatchObject({
        kind: expect.any(String),
        experiment: expect.any(String),
        device: expect.any(String),
      });
    }
  });

  it('says how often it was measured, how surely, and how to measure it again', () => {
    const without = asked.flatMap(({ page, request, shown }) =>
      shown.flatMap(({ facts, command, drawn, records }) => {
        const said = facts.join('; ');
        const missing = [
          !/^n = [\d\u202f]/.test(said) && 'n',
          !/interval|range of|ranges in|exact counts|counts of a running system/.test(said) &&
            'interval',
          !/^npx iolab run /.test(command) && 'command',
          records.length === 0 && 'records',
          drawn.table.rows.length === 0 && 'table',
        ].filter(Boolean);
        return drawn.empty || missing.length === 0
          ? []
          : [`${page}#${request.id}: ${missing.join(', ')}`];
      }),
    );
    expect(without).toEqual([]);
  });

  it('names an interval, or the range of few rounds, in the table of every figure of times', () => {
    const timed = asked.filter(({ request }) =>
      ['signature', 'quantiles', 'histogram', 'split', 'stack', 'ratios'].includes(request.kind),
    );
    expect(timed.length).toBeGreaterThan(30);
    for (const { page, request, shown } of timed) {
      for (const { drawn } of shown.filter(one => !one.drawn.empty)) {
        expect(drawn.table.columns, `${page}#${request.id}`).toContainEqual(
          expect.stringMatching(/(?:95 % interval|range of the rounds)$/),
        );
      }
    }
  });
});

const path = chromiumPath();
if (path === undefined) {
  console.log('test/site/figures-drawn.test.ts: no Chromium, see browser.test.ts');
}

/** What a letter must at least be high on a phone of 320 px, whose drawings are a little smaller. */
const LEAST_PX = 9;
/** Width of a drawing on that phone: the whole page but for the frame's own padding. */
const PHONE_PX = 312;

describe.skipIf(path === undefined)('every figure in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: path!, args: CHROMIUM_ARGUMENTS });
  });
  afterAll(() => browser?.close());

  const styles = ['theme', 'figures', 'timelines', 'channel']
    .map(name => readFileSync(join(root, `site/styles/${name}.css`), 'utf8'))
    .join('\n');

  it.each([
    ['wide', WIDE],
    ['narrow', NARROW],
  ] as const)(
    'has its words apart, whole and large enough, %s',
    async (which, width) => {
      const page = await browser.newPage({ viewport: { width: width + 40, height: 800 } });
      const boxes = pictures
        .map(one => `<div data-name="${one.name}">${one[which]}</div>`)
        .join('');
      // Drawn at its own size, so that a pixel is a drawing unit; the site's fonts are the system's.
      const own = `:root { --__sl-font: var(--sl-font); --__sl-font-mono: var(--sl-font-mono) }
      body { margin: 20px } svg.fig { width: ${width}px; max-width: none; margin: 0 0 20px }`;
      await page.setContent(`<style>${styles}${own}</style>${boxes}`);
      const { faults, least } = await page.evaluate(() => {
        const found: string[] = [];
        let smallest = Number.POSITIVE_INFINITY;
        for (const svg of document.querySelectorAll('svg.fig')) {
          const name = (svg.parentElement as HTMLElement).dataset.name;
          const frame = svg.getBoundingClientRect();
          const texts = [...svg.querySelectorAll('text')].map(text => {
            smallest = Math.min(smallest, Number.parseFloat(getComputedStyle(text).fontSize));
            return { said: text.textContent, at: text.getBoundingClientRect() };
          });
          for (const [index, { said, at }] of texts.entries()) {
            const out = Math.max(
              frame.left - at.left,
              at.right - frame.right,
              frame.top - at.top,
              at.bottom - frame.bottom,
            );
            // The frame around a drawing has this much room.
            if (out > 6) found.push(`${name}: “${said}” is cut off by ${Math.round(out)}`);
            for (const other of texts.slice(0, index)) {
              const across = Math.min(at.right, other.at.right) - Math.max(at.left, other.at.left);
              const down = Math.min(at.bottom, other.at.bottom) - Math.max(at.top, other.at.top);
              // Lines of letters have some air above and below, which may touch.
              if (across > 2 && down > 4) found.push(`${name}: “${said}” lies on “${other.said}”`);
            }
          }
        }
        return { faults: found, least: smallest };
      });
      await page.close();
      expect(faults).toEqual([]);
      const shrunk = which === 'narrow' ? PHONE_PX / NARROW : 1;
      expect(least * shrunk, 'the smallest letters').toBeGreaterThanOrEqual(LEAST_PX);
    },
    60_000,
  );
});
