// Exact counts of whole programs side by side: a row per program, a column per thing counted, each
// column on its own scale from nought (small multiples after Tufte). A nought is written out: here it
// is often the point.
import { FIGURES, LEDGER, LEDGER_COLUMNS } from '../data/figure-strings.ts';
import {
  type Drawn,
  figure,
  type Item,
  NARROW,
  notMeasured,
  type Options,
  statusCell,
} from './figure.ts';
import {
  between,
  figures,
  isDistribution,
  middle,
  quantity,
  settingOf,
  spoken,
  time,
  whole,
} from './format.ts';
import { mark } from './marks.ts';
import { inOrder } from './modes.ts';
import { element, label, line } from './svg.ts';

/** Programs under one heading. */
export interface Band {
  readonly title: string;
  readonly drivers: readonly string[];
}

export interface LedgerOptions extends Options {
  /** What the columns count, in this order; of a distribution the median, or `name:max`. */
  readonly metrics: readonly string[];
  /** Rows in this order, under these headings; without them by name. */
  readonly bands?: readonly Band[] | undefined;
  /** Settings that tell rows of one program apart. */
  readonly by?: readonly string[];
}

interface Row {
  readonly item: Item;
  readonly band: string;
  readonly name: string;
  readonly values: readonly (number | undefined)[];
  readonly approximate: boolean;
}

/** Counts that the speed of the host can touch say so in the record. */
export function isApproximate({ record }: Item): boolean {
  return (record.notes ?? []).some(note => note.startsWith('approximate'));
}

/** The unit stands beside the number, so the heading does without. */
const titleOf = (metric: string): string =>
  LEDGER_COLUMNS[metric] ??
  metric
    .replace(/_per_op$/, LEDGER.each)
    .replace(/_(?:ns|per_s)$/, '')
    .replace(/_/g, ' ');

/** `latency_cycles:max` is the largest of a distribution of counts; of times no maximum is shown. */
function countOf({ record }: Item, metric: string): number | undefined {
  const [name = '', at] = metric.split(':');
  const found = record.metrics[name];
  if (at !== 'max' || found === undefined) return middle(record, name)?.value;
  if (!isDistribution(found) || found.kind !== 'count') {
    throw new Error(`A page asks for the max of ${name}, which is no distribution of counts`);
  }
  return found.max;
}

/** Units stand last in the metrics' names; shares are shown in per cent. */
function number(value: number, metric: string): string {
  if (metric.endsWith('_us')) return time(value * 1e3);
  if (/_ns(?:_per_op)?$/.test(metric)) return time(value);
  if (metric === 'bytes_per_s') return quantity(value, 'B/s');
  if (metric.endsWith('_share')) return `${figures(value * 100)}\u00a0%`;
  return Number.isInteger(value) ? whole(value) : figures(value);
}

function words(row: Row, at: number, metric: string): string {
  const value = row.values[at];
  if (value === undefined) return '–';
  // The digits of a count that differs from run to run are not all true.
  return row.approximate && value > 1000 ? `≈\u00a0${figures(value)}` : number(value, metric);
}

/** In the table a time has its interval beside it: the bars have no room for one. */
function tableWords(row: Row, at: number, metric: string): string {
  const said = words(row, at, metric);
  const { record } = row.item;
  const interval = middle(record, metric)?.interval;
  if (interval === undefined || record.metrics[metric]?.kind !== 'time') return said;
  return `${said} (${between(interval, value => number(value, metric))})`;
}

export function ledger(given: readonly Item[], options: LedgerOptions): Drawn {
  const { metrics, by = [] } = options;
  const bands = options.bands ?? [
    { title: '', drivers: [...new Set(given.map(({ record }) => record.driver))].sort() },
  ];
  const rows: Row[] = [];
  for (const { title, drivers } of bands) {
    for (const driver of drivers) {
      const mine = given.filter(({ record }) => record.driver === driver);
      for (const item of inOrder(mine, by)) {
        const settings = by.map(name => settingOf(item.record, name)).filter(Boolean);
        rows.push({
          item,
          band: title,
          name: [driver, ...settings].join(', '),
          values: metrics.map(metric => countOf(item, metric)),
          approximate: isApproximate(item),
        });
      }
    }
  }
  const usable = rows.filter(row => row.values.some(value => value !== undefined));
  if (usable.length === 0) return notMeasured(options);
  const banded = rows.some(row => row.band !== '');
  const table = rows.map(row => [
    row.name,
    ...metrics.map((metric, at) => tableWords(row, at, metric)),
    ...(row.band === '' ? [] : [row.band]),
    statusCell(row.item.record),
  ]);
  const description = spoken(
    usable.map(row => {
      const cells = metrics.map((metric, at) =>
        LEDGER.cell(words(row, at, metric), titleOf(metric)),
      );
      return LEDGER.row(row.name, cells.join(', '));
    }),
  );
  return figure(
    options,
    LEDGER.about(description),
    {
      columns: [
        FIGURES.program,
        ...metrics.map(titleOf),
        ...(banded ? [LEDGER.way] : []),
        FIGURES.status,
      ],
      rows: table,
    },
    width => draw(usable, metrics, width),
  );
}

