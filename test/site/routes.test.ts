// The drawings of ways: complete in words for who cannot see them, one arrow less than steps, and nothing
// beyond the edges.
import { describe, expect, it } from 'vitest';
import { NARROW, WIDE } from '../../site/figures/figure.ts';
import { ROUTES, type Route, type RoutesName, routes } from '../../site/figures/routes.ts';

/** What a letter takes at most, in drawing units. */
const CHARACTER = 7;

describe.each(Object.keys(ROUTES) as RoutesName[])('the ways of %s', which => {
  const all: readonly Route[] = ROUTES[which];
  const steps = all.flatMap(route => route.steps);
  const drawn = routes(which, { id: `ways-${which}`, title: 'The ways' });

  it('are told in a table, step by step', () => {
    expect(drawn.table.rows).toHaveLength(steps.length);
    for (const row of drawn.table.rows) expect(row.every(cell => cell.length > 0)).toBe(true);
  });

  for (const [name, svg, width] of [
    ['wide', drawn.wide, WIDE],
    ['narrow', drawn.narrow, NARROW],
  ] as const) {
    it(`are drawn with an arrow between each two steps where it is ${name}`, () => {
      expect(svg.match(/<rect/g)).toHaveLength(steps.length);
      expect(svg.match(/marker-end/g)).toHaveLength(steps.length - all.length);
      const words = /<desc[^>]*>([^<]*)</.exec(svg)![1]!;
      for (const { by } of steps) expect(words).toContain(by);
    });

    it(`stay within the drawing where it is ${name}`, () => {
      const texts = [...svg.matchAll(/<text x="([\d.]+)"([^>]*)>([^<]*)</g)];
      expect(texts.length).toBeGreaterThanOrEqual(2 * steps.length);
      for (const [, x, attributes, text] of texts) {
        const long = text!.length * CHARACTER;
        const middle = attributes!.includes('text-anchor="middle"');
        const from = Number(x) - (middle ? long / 2 : 0);
        expect(from, text).toBeGreaterThanOrEqual(0);
        expect(from + long, text).toBeLessThanOrEqual(width);
      }
    });
  }

  it('have arrow heads of their own in each drawing', () => {
    const ids = (svg: string) => [...svg.matchAll(/ id="([^"]+)"/g)].map(found => found[1]!);
    const both = [...ids(drawn.wide), ...ids(drawn.narrow)];
    expect(new Set(both).size).toBe(both.length);
  });
});
