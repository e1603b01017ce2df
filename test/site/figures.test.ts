// Figures are pure: the same records give the same drawing, whatever the records say.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../lab/measure/histogram.ts';
import type { Distribution, LabRecord } from '../../lab/records/schema.ts';
import type { Drawn, Item } from '../../site/figures/figure.ts';
import { histogram, rebin } from '../../site/figures/histogram.ts';
import { placeLabels, spread } from '../../site/figures/labels.ts';
import { quantiles } from '../../site/figures/quantiles.ts';
import { ratios } from '../../site/figures/ratios.ts';
import { scaling } from '../../site/figures/scaling.ts';
import { signature } from '../../site/figures/signature.ts';
import { split } from '../../site/figures/split.ts';
import { fakeRecord, fakeUnsupported } from '../helpers/records.ts';
import { fixtureRecords, fixtureRun, hostileRecord, withMetric } from './fixtures.ts';

const all = fixtureRecords();
const items = (records: readonly LabRecord[]): Item[] =>
  records.map(record => ({
    record,
    mechanism: record.driver === 'busy-poll' ? 'polling' : 'interrupt',
  }));
const options = { id: 'test', title: 'A test' };

/** Every kind of figure over the given records. */
function every(records: readonly LabRecord[]): Record<string, Drawn> {
  const some = items(records);
  const comparisons = records.length === 0 ? [] : fixtureRun(records).comparisons;
  return {
    signature: signature(some, options),
    quantiles: quantiles(some, options),
    histogram: histogram(some, options),
    scaling: scaling(some, {
      ...options,
      over: 'depth',
      metric: 'ops_per_s',
      unit_title: 'reads per second',
    }),
    split: split(some, options),
    ratios: ratios(
      comparisons
        .filter(one => one.metric === 'ops_per_s')
        .map(comparison => ({ comparison, mechanism: 'completion' })),
      { ...options, by: 'depth' },
    ),
  };
}

