// The histogram that grows while the board runs: cycles across on a logarithmic axis, counts up.
// Same classes, and so the same look, as the published figures; drawn small and without a library.
import { SIMULATOR_PANEL } from '../data/panel-strings.ts';
import { element, label, line } from '../figures/svg.ts';

const HEIGHT = 190;
const LEFT = 10;
const RIGHT = 14;
const TOP = 26;
const BOTTOM = 150;
/** Width of a bar in drawing units. */
const STEP = 6;

export interface PlotOptions {
  /** Width in CSS pixels, so that text keeps its size on a phone. */
  readonly width: number;
  /** Class of the mechanism: its colour. */
  readonly mechanism: string;
  /** Name for a screen reader. */
  readonly title: string;
}

/** Steps of the axis: 1, 2, 5 times a power of ten. */
function ticks(low: number, high: number): number[] {
  const found: number[] = [];
  for (let decade = 1; decade <= high; decade *= 10) {
    for (const step of [1, 2, 5]) found.push(decade * step);
  }
  return found.filter(value => value >= low && value <= high);
}

const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');

/** Median of sorted values: the lower of the middle two, as in the records' rounds. */
export function middleOf(sorted: readonly number[]): number {
  return sorted[Math.max(0, Math.ceil(sorted.length / 2) - 1)] ?? Number.NaN;
}

/** Markup of the whole drawing. `values` need no order. */
export function plot(values: readonly number[], options: PlotOptions): string {
  const { width, mechanism, title } = options;
  const low = Math.max(1, Math.min(8, ...values) * 0.9);
  const high = Math.max(20_000, ...values.map(value => value * 1.1));
  const right = width - RIGHT;
  const x = (value: number) =>
    LEFT + (Math.log(Math.max(value, low) / low) / Math.log(high / low)) * (right - LEFT);
  const columns = Math.floor((right - LEFT) / STEP);
  const counts = new Array<number>(columns).fill(0);
  for (const value of values) {
    counts[Math.min(columns - 1, Math.floor((x(value) - LEFT) / STEP))]!++;
  }
  const most = Math.max(1, ...counts);
  const bars = counts.flatMap((count, column) => {
    if (count === 0) return [];
    const tall = Math.max(2, (count / most) * (BOTTOM - TOP));
    return [
      element('rect', {
        x: LEFT + column * STEP,
        y: BOTTOM - tall,
        width: STEP - 1,
        height: tall,
        class: 'fig-bins',
      }),
    ];
  });
  const all = ticks(low, high);
  const labelled = all.filter(value => /^10*$/.test(String(value)) || width > 480);
  const middle = middleOf([...values].sort((a, b) => a - b));
  return element(
    'svg',
    {
      class: `fig m-${mechanism}`,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      width,
      height: HEIGHT,
      role: 'img',
      'aria-label': title,
    },
    ...all.map(value => line(x(value), TOP, x(value), BOTTOM, 'fig-grid')),
    line(LEFT, BOTTOM, right, BOTTOM, 'fig-base'),
    ...labelled.map(value =>
      label(grouped(value), x(value), BOTTOM + 17, { 'text-anchor': 'middle', class: 'fig-tick' }),
    ),
    label(SIMULATOR_PANEL.axis, right, BOTTOM + 36, {
      'text-anchor': 'end',
      class: 'fig-title',
    }),
    label(SIMULATOR_PANEL.most_in_bar(values.length === 0 ? '0' : grouped(most)), LEFT, 16, {
      class: 'fig-title',
    }),
    ...bars,
    Number.isNaN(middle) ? '' : line(x(middle), TOP - 6, x(middle), BOTTOM + 4, 'fig-hairline'),
  );
}
