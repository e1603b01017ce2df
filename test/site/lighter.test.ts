// What makes built pages lighter takes nothing away: the same words in the same colours, the same area of
// bars, the same lines; and of the styles only those of parts that are nowhere.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepRules, rulesOf } from '../../site/build/css.ts';
import {
  copiedFromPage,
  fewerWords,
  joinedBars,
  joinedLines,
  tenths,
} from '../../site/build/lighter.ts';
import {
  isOfNothing,
  isOfSearch,
  namedColours,
  withColours,
  withoutValues,
} from '../../site/build/lighter-styles.ts';

const PLAIN = '--0:#e1e4e8;--1:#24292e';
const word = (text: string, style = '--0:#F97583;--1:#BF3441') =>
  `<span style="${style}">${text}</span>`;
const line = (...words: readonly string[]) => `<div class="code">${words.join('')}</div>`;

describe('listings', () => {
  it('join neighbours of one colour, across spaces', () => {
    const html = line(
      word('export'),
      word(' ', PLAIN),
      word('const'),
      word('x', PLAIN.toUpperCase()),
    );
    expect(fewerWords(line(word('export'), word(' ', PLAIN), word('const')), PLAIN)).toBe(
      line(word('export const')),
    );
    expect(fewerWords(html.replaceAll('--0:#E1E4E8;--1:#24292E', PLAIN), PLAIN)).toBe(
      line(word('export const'), 'x'),
    );
    const margin = '<span class="indent">  </span>';
    expect(fewerWords(line(margin, word('if')), PLAIN)).toBe(line(word('  if')));
  });

  it('leave a line alone that holds more than coloured words', () => {
    const marked = line(word('a'), '<mark>b</mark>', word('c'));
    expect(fewerWords(marked, PLAIN)).toBe(marked);
  });

  it('carry no second copy of the code where the button can read the first', () => {
    const listing = (code: string) =>
      `<pre tabindex="0" data-language="ts"><code>${line(word('a &amp; b'))}${line('\n')}${line('c')}</code></pre><button title="Copy" data-code="${code}"></button>`;
    expect(copiedFromPage(listing('a &amp; b\x7f\x7fc'))).not.toContain('data-code');
    expect(copiedFromPage(listing('something else'))).toBe(listing('something else'));
  });

  it('name their colours by classes that the sheet knows', () => {
    const colours = new Map<string, string>();
    const html = namedColours(line(word('a'), word('b', PLAIN)), colours);
    expect(html).not.toContain('style=');
    const css = withColours(`.x :where(span[style^='--']:not([class])){color:var(--0)}`, colours);
    for (const name of html.match(/(?<=span class=")[^"]+/g)!)
      expect(css).toContain(`.${name}{--0:#`);
    expect(css).toContain(`.x :where(span[style^='--']:not([class]),span[class^='w-']){`);
    expect(() => withColours('.x{}', colours)).toThrow(/lighter-styles/);
  });
});

/** How high each tenth of a pixel is covered, by walking an outline of steps or single bars. */
function heights(d: string): Map<number, number> {
  const high = new Map<number, number>();
  for (const [, x0, y0, steps] of d.matchAll(/M([-\d.]+) ([-\d.]+)([^M]*)z/g)) {
    let x = Number(x0);
    let y = Number(y0);
    for (const [, letter, text] of steps!.matchAll(/([vhV])([-\d.]+)/g)) {
      const value = Number(text);
      if (letter === 'v') y += value;
      else if (letter === 'h') {
        for (let at = Math.round(x * 10); at < Math.round((x + value) * 10); at++) {
          high.set(at, Math.max(high.get(at) ?? 0, Math.round((Number(y0) - y) * 10)));
        }
        x += value;
      }
    }
  }
  return high;
}

describe('drawings', () => {
  it('keep the area of their bars', () => {
    const bars = fc.array(fc.integer({ min: 0, max: 220 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(bars, fc.constantFrom([4, 4], [1.5, 2], [1, 2], [3, 2]), (tall, [step, wide]) => {
        const d = tall
          .map((height, at) =>
            height === 0 ? '' : `M${10 + at * step!} 50v-${height / 10}h${wide}v${height / 10}z`,
          )
          .join('');
        const joined = joinedBars(`<path d="${d}" class="fig-bins"/>`);
        expect(heights(/ d="([^"]*)"/.exec(joined)![1]!)).toEqual(heights(d));
        expect(joined.length).toBeLessThanOrEqual(d.length + 30);
      }),
    );
  });

  it('leave a path alone that is not bars', () => {
    const other = '<path d="M1 2l3 4z" class="fig-bins"/>';
    expect(joinedBars(other)).toBe(other);
  });

  it('keep their lines, in one path where they are of one kind', () => {
    const one = (x: number, name: string) =>
      `<line x1="${x}" y1="8" x2="${x}" y2="392" class="fig-${name}"/>`;
    expect(joinedLines(one(1, 'minor') + one(2, 'minor') + one(3, 'grid'))).toBe(
      `<path d="M1 8V392M2 8V392" class="fig-minor"/>${one(3, 'grid')}`,
    );
  });

  it('have one decimal, but in steps, whose errors would add up, and never in what they say', () => {
    const svg = (inner: string) => `<svg xmlns="s" class="fig" viewBox="0 0 1 1">${inner}</svg>`;
    expect(tenths(svg('<text x="1.25" y="-0.04">1.25</text><path d="M1.26 2L3 4.449"/>'))).toBe(
      svg('<text x="1.3" y="0">1.25</text><path d="M1.3 2L3 4.4"/>'),
    );
    const steps = svg('<path d="M1.26 2l3.33 4.44"/>');
    expect(tenths(steps)).toBe(steps);
    expect(tenths('<p x="1.255">')).toBe('<p x="1.255">');
  });
});

describe('styles', () => {
  const has = (name: string) => name === 'sl-here';

  it('are read rule by rule, whatever stands in their texts', () => {
    const css = `@layer a,b;@media (width>1px){.x{background:url("}")}.y::before{content:'{'}}.z\\:a{b:c}`;
    expect(keepRules(css, () => true)).toBe(css);
    expect(keepRules(css, ({ head }) => head === '.z\\:a', false)).toBe('.z\\:a{b:c}');
    expect(() => rulesOf('.x{a:b')).toThrow(/has no \}/);
  });

  it.each([
    ['.sl-gone', true],
    ['.sl-gone,.sl-here', false],
    ['.own-of-a-script', false],
    ['a:where(.astro-abcdefgh):hover', true],
    [':where(.sl-gone,.sl-here) b', false],
    ['a:not(.sl-gone)', false],
  ])('%s asks for nothing that is there: %s', (head, expected) => {
    expect(isOfNothing({ head, body: '' }, has)).toBe(expected);
  });

  it('of the search are told from the others', () => {
    expect(isOfSearch({ head: '.pagefind-ui__form', body: '' })).toBe(true);
    expect(isOfSearch({ head: ':root', body: '--pagefind-ui-scale:.8' })).toBe(true);
    expect(isOfSearch({ head: ':root', body: '--pagefind-ui-scale:.8;--sl-x:1' })).toBe(false);
    expect(isOfSearch({ head: 'button[data-open-modal]', body: '' })).toBe(false);
  });

  it('lose values that nothing reads', () => {
    const css = ':root{--sl-a:1;--sl-b:url("x;y");--m:2}';
    expect(withoutValues(css, name => name !== '--sl-b')).toBe(':root{--sl-a:1;--m:2}');
  });
});
