// Makes the built pages lighter without taking anything from their reader. Listings: neighbouring words of one
// colour are one element, and the copy button reads the code from the page instead of carrying it a second
// time. Drawings: bars that touch are one outline, the lines of a grid are one path, one decimal is enough.
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
  return html.replace(/<pre tabindex="0" data-language=[\s\S]*?<\/button>/g, listing =>
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

/** A drawing is shown at about its own size: nobody sees a twentieth of a pixel. */
const tenth = (value: number): number => Math.round(value * 10) / 10;

const FIGURE = /<svg xmlns="[^"]*" class="fig"[\s\S]*?<\/svg>/g;
const PLACE = /(\s(?:[xyr]|[xy][12]|[cr][xy]|width|height|points|d)=")([^"]*)(?=")/g;

/** Drawings with one decimal. A path of steps (small letters) is left: their errors would add up. */
export function tenths(html: string): string {
  return html.replace(FIGURE, drawing =>
    drawing.replace(PLACE, (whole, name: string, value: string) =>
      /[a-y]/.test(value)
        ? whole
        : name + value.replace(/-?\d+\.\d{2,}/g, number => String(tenth(Number(number)) || 0)),
    ),
  );
}

interface Bar {
  readonly x: number;
  readonly base: number;
  readonly tall: number;
  readonly wide: number;
}
const BAR = /M(-?[\d.]+) (-?[\d.]+)v-([\d.]+)h([\d.]+)v\3z/g;

/** Whether the second goes on where the first ends, or reaches into it by less than half its width. */
const touch = (one: Bar, other: Bar): boolean =>
  one.base === other.base && other.x - one.x >= one.wide / 2 && other.x - one.x - one.wide < 0.015;

/** Bars on one base that touch each other, as one outline: the same area with half the numbers. */
export function joinedBars(html: string): string {
  return html.replace(/(?<=<path d=")[^"]*(?=" class="fig-bins")/g, d => {
    if (d.replace(BAR, '') !== '') return d;
    const bars = [...d.matchAll(BAR)].map(([, ...numbers]): Bar => {
      const [x, base, tall, wide] = numbers.map(Number);
      return { x: x!, base: base!, tall: tall!, wide: wide! };
    });
    let path = '';
    let at_x = 0;
    let at_y = 0;
    for (const [at, bar] of bars.entries()) {
      const before = bars[at - 1];
      const after = bars[at + 1];
      const top = tenth(bar.base - bar.tall);
      if (before === undefined || !touch(before, bar)) {
        at_x = tenth(bar.x);
        at_y = tenth(bar.base);
        path += `M${at_x} ${at_y}`;
      }
      if (top !== at_y) path += `v${tenth(top - at_y)}`;
      at_y = top;
      const goes_on = after !== undefined && touch(bar, after);
      // Where two overlap, the taller one is seen.
      const until = tenth(goes_on && after.tall > bar.tall ? after.x : bar.x + bar.wide);
      path += `h${tenth(until - at_x)}`;
      at_x = until;
      if (!goes_on) path += `V${tenth(bar.base)}z`;
    }
    return path;
  });
}

/** Neighbouring lines of one class, straight across or straight down, as one path. */
export function joinedLines(html: string): string {
  const one =
    /<line x1="([-\d.]+)" y1="([-\d.]+)" x2="([-\d.]+)" y2="([-\d.]+)" class="(fig-(?:minor|grid))"\/>/g;
  return html.replace(
    /(?:<line x1="[-\d.]+" y1="[-\d.]+" x2="[-\d.]+" y2="[-\d.]+" class="(fig-(?:minor|grid))"\/>)(?:<line x1="[-\d.]+" y1="[-\d.]+" x2="[-\d.]+" y2="[-\d.]+" class="\1"\/>)+/g,
    (lines: string, name: string) => {
      const d = [...lines.matchAll(one)].map(([, x1, y1, x2, y2]) =>
        x1 === x2
          ? `M${x1} ${y1}V${y2}`
          : y1 === y2
            ? `M${x1} ${y1}H${x2}`
            : `M${x1} ${y1}L${x2} ${y2}`,
      );
      return `<path d="${d.join('')}" class="${name}"/>`;
    },
  );
}

/** The two colours, dark and light, that a word has which is none in particular. */
const PLAIN = '--0:#e1e4e8;--1:#24292e';

export const lighter = (html: string): string =>
  joinedLines(tenths(joinedBars(fewerWords(copiedFromPage(html), PLAIN))));

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
