// Axes on a quiet grid: ticks at round values (d3-scale), labels only where they fit.
import { scaleLinear, scaleLog } from 'd3-scale';
import { element, label, line, lines, type Segment } from './svg.ts';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Scale {
  (value: number): number;
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  /** Fainter lines between the labelled ones. */
  readonly minor: readonly number[];
}

/** A character of the figures' text is about this wide, in drawing units. */
export const CHARACTER = 6.9;

/** The least interval that holds all values, widened by `factor` both ways, for a log axis. */
export function logDomain(values: readonly number[], factor = 1.4, least = 4): [number, number] {
  const sound = values.filter(value => Number.isFinite(value) && value > 0);
  if (sound.length === 0) return [1, 10];
  let low = Math.min(...sound) / factor;
  let high = Math.max(...sound) * factor;
  // A frame much narrower than this would show noise as a landscape.
  const missing = least / (high / low);
  if (missing > 1) {
    low /= Math.sqrt(missing);
    high *= Math.sqrt(missing);
  }
  return [low, high];
}

export function logScale(domain: readonly [number, number], from: number, to: number): Scale {
  const scale = scaleLog().domain(domain).range([from, to]);
  const all = scale.ticks();
  const decades = all.filter(value => Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6));
  const few = decades.length < 3;
  const round = all.filter(value => roughness(value) < 2);
  const ticks = !few ? decades : round.length < 3 ? all : round;
  return Object.assign((value: number) => scale(value), {
    domain: [domain[0], domain[1]] as const,
    ticks,
    minor: all.filter(value => !ticks.includes(value)),
  });
}

export function linearScale(
  domain: readonly [number, number],
  from: number,
  to: number,
  count = 5,
): Scale {
  const scale = scaleLinear().domain(domain).range([from, to]);
  return Object.assign((value: number) => scale(value), {
    domain: [domain[0], domain[1]] as const,
    ticks: scale.ticks(count),
    minor: [],
  });
}

/** Round numbers matter most: powers of ten, then twos and fives, then the rest. */
function roughness(value: number): number {
  const leading = value / 10 ** Math.floor(Math.log10(Math.abs(value) || 1) + 1e-9);
  const nearest = Math.round(leading);
  if (Math.abs(leading - nearest) > 1e-6) return 3;
  return nearest <= 1 ? 0 : nearest === 2 || nearest === 5 ? 1 : 2;
}

/** Labels that leave at least a character between each other, the roundest first. */
function fitting(
  ticks: readonly number[],
  at: (value: number) => number,
  words: (value: number) => string,
  right: number,
): number[] {
  const order = ticks.toSorted((a, b) => roughness(a) - roughness(b) || a - b);
  const taken: { from: number; to: number; tick: number }[] = [];
  for (const tick of order) {
    const half = ((words(tick).length + 1) * CHARACTER) / 2;
    const from = at(tick) - half;
    const to = at(tick) + half;
    if (to > right + 24 || taken.some(other => from < other.to && to > other.from)) continue;
    taken.push({ from, to, tick });
  }
  return taken.map(({ tick }) => tick).sort((a, b) => a - b);
}

/** Vertical grid lines, their labels below, and the axis title under them. */
export function bottomAxis(
  scale: Scale,
  box: Box,
  words: (value: number) => string,
  title: string,
): string {
  const labelled = fitting(scale.ticks, scale, words, box.right);
  const down = (tick: number): Segment => [scale(tick), box.top, scale(tick), box.bottom];
  return element(
    'g',
    { class: 'fig-axis', 'aria-hidden': 'true' },
    lines(scale.minor.map(down), 'fig-minor'),
    lines(scale.ticks.map(down), 'fig-grid'),
    line(box.left, box.bottom, box.right, box.bottom, 'fig-base'),
    ...labelled.map(tick =>
      label(words(tick), scale(tick), box.bottom + 18, {
        'text-anchor': 'middle',
        class: 'fig-tick',
      }),
    ),
    label(title, box.right, box.bottom + 38, { 'text-anchor': 'end', class: 'fig-title' }),
  );
}

/** Horizontal grid lines, labels to their left, and the axis title above, reading level. */
export function leftAxis(
  scale: Scale,
  box: Box,
  words: (value: number) => string,
  title: string,
): string {
  const across = (tick: number): Segment => [box.left, scale(tick), box.right, scale(tick)];
  return element(
    'g',
    { class: 'fig-axis', 'aria-hidden': 'true' },
    lines(scale.minor.map(across), 'fig-minor'),
    lines(scale.ticks.map(across), 'fig-grid'),
    line(box.left, box.top, box.left, box.bottom, 'fig-base'),
    ...scale.ticks.map(tick =>
      label(words(tick), box.left - 8, scale(tick) + 4, {
        'text-anchor': 'end',
        class: 'fig-tick',
      }),
    ),
    label(title, 2, box.top - 12, { class: 'fig-title' }),
  );
}
