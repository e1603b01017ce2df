// What makes built pages lighter takes nothing away: the same words in the same colours, and of the styles only
// those of parts that are nowhere.
import postcss, { type Rule } from 'postcss';
import { describe, expect, it } from 'vitest';
import { copiedFromPage, fewerWords } from '../../site/build/lighter.ts';
import {
  isOfNothing,
  isOfSearch,
  keepBlocks,
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

describe('styles', () => {
  const has = (name: string) => name === 'sl-here';

  it('are left out block by block, whatever stands in their texts', () => {
    const css = `@layer a,b;@media (width>1px){.x{background:url("}")}.y::before{content:'{'}}.z\\:a{b:c}`;
    const is = (selector: string) => (block: { type: string }) =>
      block.type === 'rule' && (block as Rule).selector === selector;
    expect(keepBlocks(css, () => true)).toBe(css);
    expect(keepBlocks(css, is('.z\\:a'), false)).toBe('.z\\:a{b:c}');
    expect(keepBlocks('@font-face{a:b}.x{c:d}', is('.x'))).toBe('.x{c:d}');
  });

  it.each([
    ['.sl-gone', true],
    ['.sl-gone,.sl-here', false],
    ['.own-of-a-script', false],
    ['a:where(.astro-abcdefgh):hover', true],
    [':where(.sl-gone,.sl-here) b', false],
    ['a:not(.sl-gone)', false],
  ])('%s asks for nothing that is there: %s', (head, expected) => {
    expect(isOfNothing(head, has)).toBe(expected);
  });

  it('of the search are told from the others', () => {
    const isIt = (css: string) => isOfSearch(postcss.parse(css).first as Rule);
    expect(isIt('.pagefind-ui__form{}')).toBe(true);
    expect(isIt(':root{--pagefind-ui-scale:.8}')).toBe(true);
    expect(isIt(':root{--pagefind-ui-scale:.8;--sl-x:1}')).toBe(false);
    expect(isIt('button[data-open-modal]{}')).toBe(false);
    expect(isIt('@font-face{}')).toBe(false);
  });

  it('lose values that nothing reads', () => {
    const css = ':root{--sl-a:1;--sl-b:url("x;y");--m:2}';
    expect(withoutValues(css, name => name !== '--sl-b')).toBe(':root{--sl-a:1;--m:2}');
    expect(withoutValues(`${css}a{b:c}`, () => false)).toBe(':root{--m:2}a{b:c}');
  });
});
