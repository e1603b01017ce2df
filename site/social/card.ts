// The picture that stands for a page where somebody links to it: title, part of the course, and the signs of
// the mechanisms that the page is about, on the graticule of the site. Pure.
import type { Mechanism } from '../../lab/drivers/driver.ts';
import { MECHANISM_NAMES, mark } from '../figures/marks.ts';
import { element, escapeText } from '../figures/svg.ts';
import { type Fitted, LINE_HEIGHT } from './fit.ts';
import { sign, step } from './lanes.ts';

export const CARD = { width: 1200, height: 630 } as const;
/** Room of the title: under the part of the course, above the signs. */
export const TITLE_ROOM = { width: 1060, height: 240 } as const;
const TITLE_TOP = 116;
export const SANS = "'Noto Sans', 'Segoe UI', Roboto, 'DejaVu Sans', 'Liberation Sans', sans-serif";
const MONO = "'DejaVu Sans Mono', 'Liberation Mono', 'Noto Sans Mono', monospace";

const LEFT = 70;
const GRID = 30;
const LANES = { from: 400, to: 1130, last: 560, apart: 72 } as const;
export const MOST_LANES = 3;

export interface Card {
  readonly title: string;
  /** Of the course: `Two tools`. */
  readonly part: string;
  readonly mechanisms: readonly Mechanism[];
}

export type Colours = ReadonlyMap<string, string>;

const words = (
  text: string,
  x: number,
  y: number,
  size: number,
  fill: string,
  more: Readonly<Record<string, string | number>> = {},
): string =>
  element(
    'text',
    { x, y, fill, 'font-size': size, 'font-family': SANS, ...more },
    escapeText(text),
  );

/** One line of the title alone, for measuring how wide it is drawn. */
export function lineAlone(text: string, size: number): string {
  const { width } = CARD;
  const drawn = words(text, size, 2 * size, size, '#ffffff', { 'font-weight': 700 });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${2 * width}" height="${3 * size}">${drawn}</svg>`;
}

export function card({ title, part, mechanisms }: Card, fitted: Fitted, colours: Colours): string {
  const colour = (name: string): string => {
    const found = colours.get(name);
    if (found === undefined) throw new Error(`The style sheets have no colour ${name}`);
    return found;
  };
  const { width, height } = CARD;
  const grid = [
    ...Array.from({ length: width / GRID - 1 }, (_, at) => `M${(at + 1) * GRID} 0V${height}`),
    ...Array.from({ length: height / GRID - 1 }, (_, at) => `M0 ${(at + 1) * GRID}H${width}`),
  ].join('');
  const signs = mechanisms.slice(0, MOST_LANES);
  const lanes = signs.map((mechanism, at) => {
    const y = LANES.last - (signs.length - 1 - at) * LANES.apart;
    const tone = colour(`--m-${mechanism}`);
    return [
      // The class sets no colour out here, so the group does.
      element('g', { fill: tone, stroke: tone }, mark(mechanism, undefined, LEFT + 10, y - 10, 10)),
      words(MECHANISM_NAMES[mechanism], LEFT + 34, y, 26, colour(`--t-${mechanism}`), {
        'font-weight': 600,
      }),
      sign(mechanism, { ...LANES, y, colour: tone }),
    ].join('');
  });
  const accent = colour('--sl-color-text-accent');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    element('title', {}, escapeText(title)),
    element('rect', { width, height, fill: colour('--sl-color-black') }),
    element('path', { d: grid, stroke: colour('--lab-grid'), 'stroke-width': 1 }),
    words('iolab', LEFT, 84, 34, accent, { 'font-family': MONO, 'font-weight': 700 }),
    words(part, width - LEFT, 84, 28, colour('--sl-color-gray-2'), { 'text-anchor': 'end' }),
    ...fitted.lines.map((line, at) =>
      words(
        line,
        LEFT,
        TITLE_TOP + fitted.size * (0.95 + at * LINE_HEIGHT),
        fitted.size,
        colour('--sl-color-white'),
        { 'font-weight': 700 },
      ),
    ),
    ...(lanes.length > 0 ? lanes : [step({ ...LANES, from: LEFT, y: LANES.last, colour: accent })]),
    '</svg>',
  ].join('');
}
