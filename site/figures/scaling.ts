// How one quantity grows or falls with a setting (queue depth, rate): one line per driver, marks at
// what was measured, interval bars, the driver's name where its line ends.

import type { Evidence } from '../../lab/devices/device.ts';
import type { Mechanism } from '../../lab/drivers/driver.ts';
import type { LabRecord } from '../../lab/records/schema.ts';
import { FIGURES, SCALING } from '../data/figure-strings.ts';
import {
  type Box,
  bottomAxis,
  CHARACTER,
  leftAxis,
  linearScale,
  logDomain,
  logScale,
} from './axis.ts';
import {
  absentRows,
  byDriver,
  type Drawn,
  figure,
  type Item,
  NARROW,
  notMeasured,
  type Options,
  samples,
  statusCell,
} from './figure.ts';
import {
  cell,
  figures,
  intervalCell,
  middle,
  quantity,
  setting,
  settingOf,
  size,
  spoken,
  whole,
} from './format.ts';
import { LETTER, placeLabels, spread } from './labels.ts';
import { mark } from './marks.ts';
import { coordinate, element, label, line } from './svg.ts';

interface Dot {
  readonly over: number;
  readonly value: number;
  readonly interval: readonly [number, number] | undefined;
}

interface Series {
  readonly name: string;
  readonly mechanism: Mechanism;
  readonly evidence: Evidence;
  readonly dots: readonly Dot[];
}

interface Axes {
  readonly over: string;
  readonly metric: string;
  readonly title: string;
}

/**
 * `over` names the setting (depth, rate_hz), `metric` the quantity, `unit_title` the upward axis. With
 * `by` a driver has a line for each value of that setting.
 */
export function scaling(
  given: readonly Item[],
  options: Options & {
    over: string;
    metric: string;
    unit_title: string;
    by?: string | undefined;
  },
): Drawn {
  const { over, metric, by } = options;
  const items = given.toSorted(byDriver);
  const usable = items.filter(
    ({ record }) =>
      typeof record.parameters[over] === 'number' &&
      Number(record.parameters[over]) > 0 &&
      middle(record, metric) !== undefined,
  );
  if (usable.length === 0) return notMeasured(options);
  const unit = middle(usable[0]!.record, metric)!.unit;
  const sorted = usable.toSorted(
    (a, b) =>
      (a.record.driver < b.record.driver ? -1 : a.record.driver > b.record.driver ? 1 : 0) ||
      (by === undefined ? 0 : overOf(a.record, by) - overOf(b.record, by)) ||
      overOf(a.record, over) - overOf(b.record, over),
  );
  const several = new Set(sorted.map(({ record }) => record.driver)).size > 1;
  const settingsOf = (record: LabRecord) => (by === undefined ? '' : settingOf(record, by));
  const fullName = (record: LabRecord): string =>
    [record.driver, settingsOf(record)].filter(Boolean).join(', ');
  // A word says what it is; a number needs its setting's name.
  const shortSetting = (record: LabRecord): string => {
    const value = by === undefined ? undefined : record.parameters[by];
    return typeof value === 'string' ? value : settingsOf(record);
  };
  // Lines of one driver need not repeat its name: the setting tells them apart.
  const nameOf = (record: LabRecord): string =>
    several
      ? [record.driver, shortSetting(record)].filter(Boolean).join(', ')
      : settingsOf(record) || record.driver;
  const lines = [...Map.groupBy(sorted, ({ record }) => nameOf(record))];
  const series: Series[] = lines.map(([name, mine]) => ({
    name,
    mechanism: mine[0]!.mechanism,
    evidence: mine[0]!.record.evidence.device,
    dots: mine.map(({ record }) => ({
      over: overOf(record, over),
      value: middle(record, metric)!.value,
      interval: middle(record, metric)!.interval,
    })),
  }));
  const columns = [
    FIGURES.driver,
    setting(over, '').trim(),
    options.unit_title,
    FIGURES.interval,
    FIGURES.samples,
    FIGURES.status,
  ];
  const rows = lines
    .flatMap(([, mine]) => mine)
    .map(({ record }) => [
      fullName(record),
      chosen(overOf(record, over)),
      cell(record, metric),
      intervalCell(record, metric),
      whole(samples(record)),
      statusCell(record),
    ]);
  const absent = items.filter(item => !usable.includes(item));
  const description = spoken(
    series.map(one => {
      const [first, last] = [one.dots[0]!, one.dots.at(-1)!];
      const value = (dot: Dot) => quantity(dot.value, unit);
      const at = (dot: Dot) => tickOf(over, dot.over);
      return SCALING.row(one.name, value(first), at(first), value(last), at(last));
    }),
  );
  return figure(
    options,
    SCALING.about(options.unit_title, axisWords(over), description),
    { columns, rows: [...rows, ...absentRows(absent, columns.length)] },
    width => draw(series, { over, metric, title: options.unit_title }, unit, width),
  );
}

