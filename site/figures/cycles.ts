// How long a byte waits for the firmware, in the board's own clock cycles: one strip per mode, one
// band per load, all on one logarithmic axis (small multiples after Tufte). Cycles of a simulated
// board are counts: least and most are exact, so they are printed, and nothing is estimated.
import { binLow } from '../../lab/measure/histogram.ts';
import type { Bins, Distribution } from '../../lab/records/schema.ts';
import { CYCLES, FIGURES } from '../data/figure-strings.ts';
import { type Box, bottomAxis, logDomain, logScale } from './axis.ts';
import {
  type Drawn,
  figure,
  type Item,
  NARROW,
  notMeasured,
  type Options,
  statusCell,
} from './figure.ts';
import { isDistribution, quantity, settingOf, spoken, time, whole } from './format.ts';
import { mark } from './marks.ts';
import { inOrder } from './modes.ts';
import { element, label, line, type Step, stair } from './svg.ts';

interface Row {
  readonly item: Item;
  readonly metric: Distribution;
  readonly band: string;
  readonly name: string;
}

export interface CyclesOptions extends Options {
  /** A distribution counted in cycles. */
  readonly metric?: string;
  /** The setting that makes the bands, and the one that makes the strips within. */
  readonly group?: string;
  readonly by?: string;
  /** Axis from and to, so that two boards can be laid side by side. */
  readonly frame?: readonly [number, number] | undefined;
}

const METRIC = 'service_cycles';

function usable(item: Item, name: string): Distribution | undefined {
  const metric = item.record.metrics[name];
  const sound = metric !== undefined && isDistribution(metric) && metric.n > 0 && metric.max > 0;
  return sound ? metric : undefined;
}

/** One axis for several boards. */
export function cyclesFrame(items: readonly Item[], name = METRIC): [number, number] {
  return logDomain(
    items.flatMap(item => {
      const metric = usable(item, name);
      return metric === undefined ? [] : [Math.max(metric.min, 1), metric.max];
    }),
    1.25,
    10,
  );
}

/** Ticks per second of a record's cycles, where its board told them. */
function clockOf({ record }: Item): number | undefined {
  const told = Number(record.identity.timer_hz ?? record.identity.clock_hz);
  return Number.isFinite(told) && told > 0 ? told : undefined;
}

const span = ({ metric }: Row): string =>
  metric.min === metric.max
    ? CYCLES.always(whole(metric.min))
    : CYCLES.from_to(whole(metric.min), whole(metric.max));

export function cycles(given: readonly Item[], options: CyclesOptions): Drawn {
  const { metric: name = METRIC, group = 'load', by = 'mode' } = options;
  const seen = new Set<string>();
  const rows: Row[] = [];
  const absent: Item[] = [];
  for (const item of inOrder(given, [group, by])) {
    const metric = usable(item, name);
    const band = settingOf(item.record, group);
    const row = String(item.record.parameters[by] ?? item.record.driver);
    if (metric === undefined) absent.push(item);
    // The count does not depend on the host's way of waiting: one driver's record is enough.
    else if (!seen.has(`${band}\n${row}`)) rows.push({ item, metric, band, name: row });
    seen.add(`${band}\n${row}`);
  }
  if (rows.length === 0) return notMeasured(options);
  const words = (value: number) => quantity(value, 'cycles');
  const table = rows.map(row => {
    const clock_hz = clockOf(row.item);
    return [
      [row.name, row.band].filter(Boolean).join(', '),
      words(row.metric.min),
      words(row.metric.p50),
      words(row.metric.p90),
      words(row.metric.max),
      clock_hz === undefined ? '–' : time((row.metric.max / clock_hz) * 1e9),
      whole(row.metric.n),
      statusCell(row.item.record),
    ];
  });
  const missing = absent.map(({ record }) => [
    [record.parameters[by] ?? record.driver, settingOf(record, group)].filter(Boolean).join(', '),
    ...['–', '–', '–', '–', '–'],
    '0',
    statusCell(record),
  ]);
  const description = spoken(
    rows.map(row => CYCLES.row([row.name, row.band].filter(Boolean).join(', '), span(row))),
  );
  return figure(
    options,
    CYCLES.about(group, description),
    {
      columns: [
        ...[CYCLES.firmware, FIGURES.least, FIGURES.median, 'p90', FIGURES.most],
        ...[CYCLES.most_time, FIGURES.samples, FIGURES.status],
      ],
      rows: [...table, ...missing],
    },
    width =>
      draw(
        rows,
        width,
        options.frame ??
          cyclesFrame(
            rows.map(row => row.item),
            name,
          ),
      ),
  );
}

