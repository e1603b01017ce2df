// What stands at the axes of figures: sizes in units that keep them short, so that none is left out for
// want of room, and no half of a thing where whole things were counted.
import { describe, expect, it } from 'vitest';
import type { LabRecord } from '../../lab/records/schema.ts';
import { logScale } from '../../site/figures/axis.ts';
import { counts } from '../../site/figures/counts.ts';
import type { Item } from '../../site/figures/figure.ts';
import { size } from '../../site/figures/format.ts';
import { scaling } from '../../site/figures/scaling.ts';
import { fakeRecord } from '../helpers/records.ts';

const options = { id: 'test', title: 'A test' };
const SIZES_BYTES = [1, 16, 256, 4096, 65_536, 1_048_576];

const texts = (svg: string, name: string) =>
  [...svg.matchAll(new RegExp(`class="${name}"[^>]*>([^<]+)<`, 'g'))].map(found =>
    found[1]!.replace(/[\u00a0\u202f]/g, ' '),
  );

/** A record for each size, in which so many things were counted. */
const counted = (count: (size_bytes: number) => number): Item[] =>
  SIZES_BYTES.map(threshold_bytes => {
    const metric = { kind: 'count', unit: 'count', value: count(threshold_bytes) } as const;
    const record: LabRecord = {
      ...fakeRecord({ driver: 'a', parameters: { threshold_bytes } }),
      metrics: { things: metric },
    };
    return { record, mechanism: 'interrupt' };
  });

describe('a logarithmic axis', () => {
  it('of less than a decade has its ticks at equal steps, and leaves none out between', () => {
    const { ticks } = logScale([1.4e6, 5.6e6], 0, 600);
    const steps = ticks.slice(1).map((tick, index) => tick - ticks[index]!);
    expect(ticks.length).toBeGreaterThan(3);
    expect(new Set(steps).size, `${ticks}`).toBe(1);
  });

  it('of two decades has ones, twos and fives', () => {
    expect(logScale([900, 60_000], 0, 600).ticks).toEqual([
      ...[1000, 2000, 5000, 10_000, 20_000, 50_000],
    ]);
  });
});

describe('sizes', () => {
  it('are whole units of 1 024 where they are that, and bytes otherwise', () => {
    const words = [0, 1, 1000, 1023, 1024, 1536, 65_536, 2 ** 20, 2 ** 20 + 1024, 3 * 2 ** 20];
    expect(words.map(one => size(one).replace(/[\u00a0\u202f]/g, ' '))).toEqual([
      ...['0 B', '1 B', '1 000 B', '1 023 B', '1 KiB', '1 536 B', '64 KiB', '1 MiB'],
      ...['1 025 KiB', '3 MiB'],
    ]);
  });

  it('all have their place below a figure, wide and narrow', () => {
    const items = counted(bytes => bytes);
    const drawn = scaling(items, {
      ...options,
      over: 'threshold_bytes',
      metric: 'things',
      unit_title: 'things',
    });
    for (const svg of [drawn.wide, drawn.narrow]) {
      expect(texts(svg, 'fig-tick')).toEqual(
        expect.arrayContaining(['1 B', '16 B', '256 B', '4 KiB', '64 KiB', '1 MiB']),
      );
      expect(texts(svg, 'fig-title')).toContain('threshold');
    }
  });
});

describe('counts', () => {
  const ticks = (items: readonly Item[]) => {
    const { wide } = counts(items, {
      ...options,
      metric: 'things',
      by: 'threshold_bytes',
      unit_title: 'things',
    });
    return { names: texts(wide, 'fig-name'), numbers: texts(wide, 'fig-tick') };
  };

  it('of whole things have whole things at their axis', () => {
    expect(ticks(counted(() => 3)).numbers).toEqual(['0', '1', '2', '3']);
    expect(ticks(counted(() => 1)).numbers).toEqual(['0', '1']);
    expect(ticks(counted(bytes => (bytes === 1 ? 2.5 : 1))).numbers).toContain('0.5');
  });

  it('group the digits of a size', () => {
    expect(ticks(counted(() => 3)).names).toEqual([
      ...['1 byte', '16 bytes', '256 bytes', '4 096 bytes', '65 536 bytes', '1 048 576 bytes'],
    ]);
  });
});