/** The thin space between thousands takes less than half of a letter. */
const charactersOf = (text: string): number =>
  text.length - 0.6 * text.split('\u202f').slice(1).length;

/** A setting was chosen, not measured: every digit of a whole number is meant. */
const chosen = (value: number): string => (Number.isInteger(value) ? whole(value) : figures(value));

function tickOf(over: string, value: number): string {
  if (over === 'rate_hz') return setting(over, value);
  return over.endsWith('_bytes') ? size(value) : chosen(value);
}

function overOf(record: LabRecord, over: string): number {
  return Number(record.parameters[over]);
}

/** The setting across; its ticks say hertz and bytes themselves. */
const axisWords = (over: string): string =>
  /_(?:hz|bytes)$/.test(over)
    ? over.replace(/_(?:hz|bytes)$/, '').replace(/_/g, ' ')
    : setting(over, '').trim();

/** What `spread` keeps between two names. */
const NAME_HEIGHT = 15;
/** The longest name that a phone has room for beside the lines. */
const NARROW_NAME = 18;
const TOP = 34;

function draw(
  series: readonly Series[],
  axes: Axes,
  unit: string,
  width: number,
): { height: number; markup: string[] } {
  const narrow = width === NARROW;
  const height = narrow ? 300 : 340;
  const names = Math.max(...series.map(one => one.name.length));
  // Long names would leave a phone no room for the lines, and many names do not fit one above the other.
  const aside = (!narrow || names <= NARROW_NAME) && series.length * NAME_HEIGHT <= height - 94;
  const right = aside ? Math.min(200, names * LETTER + 22) : 14;
  const bottom = height - 50;
  const all = series.flatMap(one => one.dots);
  const values = all.flatMap(dot => [dot.value, ...(dot.interval ?? [])]);
  const logarithmic =
    values.every(value => value > 0) && Math.max(...values) / Math.min(...values) > 8;
  const y = logarithmic
    ? logScale(logDomain(values), bottom, TOP)
    : linearScale([0, Math.max(...values, 1e-9) * 1.08], bottom, TOP);
  const longest = Math.max(...y.ticks.map(tick => charactersOf(quantity(tick, unit))));
  const left = Math.max(narrow ? 48 : 62, longest * CHARACTER + 10);
  const box: Box = { left, top: TOP, right: width - right, bottom };
  const overs = [...new Set(all.map(dot => dot.over))].sort((a, b) => a - b);
  const bare = logScale(logDomain(overs, 1.25), box.left, box.right);
  // The ticks are the settings that were measured: nothing in between was.
  const x = Object.assign((value: number) => bare(value), {
    domain: bare.domain,
    ticks: overs,
    minor: [],
  });
  const names_at = namePlaces(series, x, y, box, aside);
  const lines = series.map((one, index) => {
    const path = one.dots
      .map(
        (dot, at) =>
          `${at === 0 ? 'M' : 'L'}${coordinate(x(dot.over))} ${coordinate(y(dot.value))}`,
      )
      .join('');
    const at = names_at[index]!;
    const name = label(one.name, at.x, at.y, { class: 'fig-name' });
    const end = one.dots.at(-1)!;
    const from = { x: x(end.over) + 6, y: y(end.value) };
    const leader =
      at.leads === undefined ? '' : line(from.x, from.y, at.leads.x, at.leads.y, 'fig-leader');
    return element(
      'g',
      { class: `m-${one.mechanism}` },
      element('path', { d: path, class: `fig-line e-${one.evidence}` }),
      ...one.dots.map(dot =>
        dot.interval?.every(value => value > 0 || !logarithmic)
          ? line(x(dot.over), y(dot.interval[0]), x(dot.over), y(dot.interval[1]), 'bar')
          : '',
      ),
      ...one.dots.map(dot => mark(one.mechanism, undefined, x(dot.over), y(dot.value), 4.5)),
      leader,
      name,
    );
  });
  return {
    height,
    markup: [
      leftAxis(y, box, value => quantity(value, unit), axes.title),
      bottomAxis(x, box, value => tickOf(axes.over, value), axisWords(axes.over)),
      ...lines,
    ],
  };
}

