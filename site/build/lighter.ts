// Makes the built pages lighter without taking anything from their reader. Listings: neighbouring words of one
// colour are one element, and the copy button reads the code from the page instead of carrying it a second
// time.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { builtPages, unescapeAttribute } from './pages.ts';

const LINE = /<div class="code">([\s\S]*?)<\/div>/g;
const TOKEN = /^<span style="(--0:#\w+;--1:#\w+)">([^<]*)<\/span>/;

interface Token {
  /** Absent: as the listing's own text. */
  readonly style?: string;
  readonly text: string;
}

/** Only where long lines are broken does the margin of a line need an element of its own. */
const MARGIN = /^<span class="indent">(?:<span [^>]*>)?(\s*)(?:<\/span>)?<\/span>/;

/** Words of one line; undefined where it holds more than coloured words. */
function tokensOf(line: string): Token[] | undefined {
  const tokens: Token[] = [];
  const margin = MARGIN.exec(line);
  if (margin !== null) tokens.push({ text: margin[1]! });
  for (let rest = line.slice(margin?.[0].length ?? 0); rest !== ''; ) {
    const found = TOKEN.exec(rest);
    if (found === null) return undefined;
    tokens.push({ style: found[1]!, text: found[2]! });
    rest = rest.slice(found[0].length);
  }
  return tokens;
}

/** Neighbours of one colour are one; a space shows no colour and goes with the word before it. */
function joined(tokens: readonly Token[]): Token[] {
  const result: Token[] = [];
  for (const token of tokens) {
    const last = result.at(-1);
    const blank = token.text.trim() === '';
    if (last !== undefined && (blank || last.style === token.style || last.text.trim() === '')) {
      const style = last.text.trim() === '' && !blank ? token.style : last.style;
      result[result.length - 1] = { ...(style ? { style } : {}), text: last.text + token.text };
    } else result.push(token);
  }
  return result;
}

/** A listing's markup with as few elements as show the same; `plain` is the style of uncoloured text. */
export function fewerWords(html: string, plain: string): string {
  if (html.includes('<pre class="wrap"')) return html;
  return html.replace(LINE, (whole, line: string) => {
    const tokens = tokensOf(line);
    if (tokens === undefined) return whole;
    const words = joined(tokens).map(({ style, text }) =>
      style === undefined || style.toLowerCase() === plain || text.trim() === ''
        ? text
        : `<span style="${style}">${text}</span>`,
    );
    return `<div class="code">${words.join('')}</div>`;
  });
}

const textOf = (markup: string): string => unescapeAttribute(markup.replace(/<[^>]*>/g, ''));

/** What the button would copy, read from the lines above it (COPY does the same in the browser). */
const shownCode = (listing: string): string =>
  [...listing.matchAll(LINE)].map(([, line]) => textOf(line!).replace(/\n$/, '')).join('\x7f');

/** Without the second copy of the code, where the button can read the first. */
export function copiedFromPage(html: string): string {
  return html.replace(/<pre [^>]*data-language=[\s\S]*?<\/button>/g, listing =>
    listing.replace(/ data-code="([^"]*)"/, (whole, code: string) =>
      unescapeAttribute(code) === shownCode(listing) ? '' : whole,
    ),
  );
}

/** Before the highlighter's own handler, which copies what the button carries. */
const COPY = `addEventListener('click', event => {
  const button = event.target.closest?.('.expressive-code .copy button');
  if (!button || button.dataset.code !== undefined) return;
  const lines = [...button.closest('figure').querySelectorAll('.ec-line .code')];
  button.dataset.code = lines.map(line => line.textContent.replace(/\\n$/, '')).join('\\x7f');
}, true);`;

/** The two colours, dark and light, that a word has which is none in particular. */
const PLAIN = '--0:#e1e4e8;--1:#24292e';

export const lighter = (html: string): string => fewerWords(copiedFromPage(html), PLAIN);

export function lighterPages(): AstroIntegration {
  return {
    name: 'iolab-lighter-pages',
    hooks: {
      'astro:config:setup': ({ injectScript }) => injectScript('page', COPY),
      'astro:build:done': ({ dir }) => {
        for (const page of builtPages(fileURLToPath(dir))) {
          writeFileSync(page.file, lighter(page.html));
        }
      },
    },
  };
}
