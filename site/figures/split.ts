// Where a round trip's time goes: before the lab had begun, on the host, on the wire, in the firmware. The
// wire's share is computed from baud rate and bytes, the firmware's comes in its reply; the host's is what is
// left of each trip.
import { FIGURES, SPLIT } from '../data/figure-strings.ts';
import { type Box, bottomAxis, linearScale } from './axis.ts';
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
import { between, floorOf, middle, spoken, time, whole } from './format.ts';
import { mark } from './marks.ts';
import { element, label, line } from './svg.ts';

interface Row {
  readonly item: Item;
  readonly name: string;
  readonly total_ns: number;
  readonly interval: readonly [number, number] | undefined;
  /** Until the lab had sent what was planned: it counts, and is no part of the driver. */
  readonly late_ns: number;
  readonly host_ns: number;
  readonly wire_ns: number;
  readonly firmware_ns: number;
}

/** `named`: the mode tells rows apart. */
function rowOf(item: Item, named: boolean): Row | undefined {
  const { record } = item;
  const total = middle(record, 'latency_ns');
  const wire = middle(record, 'wire_ns');
  if (total === undefined || wire === undefined || !(total.value > 0)) return undefined;
  const firmware_ns = Math.max(0, middle(record, 'service_ns')?.value ?? 0);
  const wire_ns = Math.max(0, wire.value);
  const late_ns = Math.max(0, middle(record, 'start_late_ns')?.value ?? 0);
  const rest_ns = total.value - wire_ns - firmware_ns - late_ns;
  const mode = record.parameters.mode;
  return {
    item,
    name: mode === undefined || !named ? record.driver : `${record.driver}, ${mode}`,
    total_ns: total.value,
    interval: total.interval,
    late_ns,
    host_ns: Math.max(0, middle(record, 'host_ns')?.value ?? rest_ns),
    wire_ns,
    firmware_ns,
  };
}

export function split(items: readonly Item[], options: Options): Drawn {
  const named = new Set(items.map(({ record }) => record.parameters.mode)).size > 1;
  const rows: Row[] = [];
  const absent: Item[] = [];
  for (const item of items.toSorted(byDriver)) {
    const row = rowOf(item, named);
    if (row === undefined) absent.push(item);
    else rows.push(row);
  }
  if (rows.length === 0) return notMeasured(options);
  rows.sort((a, b) => a.total_ns - b.total_ns || (a.name < b.name ? -1 : 1));
  const columns = [
    FIGURES.driver,
    SPLIT.round_trip,
    FIGURES.interval,
    SPLIT.late,
    SPLIT.host,
    SPLIT.wire,
    SPLIT.firmware,
    FIGURES.samples,
    FIGURES.status,
  ];
  const table = rows.map(row => [
    row.name,
    time(row.total_ns, floorOf(row.item.record)),
    row.interval === undefined ? '–' : between(row.interval, value => time(value)),
    time(row.late_ns),
    time(row.host_ns),
    time(row.wire_ns),
    time(row.firmware_ns),
    whole(samples(row.item.record)),
    statusCell(row.item.record),
  ]);
  const description = spoken(
    table.map(([name, total, , late, host, wire, firmware]) =>
      SPLIT.row(name!, total!, late!, host!, wire!, firmware!),
    ),
  );
  return figure(
    options,
    SPLIT.about(description),
    { columns, rows: [...table, ...absentRows(absent, columns.length)] },
    width => draw(rows, `${options.id}-${width}`, width),
  );
}

const BAR = 20;
const KEY_PITCH = 66;

function draw(
  rows: readonly Row[],
  id: string,
  width: number,
): { height: number; markup: string[] } {
  const narrow = width === NARROW;
  const pitch = narrow ? 52 : 40;
  const names = Math.max(...rows.map(row => row.name.length));
  const left = narrow ? 12 : Math.min(210, 28 + names * 7.25);
  const box: Box = { left, top: 40, right: width - 20, bottom: 40 + rows.length * pitch };
  const most = Math.max(...rows.map(row => Math.max(row.total_ns, row.interval?.[1] ?? 0)));
  const x = linearScale([0, most * 1.04], box.left, box.right, narrow ? 4 : 6);
  const hatch = `${id.replace(/[^A-Za-z0-9-]/g, '-')}-hatch`;
  const bars = rows.map((row, index) => {
    const y = box.top + index * pitch + (narrow ? 24 : (pitch - BAR) / 2);
    const { mechanism, record } = row.item;
    const late = x(row.late_ns) - box.left;
    const host = x(row.host_ns) - box.left;
    const wire = x(row.wire_ns) - box.left;
    const firmware = x(row.firmware_ns) - box.left;
    const centre = y + BAR / 2;
    return element(
      'g',
      { class: `m-${mechanism}` },
      element('rect', { x: box.left + late, y, width: host, height: BAR, class: 'fig-host' }),
      element('rect', {
        x: box.left + late + host,
        y,
        width: wire,
        height: BAR,
        fill: `url(#${hatch})`,
        class: 'fig-wire',
      }),
      element('rect', {
        x: box.left + late + host + wire,
        y,
        width: firmware,
        height: BAR,
        class: 'fig-firmware',
      }),
      element('rect', {
        x: box.left,
        y,
        width: late + host + wire + firmware,
        height: BAR,
        class: `fig-outline e-${record.evidence.device}`,
      }),
      row.interval === undefined
        ? ''
        : line(x(row.interval[0]), centre, x(row.interval[1]), centre, 'fig-interval'),
      narrow
        ? label(row.name, box.left + 14, y - 7, { class: 'fig-name' })
        : label(row.name, box.left - 24, centre + 4, { 'text-anchor': 'end', class: 'fig-name' }),
      mark(
        mechanism,
        undefined,
        narrow ? box.left + 5 : box.left - 12,
        narrow ? y - 11 : centre,
        4,
      ),
    );
  });
  return {
    height: box.bottom + 50,
    markup: [
      element(
        'defs',
        {},
        element(
          'pattern',
          {
            id: hatch,
            width: 6,
            height: 6,
            patternUnits: 'userSpaceOnUse',
            patternTransform: 'rotate(45)',
          },
          line(0, 0, 0, 6, 'fig-hatch'),
        ),
      ),
      bottomAxis(x, box, value => time(value), SPLIT.axis),
      key(box.left, hatch),
      ...bars,
    ],
  };
}

/** The fills, named where the bars start rather than in a box beside the figure. */
function key(left: number, hatch: string): string {
  const { late, host, wire, firmware } = SPLIT.key;
  const parts: readonly (readonly [name: string, look: Readonly<Record<string, string>>])[] = [
    [late, { class: 'fig-outline' }],
    [host, { class: 'fig-host m-reference' }],
    [wire, { fill: `url(#${hatch})`, class: 'fig-wire' }],
    [firmware, { class: 'fig-firmware' }],
  ];
  return element(
    'g',
    { class: 'fig-key', 'aria-hidden': 'true' },
    ...parts.map(([name, look], index) => {
      const x = left + KEY_PITCH * index;
      return (
        element('rect', { x, y: 8, width: 14, height: 12, ...look }) +
        label(name, x + 20, 18, { class: 'fig-small' })
      );
    }),
  );
}
