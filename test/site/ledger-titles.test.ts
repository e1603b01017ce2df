// A ledger's columns are headed in plain words that fit above them, for every ledger that a page asks for.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../lab/measure/histogram.ts';
import type { Metric } from '../../lab/records/schema.ts';
import { WIDE } from '../../site/figures/figure.ts';
import { ledger } from '../../site/figures/ledger.ts';
import { distribution, fakeRecord } from '../helpers/records.ts';

const folder = join(import.meta.dirname, '../../site/content/docs');
/** What a letter of a heading is wide, in drawing units. */
const CHARACTER = 6.2;

interface Asked {
  readonly page: string;
  readonly id: string;
  readonly metrics: readonly string[];
  readonly drivers: readonly string[];
}

const words = (list: string | undefined): string[] =>
  [...(list ?? '').matchAll(/'([^']+)'/g)].map(found => found[1]!);

/** The ledgers of a page: what its columns count, and the names of its rows. */
function ledgersOf(page: string, source: string): Asked[] {
  return [...source.matchAll(/<Figure kind="ledger"[\s\S]*?\/>/g)].map(([figure]) => ({
    page,
    id: /\bid="([^"]+)"/.exec(figure)![1]!,
    metrics: words(/\bmetrics=\{\[([^\]]*)\]/.exec(figure)?.[1]),
    drivers: [...figure.matchAll(/\bdrivers(?:=\{|: )\[([^\]]*)\]/g)].flatMap(all => words(all[1])),
  }));
}

const all = readdirSync(folder)
  .filter(name => name.endsWith('.mdx'))
  .flatMap(name => ledgersOf(name, readFileSync(join(folder, name), 'utf8')))
  .filter(one => one.metrics.length > 0);

interface Heading {
  readonly text: string;
  readonly x: number;
  readonly width: number;
}

/** Headings as they are drawn, from left to right: several lines of one stand under each other. */
function headings({ metrics, drivers }: Asked): Heading[] {
  const bins = new Histogram();
  bins.record(3);
  const counted: Metric = { ...distribution(bins, [3]), kind: 'count', unit: 'count' };
  const items = drivers.map(driver => {
    const found = Object.fromEntries(metrics.map(metric => [metric.split(':')[0]!, counted]));
    return { record: { ...fakeRecord({ driver }), metrics: found }, mechanism: 'dma' as const };
  });
  const { wide } = ledger(items, { id: 'test', title: 'A test', metrics });
  const lines = [...wide.matchAll(/<text x="([\d.]+)"[^>]*class="fig-title">([^<]+)</g)];
  return [...Map.groupBy(lines, ([, x]) => Number(x))].map(([x, mine]) => ({
    x,
    text: mine.map(([, , text]) => text).join(' '),
    width: Math.max(...mine.map(([, , text]) => text!.length * CHARACTER)),
  }));
}

describe('the headings of a ledger', () => {
  it('are looked for where there are some (or this test looks at nothing)', () => {
    expect(all.length).toBeGreaterThan(5);
    const page = `<Figure kind="ledger" id="a" metrics={['b', 'c:max']} drivers={['d']} />`;
    expect(ledgersOf('p', page)).toEqual([
      { page: 'p', id: 'a', metrics: ['b', 'c:max'], drivers: ['d'] },
    ]);
  });

  it.each(all)('of $id on $page are words, each column has its own, and each has room', asked => {
    const found = headings(asked);
    expect(found).toHaveLength(asked.metrics.length);
    for (const { text } of found) {
      expect(text, 'give it a title in site/data/figure-strings.ts').not.toMatch(
        /_|\bper op\b|\bns\b/,
      );
    }
    expect(new Set(found.map(one => one.text)).size).toBe(found.length);
    const ends = [...found.slice(1).map(one => one.x), WIDE];
    found.forEach(({ text, x, width }, at) => {
      expect(x + width, `“${text}” meets the next heading`).toBeLessThan(ends[at]!);
    });
  });

  it('of the buffers’ costs say what is counted, in few words', () => {
    const metrics = [
      ...['held_ns', 'held_share', 'left_ns', 'left_bytes', 'faults_per_op'],
      ...['fetched_bytes_per_op', 'disk_reads_per_op', 'disk_writes_per_op', 'disk_flushes_per_op'],
    ];
    const titles = metrics.map(
      metric => headings({ page: '', id: '', metrics: [metric], drivers: ['a'] })[0]!.text,
    );
    expect(titles).toEqual([
      ...['program held', 'share held', 'left for fsync', 'left in buffer', 'page faults each'],
      ...['bytes fetched each', 'disk reads each', 'disk writes each', 'flushes each'],
    ]);
  });

  it('stand in several lines where columns are narrow, above the rows', () => {
    const metrics = ['two_long_words', 'other_long_words', 'more_long_words', 'a', 'b', 'c', 'd'];
    const record = fakeRecord({ driver: 'a-name-of-some-length' });
    const counted = Object.fromEntries(
      metrics.map(name => [name, { kind: 'count', unit: 'count', value: 1 } as const]),
    );
    const item = { record: { ...record, metrics: counted }, mechanism: 'dma' as const };
    const placed = (chosen: readonly string[]) => {
      const { wide } = ledger([item], { id: 'test', title: 'A test', metrics: chosen });
      const heights = (name: string) =>
        [...wide.matchAll(new RegExp(`y="([\\d.]+)"[^>]*class="${name}"`, 'g'))].map(one =>
          Number(one[1]),
        );
      return { titles: heights('fig-title'), values: heights('fig-value') };
    };
    const { titles, values } = placed(metrics);
    expect(titles.length).toBeGreaterThan(metrics.length);
    expect(Math.max(...titles)).toBeLessThan(Math.min(...values) - 12);
    const few = placed(metrics.slice(0, 2));
    expect(few.titles).toHaveLength(2);
    expect(Math.min(...few.values)).toBeLessThan(Math.min(...values));
  });
});