/**
 * Samples in each column. A bin is narrower than a column and goes to the one that its least value
 * falls into: counts are whole numbers, and a single value must not be smeared over two columns.
 */
function columnsOf(bins: Bins, x: (value: number) => number, left: number, step: number): number[] {
  const columns: number[] = [];
  for (const [position, index] of bins.index.entries()) {
    const column = Math.max(0, Math.floor((x(Math.max(1, binLow(index))) - left) / step + 1e-9));
    columns[column] = (columns[column] ?? 0) + bins.count[position]!;
  }
  return Array.from(columns, count => count ?? 0);
}

/** No bar is narrower. */
const LEAST_WIDE = 2;

/** Bars of these heights side by side on `base`, as few outlines as there are gaps between them. */
export function outline(
  heights: readonly number[],
  left: number,
  step: number,
  base: number,
): string {
  const wide = Math.max(step, LEAST_WIDE);
  let path = '';
  let steps: Step[] = [];
  for (const [at, height] of heights.entries()) {
    if (height === 0) continue;
    const next = heights[at + 1] ?? 0;
    // Where two overlap, the taller one is seen.
    steps.push([height, left + at * step + (next > height ? step : wide)]);
    if (next > 0) continue;
    path += stair(left + (at + 1 - steps.length) * step, base, steps);
    steps = [];
  }
  return path;
}

const BAND = 30;
const NARROW_BAND = 38;

function draw(
  rows: readonly Row[],
  width: number,
  domain: readonly [number, number],
): { height: number; markup: string[] } {
  const narrow = width === NARROW;
  const pitch = narrow ? 44 : 32;
  const tall = narrow ? 20 : 22;
  const bands = [...new Set(rows.map(row => row.band))];
  const left = narrow ? 12 : 150;
  const right = width - (narrow ? 16 : 132);
  const step_down = narrow ? NARROW_BAND : BAND;
  const bottom = 8 + bands.filter(Boolean).length * step_down + rows.length * pitch + 6;
  const box: Box = { left, top: 8, right, bottom };
  const x = logScale(domain, left, right);
  const columns = narrow ? 75 : 100;
  const step = (right - left) / columns;
  let y = box.top;
  let band = '';
  const markup: string[] = [];
  for (const row of rows) {
    if (row.band !== band) {
      band = row.band;
      markup.push(
        line(narrow ? left : 4, y + 6, width - 4, y + 6, 'fig-minor'),
        label(band, narrow ? left : 4, y + 23, { class: 'fig-band' }),
      );
      y += step_down;
    }
    const base = y + pitch - 4;
    const { metric, item } = row;
    const found = columnsOf(metric.bins, x, left, step);
    const most = Math.max(...found, 1);
    // A single sample among thousands must still be seen: nothing is lower than a pixel.
    const bars = found.map(count => (count === 0 ? 0 : Math.max(1.5, (count / most) * tall)));
    const middle = x(Math.max(metric.p50, x.domain[0]));
    const text_y = narrow ? base - tall - 6 : base - 5;
    markup.push(
      element(
        'g',
        { class: `m-${item.mechanism}` },
        line(left, base, right, base, 'fig-strip'),
        element('path', { d: outline(bars, left, step, base), class: 'fig-bins' }),
        line(middle, base - tall - 2, middle, base + 3, 'fig-hairline'),
        mark(
          item.mechanism,
          item.record.evidence.device,
          narrow ? left + 7 : left - 12,
          text_y - 4,
          3.5,
        ),
        narrow
          ? label(row.name, left + 20, text_y, { class: 'fig-name' })
          : label(row.name, left - 26, text_y, { 'text-anchor': 'end', class: 'fig-name' }),
        label(span(row), width - (narrow ? 16 : 4), text_y, {
          'text-anchor': 'end',
          class: 'fig-value',
        }),
      ),
    );
    y += pitch;
  }
  return {
    height: bottom + 50,
    markup: [bottomAxis(x, box, value => whole(value), CYCLES.axis), ...markup],
  };
}
