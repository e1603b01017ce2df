// Lines over a run's records: exact counts give the line itself, scattered ones need rounds, and what
// cannot be a line is left out.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabRecord } from '../../lab/records/schema.ts';
import { fitsOf, lineThrough } from '../../lab/run/fits.ts';

const points = (values: readonly (readonly [x: number, y: number])[], round = 0) =>
  values.map(([x, y]) => ({ x, y, round }));

describe('a line', () => {
  it('is exact where whole numbers lie on one', () => {
    const whole = fc.integer({ min: -1000, max: 100_000 });
    const xs = fc.uniqueArray(fc.integer({ min: 1, max: 100_000 }), { minLength: 3, maxLength: 6 });
    fc.assert(
      fc.property(whole, whole, xs, (a, b, all) => {
        const line = lineThrough(points(all.map(x => [x, a + b * x])), 1)!;
        expect([line.a, line.b]).toEqual([a, b]);
        expect(line.a_interval).toEqual([a, a]);
        expect(line.b_interval).toEqual([b, b]);
      }),
    );
  });

  it('is none with two points: they always lie on one', () => {
    expect(
      lineThrough(
        points([
          [1, 5],
          [2, 9],
          [2, 9],
        ]),
        1,
      ),
    ).toBeUndefined();
  });

  it('is none where one round scatters, and has an interval where six do', () => {
    const once = [
      [1, 10],
      [2, 21],
      [3, 29],
    ] as const;
    expect(lineThrough(points(once), 1)).toBeUndefined();
    const often = [0, 1, 2, 3, 4, 5].flatMap(round =>
      points(
        once.map(([x, y]) => [x, y + ((round * 7) % 3)] as const),
        round,
      ),
    );
    const line = lineThrough(often, 1)!;
    expect(line.b).toBeGreaterThan(9);
    expect(line.b).toBeLessThan(11);
    expect(line.a_interval[0]).toBeLessThan(line.a_interval[1]);
    expect(line.points).toBe(18);
  });
});

it('no line is called exact that its own points do not lie on', () => {
  const bent = [
    [10, 100],
    [100, 1400],
    [1000, 9000],
  ] as const;
  const same = [0, 1, 2, 3, 4, 5].flatMap(round => points(bent, round));
  expect(lineThrough(same, 1), 'least squares of rounds that agree have no width').toBeUndefined();
});

describe('the lines of a run', () => {
  const record = (
    driver: string,
    parameters: Record<string, string | number>,
    values: Record<string, number>,
    status: LabRecord['status'] = 'ok',
  ): LabRecord =>
    ({
      experiment: 'e',
      device: 'd',
      driver,
      parameters,
      status,
      rounds: [{ round: 0, n: 1, values }],
      metrics: Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          name,
          { kind: 'count', unit: name.endsWith('_per_op') ? '1/op' : 'count', value },
        ]),
      ),
    }) as unknown as LabRecord;

  it('one for each driver, setting and count', () => {
    const all = [10, 100, 1000].flatMap(n => [
      record('chained', { records: n }, { instructions: 12, polls: 0, calls_per_op: 1 / n }),
      record('each', { records: n, start: 'each' }, { instructions: 3 + 13 * n }),
      record('each', { records: n, start: 'chain' }, { instructions: 12 }),
    ]);
    expect(fitsOf(all, 1)).toEqual([
      expect.objectContaining({
        driver: 'chained',
        metric: 'instructions',
        over: 'records',
        a: 12,
        b: 0,
      }),
      expect.objectContaining({ driver: 'each', parameters: { start: 'each' }, a: 3, b: 13 }),
      expect.objectContaining({ driver: 'each', parameters: { start: 'chain' }, a: 12, b: 0 }),
    ]);
    expect(fitsOf(all, 1)[0]).not.toHaveProperty('parameters');
  });

  it('draws none through the repeats that show the noise', () => {
    const all = [10, 100, 1000].flatMap(n => [
      record('each', { records: n }, { instructions: n }),
      record('each', { records: n, repeat: 1 }, { instructions: n }),
    ]);
    expect(fitsOf(all, 1)).toHaveLength(1);
    expect(fitsOf(all, 1)[0]).not.toHaveProperty('parameters');
  });

  it('leaves out what failed and what has no number of records', () => {
    const all = [10, 100, 1000].flatMap(n => [
      record('failed', { records: n }, { instructions: n }, n === 10 ? 'failed' : 'ok'),
      record('other', { depth: n }, { instructions: n }),
    ]);
    expect(fitsOf(all, 1)).toEqual([]);
  });
});