/** What an XML parser would complain of, as far as our own builder could get it wrong. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [tag, close, name, empty] of svg.matchAll(/<(\/?)([a-zA-Z]+)[^<>]*?(\/?)>/g)) {
    if (close === '/') expect(open.pop(), `closing ${tag}`).toBe(name);
    else if (empty !== '/') open.push(name!);
  }
  expect(open).toEqual([]);
  const ids = [...svg.matchAll(/\sid="([^"]*)"/g)].map(found => found[1]);
  expect(new Set(ids).size, 'ids are unique').toBe(ids.length);
}

describe('every figure', () => {
  const drawn = every(all);

  it.each(Object.keys(drawn))(
    '%s: is an image with title and description, sound and finite',
    kind => {
      const figure = drawn[kind]!;
      expect(figure.empty).toBe(false);
      for (const svg of [figure.wide, figure.narrow]) {
        expect(svg).toMatch(/^<svg [^>]*role="img"/);
        expect(svg).toContain('<title id="test-');
        expect(svg).toMatch(/<desc id="test-[a-z]+-desc">[^<]{20,}<\/desc>/);
        expect(svg).not.toMatch(/NaN|Infinity|undefined|null|style=/);
        assertWellFormed(svg);
      }
      expect(figure.wide).not.toBe(figure.narrow);
      expect(figure.table.rows.length).toBeGreaterThan(0);
      for (const row of figure.table.rows) expect(row.length).toBe(figure.table.columns.length);
    },
  );

  it('wide and narrow share no id, so both can stand on one page', () => {
    for (const figure of Object.values(drawn))
      assertWellFormed(`<g>${figure.wide}${figure.narrow}</g>`);
  });

  it('does not depend on the order in which records were found', () => {
    expect(JSON.stringify(every([...all].reverse())) === JSON.stringify(drawn)).toBe(true);
  });

  it('says "Not measured yet" where there is nothing', () => {
    for (const figure of Object.values(every([]))) {
      expect(figure.empty).toBe(true);
      expect(figure.wide).toContain('>Not measured yet<');
      expect(figure.table.rows).toEqual([]);
    }
  });

  it('treats records without samples as nothing, not as zero', () => {
    for (const figure of Object.values(every([]))) expect(figure.empty).toBe(true);
    expect(signature(items([fakeUnsupported()]), options).empty).toBe(true);
    expect(split(items([fakeRecord()]), options).empty).toBe(true);
  });

  it('keeps a hostile name as text', () => {
    const hostile = hostileRecord();
    for (const [kind, figure] of Object.entries(every([hostile, ...all]))) {
      for (const svg of [figure.wide, figure.narrow]) {
        expect(svg, kind).not.toMatch(/<script|<img|onerror=alert\(2\)>/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
        expect(svg, kind).not.toMatch(/\u0000/);
        assertWellFormed(svg);
      }
    }
    expect(signature(items([hostile]), options).wide).toContain('&lt;script&gt;');
  });
});

describe('scaling', () => {
  it('leads from where lines end together to the names that had to move, wide and narrow', () => {
    const drivers = ['io-uring-iopoll', 'nvme-poll', 'registers-intx'];
    const records = drivers.flatMap(driver =>
      [1, 32].map(depth =>
        withMetric(fakeRecord({ driver, parameters: { depth } }), 'ops_per_s', {
          kind: 'time',
          unit: 'ops/s',
          value: 5000,
        }),
      ),
    );
    const drawn = scaling(items(records), {
      ...options,
      over: 'depth',
      metric: 'ops_per_s',
      unit_title: 'reads per second',
    });
    for (const svg of [drawn.wide, drawn.narrow]) {
      const names = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" class="fig-name">/g)];
      const heights = names.map(([, , y]) => Number(y)).sort((a, b) => a - b);
      expect(names).toHaveLength(drivers.length);
      expect(new Set(names.map(([, x]) => x)).size, 'all in the margin').toBe(1);
      for (const [at, y] of heights.slice(1).entries())
        expect(y - heights[at]!).toBeGreaterThan(14);
      expect(svg.split('class="fig-leader"').length - 1).toBeGreaterThanOrEqual(2);
    }
  });
});

describe('histogram', () => {
  it('accounts for every sample inside its range', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 200, max: 5_000_000 }), { minLength: 1 }), values => {
        const bins = new Histogram();
        bins.recordMany(Float64Array.from(values));
        const shares = rebin(bins.toBins(), 100, 10_000_000, 80);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('round-trip split', () => {
  it('adds up to the round trip, and gives the host what is left', () => {
    const base = withMetric(fakeRecord({ experiment: 'round-trip', p50_ns: 1000 }), 'wire_ns', {
      kind: 'time',
      unit: 'ns',
      value: 700,
    });
    const record = withMetric(base, 'service_ns', { kind: 'time', unit: 'ns', value: 200 });
    record.metrics.latency_ns = { kind: 'time', unit: 'ns', value: 1000 };
    const [row] = split(items([record]), options).table.rows;
    const cells = row?.slice(1, 7).map(text => text.replace('\u00a0', ' '));
    expect(cells).toEqual(['1 µs', '–', '0 ns', '100 ns', '700 ns', '200 ns']);
  });

  it('does not call the lab’s own late start the host’s', () => {
    const total = (value: number) => ({ kind: 'time', unit: 'ns', value }) as const;
    const metrics = {
      latency_ns: total(1000),
      wire_ns: total(500),
      service_ns: total(200),
      start_late_ns: total(180),
    };
    const cellsOf = (more: Readonly<Record<string, ReturnType<typeof total>>>) => {
      const record = fakeRecord({
        experiment: 'round-trip',
        over: { metrics: { ...metrics, ...more } },
      });
      const [row] = split(items([record]), options).table.rows;
      return row!.slice(3, 7).map(text => text.replace('\u00a0', ' '));
    };
    expect(cellsOf({}), 'what is left').toEqual(['180 ns', '120 ns', '500 ns', '200 ns']);
    expect(cellsOf({ host_ns: total(110) })[1], 'what the record itself says').toBe('110 ns');
  });

  it('never draws a negative share', () => {
    const record = withMetric(fakeRecord({ p50_ns: 500 }), 'wire_ns', {
      kind: 'time',
      unit: 'ns',
      value: 900_000,
    });
    expect(split(items([record]), options).wide).not.toMatch(/width="-/);
  });
});

describe('quantiles', () => {
  it('keep an interval that is wider than the quantiles inside their frame', () => {
    const record = fakeRecord({ p50_ns: 1000 });
    const metric = record.metrics.latency_ns! as Distribution;
    metric.interval = [20, 900_000];
    for (const svg of [
      quantiles(items([record]), options).wide,
      quantiles(items([record]), options).narrow,
    ]) {
      const line = /<line[^>]*class="fig-interval"[^>]*>/.exec(svg)![0];
      const width = Number(/viewBox="0 0 (\d+)/.exec(svg)![1]);
      const [from, to] = [/x1="([^"]*)"/, /x2="([^"]*)"/].map(one => Number(one.exec(line)![1]));
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(width);
    }
  });
});

describe('ratios', () => {
  it('puts the noise under the comparison that it qualifies, and says so', () => {
    const { rows } = every(all).ratios!.table;
    expect(rows[0]?.[0]).toMatch(/^io-uring, depth/);
    expect(rows[1]?.[0]).toMatch(/\(A\/A\)/);
    expect(rows[1]?.[4]).toMatch(/baseline against itself/);
  });
});

describe('labels', () => {
  const frame = { left: 0, top: 0, right: 600, bottom: 300 };

  it('are struck through by no line where there is room beside it', () => {
    const bar = { left: 100, right: 500, top: 148, bottom: 152 };
    const [placed] = placeLabels([{ x: 300, y: 150, text: 'busy-poll' }], frame, [], [bar]);
    const top = placed!.label_y - 11;
    expect(top > bar.bottom || top + 14 < bar.top).toBe(true);
  });

  it('stay inside the frame and off each other, for scattered points', () => {
    const points = Array.from({ length: 8 }, (_, index) => ({
      x: 60 + 65 * index,
      y: 40 + ((index * 83) % 220),
      text: `driver-${index}`,
    }));
    const boxes = placeLabels(points, frame).map(({ label_x, label_y, text }) => ({
      left: label_x,
      right: label_x + text.length * 7.25,
      top: label_y - 11,
      bottom: label_y + 3,
    }));
    for (const [index, a] of boxes.entries()) {
      expect(a.left).toBeGreaterThanOrEqual(frame.left);
      expect(a.right).toBeLessThanOrEqual(frame.right + 4);
      for (const b of boxes.slice(index + 1)) {
        const apart =
          a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        expect(apart, `label ${index} covers another`).toBe(true);
      }
    }
  });

  it('are apart in a crowd, on a phone', () => {
    const crowd = Array.from({ length: 25 }, (_, index) => ({
      x: 110 + ((index * 37) % 90),
      y: 100 + ((index * 53) % 180),
      text: 'thread-per-device'.slice(0, 5 + ((index * 7) % 12)),
    }));
    const placed = placeLabels(crowd, { left: 62, top: 34, right: 318, bottom: 290 });
    const covered = placed.flatMap((a, index) =>
      placed
        .slice(index + 1)
        .filter(
          b =>
            Math.abs(a.label_y - b.label_y) < 12 &&
            a.label_x < b.label_x + b.text.length * 7.25 &&
            b.label_x < a.label_x + a.text.length * 7.25,
        ),
    );
    expect(covered).toEqual([]);
  });

  it('have lines to their marks that the eye can follow, through no other name', () => {
    const crowd = Array.from({ length: 14 }, (_, index) => ({
      x: 300 + ((index * 17) % 40),
      y: 150 + ((index * 23) % 40),
      text: 'io-uring-multishot'.slice(0, 6 + ((index * 5) % 12)),
    }));
    const placed = placeLabels(crowd, frame);
    const led = placed.filter(({ leader }) => leader !== undefined);
    expect(led.length, 'a crowd this dense needs lines').toBeGreaterThan(3);
    const along = ({ x, y, leader }: (typeof led)[number], part: number) => ({
      x: x + (leader!.x - x) * part,
      y: y + (leader!.y - y) * part,
    });
    for (const [index, one] of led.entries()) {
      for (const other of placed.filter(label => label.text !== one.text || label.x !== one.x)) {
        for (let part = 0; part <= 1; part += 0.02) {
          const { x, y } = along(one, part);
          const covered =
            x > other.label_x &&
            x < other.label_x + other.text.length * 7.25 &&
            y > other.label_y - 9 &&
            y < other.label_y + 1;
          expect(covered, `the line of ${index} runs through ${other.text}`).toBe(false);
        }
      }
    }
  });

  it('are apart even where the marks lie on one spot', () => {
    const heap = ['poll', 'epoll', 'io-uring', 'blocking'].map(text => ({ x: 300, y: 150, text }));
    const spots = placeLabels(heap, frame).map(({ label_x, label_y }) => `${label_x} ${label_y}`);
    expect(new Set(spots).size).toBe(heap.length);
  });

  it('spread keeps order, gap and limits', () => {
    const placed = spread([50, 51, 52, 10], 0, 100, 10);
    const sorted = [...placed].sort((a, b) => a - b);
    expect(placed[3]).toBe(sorted[0]);
    for (let at = 1; at < sorted.length; at++) {
      expect(sorted[at]! - sorted[at - 1]!).toBeGreaterThanOrEqual(10);
    }
    expect(sorted[3]).toBeLessThanOrEqual(100);
  });
});