interface NamePlace {
  readonly x: number;
  readonly y: number;
  /** Where a line from the last mark ends, for a name that does not stand right beside it. */
  readonly leads?: { readonly x: number; readonly y: number } | undefined;
}

/** The lines between the marks as a row of small boxes. */
function lineBoxes(
  series: readonly Series[],
  x: (value: number) => number,
  y: (value: number) => number,
): Box[] {
  return series.flatMap(({ dots }) =>
    dots.slice(1).flatMap((dot, at) => {
      const before = dots[at]!;
      const [from_x, to_x] = [x(before.over), x(dot.over)];
      const [from_y, to_y] = [y(before.value), y(dot.value)];
      const steps = Math.ceil(Math.hypot(to_x - from_x, to_y - from_y) / 8);
      return Array.from({ length: steps + 1 }, (_, step) => {
        const mid_x = from_x + ((to_x - from_x) * step) / steps;
        const mid_y = from_y + ((to_y - from_y) * step) / steps;
        return { left: mid_x - 4, right: mid_x + 4, top: mid_y - 3, bottom: mid_y + 3 };
      });
    }),
  );
}

/**
 * Where each driver's name goes. `aside`: in the margin, in the order of the lines' ends. Otherwise,
 * and where a line ends early, beside its last mark.
 */
function namePlaces(
  series: readonly Series[],
  x: (value: number) => number,
  y: (value: number) => number,
  box: Box,
  aside: boolean,
): NamePlace[] {
  const all = series.flatMap(one => one.dots);
  const furthest = Math.max(...all.map(dot => dot.over));
  const last = series.map(one => one.dots.at(-1)!);
  const margin = last.map(dot => aside && dot.over === furthest);
  const ends = spread(
    last.filter((_, index) => margin[index]).map(dot => y(dot.value) + 4),
    box.top + 8,
    box.bottom - 2,
  );
  const beside = placeLabels(
    series.flatMap((one, index) => {
      const dot = last[index]!;
      return margin[index] ? [] : [{ x: x(dot.over), y: y(dot.value), text: one.name }];
    }),
    box,
    all.map(dot => ({ x: x(dot.over), y: y(dot.value) })),
    lineBoxes(series, x, y),
  );
  return series.map((_, index) => {
    const before = margin.slice(0, index).filter(Boolean).length;
    if (margin[index]) {
      const place = { x: box.right + 14, y: ends[before]! };
      const moved = Math.abs(place.y - 4 - y(last[index]!.value)) > 5;
      return moved ? { ...place, leads: { x: place.x - 2, y: place.y - 4 } } : place;
    }
    const placed = beside[index - before]!;
    const place = { x: placed.label_x, y: placed.label_y };
    return placed.leader ? { ...place, leads: placed.leader } : place;
  });
}
