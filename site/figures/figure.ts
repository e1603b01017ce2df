// What every figure is: records in, two drawings (wide and narrow), a table of the same data and a
// caption's facts out. Pure: no file is read, no clock is asked, no random number is drawn.
import type { Mechanism } from '../../lab/drivers/driver.ts';
import type { LabRecord } from '../../lab/records/schema.ts';
import { FIGURES } from '../data/figure-strings.ts';
import type { Box } from './axis.ts';
import { setting, whole } from './format.ts';
import { drawing, element, label, lines, type Segment, type Size, slug } from './svg.ts';

/** One record as a figure shows it. */
export interface Item {
  readonly record: LabRecord;
  readonly mechanism: Mechanism;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Drawn {
  readonly id: string;
  readonly title: string;
  readonly wide: string;
  readonly narrow: string;
  readonly table: Table;
  /** True where no record has what the figure draws. */
  readonly empty: boolean;
}

/** The same, of rounds too few for an interval: what its table gives in the place of one is their range. */
export function withRanges(drawn: Drawn): Drawn {
  const columns = drawn.table.columns.map(name => name.replace(FIGURES.interval, FIGURES.range));
  return { ...drawn, table: { ...drawn.table, columns } };
}

export interface Options {
  readonly id: string;
  readonly title: string;
}

/** The drawing's two widths: a column of text, and a phone. Text keeps its size in both. */
export const WIDE = 680;
export const NARROW = 330;

/** A figure that draws itself at a given width. `body` returns markup and the height it took. */
export function figure(
  options: Options,
  description: string,
  table: Table,
  body: (width: number) => { height: number; markup: readonly string[] },
): Drawn {
  const draw = (width: number, suffix: string) => {
    const { height, markup } = body(width);
    const size: Size = { width, height };
    return drawing(`${slug(options.id)}-${suffix}`, options.title, description, size, ...markup);
  };
  return {
    id: slug(options.id),
    title: options.title,
    wide: draw(WIDE, 'wide'),
    narrow: draw(NARROW, 'narrow'),
    table,
    empty: false,
  };
}

/** The honest figure where nothing was measured yet: the empty frame, and those words. */
export function notMeasured(options: Options): Drawn {
  const drawn = figure(options, FIGURES.absent_about, { columns: [], rows: [] }, width => {
    const height = Math.round(Math.min(width * 0.45, 220));
    const box: Box = { left: 1, top: 1, right: width - 1, bottom: height - 1 };
    const parts = (count: number) => Array.from({ length: count + 1 }, (_, at) => at / count);
    const cells = [
      ...parts(8).map((part): Segment => {
        const x = box.left + part * (box.right - box.left);
        return [x, box.top, x, box.bottom];
      }),
      ...parts(4).map((part): Segment => {
        const y = box.top + part * (box.bottom - box.top);
        return [box.left, y, box.right, y];
      }),
    ];
    return {
      height,
      markup: [
        element('g', { class: 'fig-axis', 'aria-hidden': 'true' }, lines(cells, 'fig-minor')),
        label(FIGURES.absent, width / 2, height / 2 + 6, {
          'text-anchor': 'middle',
          class: 'fig-absent',
        }),
      ],
    };
  });
  return { ...drawn, empty: true };
}

const before = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Stable order: by driver, then record, never as files happened to be listed. */
export function byDriver(a: Item, b: Item): number {
  return before(a.record.driver, b.record.driver) || before(a.record.id, b.record.id);
}

/** Samples behind a record, over all rounds. */
export function samples(record: LabRecord): number {
  return record.rounds.reduce((sum, round) => sum + round.n, 0);
}

/** "ok", or what went wrong in words. */
export function statusCell(record: LabRecord): string {
  if (record.status === 'ok') return FIGURES.ok;
  const { status, reason } = record;
  return reason === undefined ? status : FIGURES.not_ok(status, reason);
}

/** Rows for the records that have nothing to draw: absence is data. */
export function absentRows(items: readonly Item[], columns: number): string[][] {
  return items.map(({ record }) => [
    record.driver,
    ...Array.from({ length: Math.max(0, columns - 3) }, () => '–'),
    whole(samples(record)),
    statusCell(record),
  ]);
}

/** The settings that all these records share, in words; those that differ are left out. */
export function sharedSettings(records: readonly LabRecord[]): string[] {
  const [first] = records;
  if (first === undefined) return [];
  return Object.entries(first.parameters)
    .filter(([name, value]) => records.every(record => record.parameters[name] === value))
    .map(([name, value]) => setting(name, value));
}
