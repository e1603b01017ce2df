// How the site says laws and shares: the line through counts, what one more costs where points scatter,
// a driver's line for each value of a second setting, and a share as part of the whole.
import { describe, expect, it } from 'vitest';
import type { LabRecord } from '../../lab/records/schema.ts';
import { figuresFor } from '../../site/data/figures.ts';
import { counts } from '../../site/figures/counts.ts';
import type { Item } from '../../site/figures/figure.ts';
import { fitWords } from '../../site/figures/fit.ts';
import { quantity } from '../../site/figures/format.ts';
import { scaling } from '../../site/figures/scaling.ts';
import { fakeRecord } from '../helpers/records.ts';
import { withMetric } from './fixtures.ts';

const options = { id: 'test', title: 'A test' };
const items = (records: readonly LabRecord[]): Item[] =>
  records.map(record => ({ record, mechanism: 'interrupt' }));
const texts = (svg: string, name: string) =>
  [...svg.matchAll(new RegExp(`class="${name}">([^<]+)<`, 'g'))].map(found => found[1]);
/** Spaces that keep a number and its unit together read as spaces here. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

describe('a law in words', () => {
  const law = (metric: string, over: string, a: number, b: number, width = 0) => ({
    metric,
    over,
    a,
    a_interval: [a - width, a + width] as [number, number],
    b,
    b_interval: [b * (1 - width), b * (1 + width)] as [number, number],
  });
  const words = (...[one, part, each]: Parameters<typeof fitWords>) =>
    plain(fitWords(one, part, each));

  it('is the whole line where the counts lie on it', () => {
    expect(words(law('instructions', 'records', 3, 13), 'line', 'record')).toBe(
      '3 + 13 per record',
    );
  });

  it('is the slope with its interval, in the unit of the metric, where the points scatter', () => {
    const of = (metric: string, b: number, over = 'count') =>
      words(law(metric, over, -70, b, 0.5), 'slope', 'one');
    expect(of('cost_ns', 48.6)).toBe('48.6 ns (24.3 ns to 72.9 ns) per one');
    expect(of('create_ns', 21_000_000)).toBe('21 ms (10.5 ms to 31.5 ms) per one');
    expect(of('memory_bytes', 160)).toBe('160 bytes (80 bytes to 240 bytes) per one');
    expect(of('memory_bytes', 20_000)).toBe('20 kB (10 kB to 30 kB) per one');
    expect(of('memory_bytes', 40e6)).toBe('40 MB (20 MB to 60 MB) per one');
    expect(of('cpu_share', 9e-6, 'rate_hz')).toBe('9 µs (4.5 µs to 13.5 µs) per one');
  });

  it('leaves out an interval that is narrower than its last digit', () => {
    const narrow = (width: number) =>
      words(law('memory_bytes', 'count', 0, 664, width), 'slope', 'one');
    expect(narrow(1e-6)).toBe('664 bytes per one');
    expect(narrow(0.01)).toBe('664 bytes (657 bytes to 671 bytes) per one');
  });

  it('is the start alone where nothing is what the page is about', () => {
    expect(words(law('cpu_share', 'rate_hz', 0.98, 0), 'start', 'event')).toBe('98 %');
  });
});

describe('scaling by a second setting', () => {
  const read = (driver: string, pool: number, depth: number) =>
    fakeRecord({
      experiment: 'threads',
      device: 'file',
      driver,
      parameters: { pool, depth },
      p50_ns: 1000 * pool * depth,
    });
  const axes = { over: 'pool', metric: 'latency_ns', unit_title: 'latency', by: 'depth' };
  const pools = [128, 1, 4];
  const one = pools.flatMap(pool => [32, 1, 8].map(depth => read('thread-pool', pool, depth)));

  it('has a line for each of its values, in their order, whatever order the records came in', () => {
    const drawn = scaling(items(one), { ...options, ...axes });
    expect(texts(drawn.wide, 'fig-name').map(name => plain(name!))).toEqual([
      'depth 1',
      'depth 8',
      'depth 32',
    ]);
    expect(drawn.table.rows.map(([name, at]) => [plain(name!), at])).toEqual(
      [1, 8, 32].flatMap(depth =>
        [1, 4, 128].map(pool => [`thread-pool, depth ${depth}`, String(pool)]),
      ),
    );
    expect(scaling(items(one.toReversed()), { ...options, ...axes })).toEqual(drawn);
  });

  it('names the driver too where there are several', () => {
    const two = [...one, ...pools.map(pool => read('other', pool, 1))];
    const { wide } = scaling(items(two), { ...options, ...axes });
    expect(texts(wide, 'fig-name').map(name => plain(name!))).toEqual([
      'other, depth 1',
      'thread-pool, depth 1',
      'thread-pool, depth 8',
      'thread-pool, depth 32',
    ]);
  });

  it('keeps every digit of a setting, which was chosen and not measured', () => {
    const sizes = [512, 65_537].map(chunk_bytes => fakeRecord({ parameters: { chunk_bytes } }));
    const axis = { over: 'chunk_bytes', metric: 'latency_ns', unit_title: 'latency' };
    const drawn = scaling(items(sizes), { ...options, ...axis });
    expect(drawn.table.rows.map(([, at]) => plain(at!))).toEqual(['512', '65 537']);
    expect(texts(drawn.wide, 'fig-tick').map(tick => plain(tick!))).toContain('65 537 B');
  });
});

describe('a throughput', () => {
  it('is said in the unit that keeps it short', () => {
    const words = [950, 48_000, 331e6, 2.5e9].map(value => plain(quantity(value, 'B/s')));
    expect(words).toEqual(['950 B/s', '48 kB/s', '331 MB/s', '2.5 GB/s']);
  });
});

describe('a share', () => {
  const asleep = (mode: string, value: number) =>
    withMetric(fakeRecord({ parameters: { mode, load: 'none' } }), 'asleep_share', {
      kind: 'count',
      unit: '1',
      value,
    });

  it('is a bar of the whole, in per cent, and none is a result', () => {
    const all = [asleep('polled', 0), asleep('interrupt', 0.5)];
    const { wide, table } = counts(items(all), {
      ...options,
      metric: 'asleep_share',
      by: 'mode',
      unit_title: 'cycles asleep',
    });
    expect(texts(wide, 'fig-value')).toEqual(['0 %', '50 %']);
    expect(table.rows.map(row => row.slice(0, 2))).toEqual([
      ['polled', '0 %'],
      ['interrupt', '50 %'],
    ]);
    const [half] = [...wide.matchAll(/width="([\d.]+)"[^>]*class="fig-count/g)];
    const [, path] = /<path d="([^"]*)" class="fig-grid"/.exec(wide)!;
    const grid = [...path!.matchAll(/M([\d.]+)/g)].map(([, x]) => Number(x));
    // The axis goes from nought to all, so half of it is half of the frame.
    expect(Number(half![1]) / (Math.max(...grid) - Math.min(...grid))).toBeCloseTo(0.5, 2);
  });
});

describe('the facts under a ledger', () => {
  const facts = (metrics: string[]) =>
    figuresFor(
      { kind: 'ledger', ...options, experiment: 'wakeup', device: 'fifo', metrics },
      {
        records: [{ value: fakeRecord(), path: 'a', machine: 'fake', yours: false, file: '' }],
        runs: [],
        problems: [],
      },
      () => 'interrupt',
    ).shown[0]!.facts.join();

  it('call times medians, and counts counts', () => {
    expect(facts(['syscalls_per_op', 'cpu_ns_per_op'])).toMatch(/medians of the rounds/);
    expect(facts(['syscalls_per_op'])).toMatch(/counts of a running system/);
  });
});