const BAND = 30;
const BAND_LINE = 16;
/** Characters of a heading that a phone has room for. */
const BAND_CHARACTERS = 42;
const BAR = 8;
/** What a column's title and number need at least. */
const COLUMN = 92;
const ROW = 38;
const NARROW_LINE = 19;
/** Where the bars begin on a phone at the earliest: behind the longest name of a column. */
const NARROW_BARS = 158;
const HEAD = 24;
const HEAD_LINE = 14;
/** A letter of a heading is at most about this wide, in drawing units. */
const HEAD_CHARACTER = 6.4;

/** Lines of at most so many characters, broken between words. */
function wrapped(text: string, most: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length <= most || lines.at(-1) === '') lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function draw(
  rows: readonly Row[],
  metrics: readonly string[],
  width: number,
): { height: number; markup: string[] } {
  const narrow = width === NARROW;
  // A share is drawn as part of the whole, any other count beside the largest of its column.
  const most = metrics.map((metric, at) =>
    metric.endsWith('_share') ? 1 : Math.max(0, ...rows.map(row => row.values[at] ?? 0)),
  );
  const names = Math.max(...rows.map(row => row.name.length)) * 7.4 + 42;
  // Long names may take what few columns leave.
  const left = Math.min(names, Math.max(250, width - metrics.length * COLUMN));
  const gap = 18;
  const column = (width - 4 - left) / metrics.length;
  const pitch = narrow ? 26 + metrics.length * NARROW_LINE + 6 : ROW;
  const markup: string[] = [];
  const headings = metrics.map(metric =>
    wrapped(titleOf(metric), Math.floor((column - 8) / HEAD_CHARACTER)),
  );
  const bars = Math.max(
    NARROW_BARS,
    ...metrics.map(metric => 26 + titleOf(metric).length * HEAD_CHARACTER),
  );
  const tallest = Math.max(...headings.map(lines => lines.length));
  if (!narrow) {
    headings.forEach((lines, at) => {
      const top = 15 + (tallest - lines.length) * HEAD_LINE;
      lines.forEach((text, row) => {
        const y = top + row * HEAD_LINE;
        markup.push(label(text, left + at * column, y, { class: 'fig-title' }));
      });
    });
  }
  let y = narrow ? 2 : HEAD + (tallest - 1) * HEAD_LINE;
  let band = '';
  for (const row of rows) {
    if (row.band !== band) {
      band = row.band;
      const lines = narrow ? wrapped(band, BAND_CHARACTERS) : [band];
      markup.push(
        line(4, y + 5, width - 4, y + 5, 'fig-minor'),
        ...lines.map((text, at) => label(text, 4, y + 23 + at * BAND_LINE, { class: 'fig-band' })),
      );
      y += BAND + (lines.length - 1) * BAND_LINE;
    }
    const { mechanism, record } = row.item;
    const name_y = narrow ? y + 17 : y + 20;
    const cells = metrics.flatMap((metric, at) => {
      const value = row.values[at];
      const share = value === undefined || most[at] === 0 ? 0 : value / most[at]!;
      const from = narrow ? bars : left + at * column;
      const room = narrow ? width - bars - 92 : column - gap;
      const line_y = y + 26 + at * NARROW_LINE + 12;
      const top = narrow ? line_y - 9 : y + 24;
      const long = share === 0 ? 0 : Math.max(1.5, share * room);
      return [
        narrow ? label(titleOf(metric), 20, line_y, { class: 'fig-tick' }) : '',
        label(words(row, at, metric), narrow ? width - 6 : from, narrow ? line_y : y + 17, {
          class: 'fig-value',
          ...(narrow ? { 'text-anchor': 'end' } : {}),
        }),
        value === undefined
          ? ''
          : long === 0
            ? line(from, top - 1, from, top + BAR + 1, 'fig-hairline')
            : element('rect', {
                x: from,
                y: top,
                width: long,
                height: BAR,
                class: `fig-count e-${record.evidence.device}`,
              }),
      ];
    });
    markup.push(
      element(
        'g',
        { class: `m-${mechanism}` },
        mark(mechanism, record.evidence.device, 12, name_y - 4, 3.5),
        label(row.name, 26, name_y, { class: 'fig-name' }),
        ...cells,
      ),
    );
    y += pitch;
  }
  return { height: y + 6, markup };
}
