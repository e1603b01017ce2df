// The boards' figures: exact counts are printed with every digit, a nought is a result, the order of
// modes and loads is the one in which they are read.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabRecord } from '../../lab/records/schema.ts';
import { headline } from '../../site/data/machines.ts';
import { counts } from '../../site/figures/counts.ts';
import { cycles, cyclesFrame, outline } from '../../site/figures/cycles.ts';
import type { Drawn, Item } from '../../site/figures/figure.ts';
import { quantity } from '../../site/figures/format.ts';
import { modeMechanism } from '../../site/figures/modes.ts';
import { stack } from '../../site/figures/stack.ts';
import { fakeRecord } from '../helpers/records.ts';
import { boardFixtures } from './board-fixtures.ts';
import { hostileRecord, withMetric } from './fixtures.ts';

const all = boardFixtures();
const options = { id: 'test', title: 'A test' };
const items = (records: readonly LabRecord[]): Item[] =>
  records.map(record => ({ record, mechanism: modeMechanism(record) ?? 'interrupt' }));
const of = (experiment: string, device: string) =>
  items(all.filter(record => record.experiment === experiment && record.device === device));

const lost = (some: readonly Item[]) =>
  counts(some, {
    ...options,
    metric: 'lost_bytes',
    of: 'sent_bytes',
    group: ['load'],
    by: 'mode',
    unit_title: 'bytes lost',
  });

const kinds: Record<string, (some: readonly Item[]) => Drawn> = {
  cycles: some => cycles(some, options),
  counts: lost,
  stack: some => stack(some, options),
};
const given: Record<string, Item[]> = {
  cycles: of('service-latency', 'uno'),
  counts: of('overrun', 'uno').filter(({ record }) => record.parameters.traffic === 'one-way'),
  stack: of('stack-cost', 'uno'),
};

/** Text elements in reading order. */
const texts = (svg: string, name: string) =>
  [...svg.matchAll(new RegExp(`class="${name}">([^<]+)<`, 'g'))].map(found => found[1]);

describe.each(Object.keys(kinds))('%s', kind => {
  const drawn = kinds[kind]!(given[kind]!);

  it('is an image with title and description, sound and finite', () => {
    expect(drawn.empty).toBe(false);
    for (const svg of [drawn.wide, drawn.narrow]) {
      expect(svg).toMatch(/^<svg [^>]*role="img"/);
      expect(svg).toMatch(/<desc id="test-[a-z]+-desc">[^<]{20,}<\/desc>/);
      expect(svg).not.toMatch(/NaN|Infinity|undefined|null|style=|width="-|height="-/);
    }
    expect(drawn.table.rows.length).toBeGreaterThanOrEqual(given[kind]!.length);
    for (const row of drawn.table.rows) expect(row.length).toBe(drawn.table.columns.length);
  });

  it('does not depend on the order in which records were found', () => {
    expect(kinds[kind]!(given[kind]!.toReversed())).toEqual(drawn);
  });

  it('says "Not measured yet" where there is nothing to draw', () => {
    for (const none of [[], items([fakeRecord({ over: { metrics: {} } })])]) {
      expect(kinds[kind]!(none).empty).toBe(true);
      expect(kinds[kind]!(none).wide).toContain('>Not measured yet<');
    }
  });

  it('keeps a hostile name as text', () => {
    const base = hostileRecord();
    const hostile = { ...base, metrics: { ...base.metrics, ...given[kind]![0]!.record.metrics } };
    const { wide, narrow } = kinds[kind]!(items([hostile]));
    for (const svg of [wide, narrow]) expect(svg).not.toMatch(/<script|<img/);
  });
});

describe('cycles', () => {
  const { wide, narrow, table } = cycles(given.cycles!, options);

  it('prints least and most of every strip with every digit', () => {
    const spans = texts(wide, 'fig-value');
    expect(spans).toContain('9 to 11\u202f940');
    expect(spans.filter(text => text === 'always 30').length).toBe(6);
    expect(texts(narrow, 'fig-value')).toEqual(spans);
  });

  it('goes through loads, and within them through modes, from simple to elaborate', () => {
    expect(texts(wide, 'fig-band')).toEqual([
      'load\u00a0none',
      'load\u00a0medium',
      'load\u00a0heavy',
    ]);
    expect(texts(wide, 'fig-name').slice(0, 3)).toEqual(['polled', 'interrupt', 'interrupt+ring']);
  });

  it('gives every mode the colour of its mechanism', () => {
    for (const name of ['polling', 'interrupt', 'hybrid'])
      expect(wide).toContain(`class="m-${name}"`);
  });

  it('lists what a board cannot do, with the reason', () => {
    expect(table.rows.at(-1)?.at(-1)).toBe('unsupported: this board has no dma');
  });

  it('tells the most also in time, by the board’s own clock', () => {
    const row = table.rows.find(([name]) => name === 'polled, load\u00a0heavy');
    expect(row?.slice(4, 6)).toEqual(['11\u202f940', '746\u00a0µs']);
  });

  it('puts two boards into one frame on demand', () => {
    const both = [...of('service-latency', 'uno'), ...of('service-latency', 'pico')];
    const frame = cyclesFrame(both);
    const ticks = (device: string) =>
      texts(cycles(of('service-latency', device), { ...options, frame }).wide, 'fig-tick');
    expect(ticks('pico')).toEqual(ticks('uno'));
  });
});

