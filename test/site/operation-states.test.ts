// The drawing of an operation's states: in the order of the rule, complete in words for who cannot see it,
// nothing beyond its edges.
import { describe, expect, it } from 'vitest';
import { NARROW, WIDE } from '../../site/figures/figure.ts';
import { OWNERS, operationStates, STATES } from '../../site/figures/operation-states.ts';

const drawn = operationStates({ id: 'states', title: 'The states' });
/** What a letter takes at most, in drawing units. */
const CHARACTER = 7;

describe('the states of an operation', () => {
  it('go round: from free to free, and the memory is the program’s only before and after', () => {
    expect(STATES.map(({ name }) => name)).toEqual([
      'free',
      'submitted',
      'in flight',
      'finished',
      'collected',
    ]);
    expect(STATES.filter(({ owner }) => owner === 'program').map(({ name }) => name)).toEqual([
      'free',
      'collected',
    ]);
    expect(drawn.table.rows.at(-1)!.at(-1)).toBe('free');
  });

  for (const [name, svg, width] of [
    ['wide', drawn.wide, WIDE],
    ['narrow', drawn.narrow, NARROW],
  ] as const) {
    it(`are all said and drawn where it is ${name}, with an arrow from each`, () => {
      const words = /<desc[^>]*>([^<]*)</.exec(svg)![1]!;
      for (const { name: state, next } of STATES) {
        expect(words).toContain(`${state}, owned by the`);
        expect(words).toContain(next);
        expect(svg).toContain(`>${state}</text>`);
      }
      for (const owner of OWNERS) expect(svg).toContain(`>${owner}</text>`);
      expect(svg.match(/marker-end/g)).toHaveLength(STATES.length);
    });

    it(`stay within the drawing where it is ${name}`, () => {
      const texts = [...svg.matchAll(/<text x="([\d.]+)"([^>]*)>([^<]*)</g)];
      expect(texts.length).toBeGreaterThan(2 * STATES.length);
      for (const [, x, attributes, text] of texts) {
        const long = text!.length * CHARACTER;
        const anchor = /text-anchor="(\w+)"/.exec(attributes!)?.[1] ?? 'start';
        const from = Number(x) - (anchor === 'end' ? long : anchor === 'middle' ? long / 2 : 0);
        expect(from, text).toBeGreaterThanOrEqual(0);
        expect(from + long, text).toBeLessThanOrEqual(width);
      }
    });
  }

  it('have arrow heads of their own in each drawing, so that two on a page do not meet', () => {
    const ids = (svg: string) => [...svg.matchAll(/ id="([^"]+)"/g)].map(found => found[1]!);
    const all = [...ids(drawn.wide), ...ids(drawn.narrow)];
    expect(new Set(all).size).toBe(all.length);
  });
});
