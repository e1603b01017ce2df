// Exact counts as bars: bytes lost, torn reads, bytes per wake-up. One row per value of a setting,
// one band per value of others. A nought is written out, because here it is a result.
import type { LabRecord } from '../../lab/records/schema.ts';
import { COUNTS, FIGURES, FORMAT } from '../data/figure-strings.ts';
import { type Box, bottomAxis, linearScale } from './axis.ts';
import {
  type Drawn,
  figure,
  type Item,
  NARROW,
  notMeasured,
  type Options,
  statusCell,
} from './figure.ts';
import { figures, middle, settingOf, spoken, whole } from './format.ts';
import { mark } from './marks.ts';
import { inOrder } from './modes.ts';
import { element, label, line } from './svg.ts';

export interface CountsOptions extends Options {
  readonly metric: string;
  /** A total that the metric is part of: the bar is then its share. A metric that is one needs none. */
  readonly of?: string | undefined;
  /** The settings that make the bands, and the one that makes the rows within. */
  readonly group?: readonly string[];
  readonly by: string;
  /** What is counted, as the axis names it. */
  readonly unit_title: string;
}

interface Row {
  readonly item: Item;
  readonly band: string;
  readonly name: string;
  readonly value: number;
  readonly total: number | undefined;
  /** The metric itself is a part of one whole. */
  readonly is_share: boolean;
}

/** A row by its setting's value; sizes with their unit. */
function rowName({ parameters, driver }: LabRecord, by: string): string {
  const value = parameters[by];
  if (value === undefined) return String(parameters.mode ?? driver);
  if (!by.endsWith('_bytes')) return String(value);
  const digits = typeof value === 'number' ? whole(value) : String(value);
  return COUNTS.bytes(digits, FORMAT.bytes(value));
}

const number = (value: number): string => (Number.isInteger(value) ? whole(value) : figures(value));

const words = ({ value, total, is_share }: Row): string => {
  if (is_share) return percent(100 * value);
  return total === undefined ? number(value) : COUNTS.of(number(value), number(total));
};

const percent = (value: number): string => `${figures(value)} %`;

/** The part that is drawn: a share in per cent where there is a whole. */
const extent = ({ value, total, is_share }: Row): number => {
  if (is_share) return 100 * value;
  return total === undefined ? value : total > 0 ? (100 * value) / total : 0;
};

export function counts(given: readonly Item[], options: CountsOptions): Drawn {
  const { by, group = [], metric, of } = options;
  const rows: Row[] = [];
  const absent: Row[] = [];
  const is_share = of === undefined && metric.endsWith('_share');
  const seen = new Set<string>();
  for (const item of inOrder(given, [...group, by])) {
    const { record } = item;
    const band = group
      .map(name => settingOf(record, name))
      .filter(Boolean)
      .join(', ');
    const name = rowName(record, by);
    const value = middle(record, metric)?.value;
    const total = of === undefined ? undefined : middle(record, of)?.value;
    const row = { item, band, name, value: value ?? 0, total, is_share };
    // The count does not depend on the host's way of waiting: one driver's record is enough.
    const key = `${band}\n${name}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const usable = value !== undefined && (of === undefined || total !== undefined);
    (usable ? rows : absent).push(row);
  }
  if (rows.length === 0) return notMeasured(options);
  const cells = (row: Row, value: string, share: string) => [
    [row.name, row.band].filter(Boolean).join(', '),
    value,
    ...(of === undefined ? [] : [share]),
    statusCell(row.item.record),
  ];
  const table = [
    ...rows.map(row => cells(row, words(row), percent(extent(row)))),
    ...absent.map(row => cells(row, '–', '–')),
  ];
  const description = spoken(
    rows.map(row => `${[row.name, row.band].filter(Boolean).join(', ')}: ${words(row)}`),
  );
  const title = of === undefined ? options.unit_title : COUNTS.share;
  return figure(
    options,
    COUNTS.about(options.unit_title, description),
    {
      columns: [
        COUNTS.setting,
        of === undefined ? title : COUNTS.count,
        ...(of ? [title] : []),
        FIGURES.status,
      ],
      rows: table,
    },
    width => draw(rows, options.unit_title, width),
  );
}

const BAND = 30;
const BAR = 14;

function draw(
  rows: readonly Row[],
  title: string,
  width: number,
): { height: number; markup: string[] } {
  const narrow = width === NARROW;
  const pitch = narrow ? 44 : 28;
  const bands = new Set(rows.map(row => row.band).filter(Boolean));
  const { total, is_share } = rows[0]!;
  const shares = is_share || total !== undefined;
  const left = narrow ? 12 : 150;
  const room = Math.max(...rows.map(row => words(row).length)) * 7.2 + 14;
  const right = width - (narrow ? 16 : room);
  const bottom = 8 + bands.size * BAND + rows.length * pitch + 6;
  const box: Box = { left, top: 8, right, bottom };
  const largest = Math.max(...rows.map(extent));
  // Small shares get a scale of their own; where nothing was lost at all, the whole is the scale.
  const share_most = is_share || largest === 0 ? 100 : Math.min(100, largest * 1.1);
  const most = shares ? share_most : Math.max(1, largest);
  const all = linearScale([0, most], left, right, narrow ? 3 : 5);
  // Where whole things were counted, half of one is no place on the axis.
  const halves = shares || rows.some(row => !Number.isInteger(row.value));
  const x = Object.assign((value: number) => all(value), {
    ...all,
    ticks: halves ? all.ticks : all.ticks.filter(Number.isInteger),
  });
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
      y += BAND;
    }
    const { mechanism, record } = row.item;
    const top = narrow ? y + 24 : y + (pitch - BAR) / 2;
    const text_y = narrow ? y + 17 : top + 11;
    const long = x(Math.min(extent(row), most)) - left;
    markup.push(
      element(
        'g',
        { class: `m-${mechanism}` },
        // Nothing lost is no bar at all; one byte of a million still is one.
        long === 0
          ? line(left, top - 2, left, top + BAR + 2, 'fig-hairline')
          : element('rect', {
              x: left,
              y: top,
              width: Math.max(long, 1.5),
              height: BAR,
              class: `fig-count e-${record.evidence.device}`,
            }),
        mark(
          mechanism,
          record.evidence.device,
          narrow ? left + 7 : left - 12,
          narrow ? text_y - 4 : top + BAR / 2,
          3.5,
        ),
        narrow
          ? label(row.name, left + 20, text_y, { class: 'fig-name' })
          : label(row.name, left - 26, text_y, { 'text-anchor': 'end', class: 'fig-name' }),
        label(words(row), width - (narrow ? 16 : 4), text_y, {
          'text-anchor': 'end',
          class: 'fig-value',
        }),
      ),
    );
    y += pitch;
  }
  const tick = (value: number) => (shares ? percent(value) : number(value));
  return { height: bottom + 50, markup: [bottomAxis(x, box, tick, title), ...markup] };
}