describe('counts', () => {
  it('writes a nought out and draws no bar for it', () => {
    const { wide } = lost(given.counts!);
    expect(texts(wide, 'fig-value').filter(text => text === '0 of 4\u202f096').length).toBe(7);
    expect(wide.split('class="fig-count').length - 1).toBe(2);
  });

  it('draws one byte of a million as more than nothing', () => {
    const one = withMetric(given.counts![0]!.record, 'lost_bytes', {
      kind: 'count',
      unit: 'B',
      value: 1,
    });
    const many = withMetric(one, 'sent_bytes', { kind: 'count', unit: 'B', value: 1e6 });
    const half = withMetric(given.counts![1]!.record, 'lost_bytes', {
      kind: 'count',
      unit: 'B',
      value: 2048,
    });
    expect(lost(items([many, half])).wide).toMatch(/width="1.5"[^>]*class="fig-count/);
  });
});

describe('stack', () => {
  it('never gives the wire more than the whole', () => {
    const record = withMetric(given.stack![0]!.record, 'wire_ns', {
      kind: 'time',
      unit: 'ns',
      value: 1e12,
    });
    expect(stack(items([record]), options).wide).not.toMatch(/width="-/);
  });

  it('orders layers as they lie upon each other', () => {
    expect(stack(given.stack!, options).table.rows.map(([name]) => name)).toEqual([
      'raw',
      'serialport',
      'firmata',
      'johnny-five',
    ]);
  });
});

describe('exact quantities', () => {
  it('keep every digit while they are whole', () => {
    expect([quantity(3081, 'cycles'), quantity(3081.25, 'cycles'), quantity(65_537, 'B')]).toEqual([
      '3\u202f081',
      '3\u202f080',
      '65\u202f537',
    ]);
  });
});

describe('settings', () => {
  it('sort as they are read; a mode without the setting comes first, sizes carry their unit', () => {
    const drawn = counts(of('dma-block', 'pico'), {
      ...options,
      metric: 'bytes_per_wakeup',
      by: 'block_bytes',
      unit_title: 'bytes per wake-up',
    });
    expect(texts(drawn.wide, 'fig-name')).toEqual([
      'interrupt+ring',
      '1 byte',
      '4 bytes',
      '16 bytes',
      '64 bytes',
    ]);
  });

  it('puts the plain way before its cures', () => {
    const drawn = counts(of('torn-read', 'pico'), {
      ...options,
      metric: 'torn_reads',
      of: 'reads',
      group: ['width_bytes'],
      by: 'way',
      unit_title: 'torn reads',
    });
    expect(texts(drawn.wide, 'fig-name').slice(0, 3)).toEqual([
      'plain',
      'interrupts-off',
      'read-twice',
    ]);
    expect(texts(drawn.wide, 'fig-band')).toEqual([
      'width\u00a02\u00a0bytes',
      'width\u00a08\u00a0bytes',
    ]);
  });
});

describe('the list of a machine’s records', () => {
  it('says what each record is about, also where it has no latency', () => {
    const said = (experiment: string) =>
      headline(all.find(record => record.experiment === experiment)!).replace(
        /[\u00a0\u202f]/g,
        ' ',
      );
    expect(said('service-latency')).toMatch(/^\d+ cycles to service$/);
    expect(said('overrun')).toBe('0 of 4 096 bytes lost');
    expect(said('torn-read')).toBe('137 of 10 000 reads torn');
    expect(said('dma-block')).toBe('1.02 bytes per wake-up');
    expect(said('stack-cost')).toMatch(/ms$/);
    expect(headline(fakeRecord({ over: { metrics: {} } }))).toBe('–');
  });
});

/** How high each tenth of a pixel is covered, by walking the outlines. */
function heights(d: string): Map<number, number> {
  const high = new Map<number, number>();
  const tenths = (text: string) => Math.round(Number(text) * 10);
  for (const [, x0, y0, steps] of d.matchAll(/M([-\d.]+) ([-\d.]+)([^M]*)z/g)) {
    let x = tenths(x0!);
    let y = tenths(y0!);
    for (const [, letter, text] of steps!.matchAll(/([vhV])([-\d.]+)/g)) {
      if (letter === 'V') y = tenths(text!);
      else if (letter === 'v') y += tenths(text!);
      else {
        const to = x + tenths(text!);
        for (; x < to; x++) high.set(x, Math.max(high.get(x) ?? 0, tenths(y0!) - y));
      }
    }
  }
  return high;
}

describe('bars side by side', () => {
  it('cover what each of them alone would cover, the taller one where two overlap', () => {
    const bars = fc.array(fc.integer({ min: 0, max: 220 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(bars, fc.constantFrom(4, 1.5, 1, 3), (tall, step) => {
        const alone = new Map<number, number>();
        for (const [at, height] of tall.entries()) {
          const from = Math.round((10 + at * step) * 10);
          for (let x = from; height > 0 && x < from + Math.max(step, 2) * 10; x++)
            alone.set(x, Math.max(alone.get(x) ?? 0, height));
        }
        const d = outline(
          tall.map(height => height / 10),
          10,
          step,
          50,
        );
        expect(heights(d)).toEqual(alone);
      }),
    );
  });
});
