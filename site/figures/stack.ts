// What each layer of a stack adds to one operation: time beside the wire's share, which no layer can
// avoid, and processor time. Layers as they lie upon each other; two panels with one row per layer, so
// that the eye can go straight across.
import { FIGURES, STACK } from '../data/figure-strings.ts';
import { type Box, bottomAxis, linearScale, type Scale } from './axis.ts';
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
import { cell, intervalCell, type Middle, middle, spoken, time, whole } from './format.ts';
import { mark } from './marks.ts';
import { element, label, line } from './svg.ts';

const LATENCY = 'latency_ns';
const WIRE = 'wire_ns';
const CPU = 'cpu_ns_per_op';

interface Row {
  readonly item: Item;
  readonly name: string;
  readonly latency: Middle;
  readonly wire_ns: number;
  readonly cpu: Middle;
}

/** From the descriptor up; layers not named here follow. */
const LAYERS = ['raw', 'serialport', 'firmata', 'johnny-five'];

function heightOf({ item }: Row): number {
  const at = LAYERS.indexOf(item.record.driver);
  return at < 0 ? LAYERS.length : at;
}

export function stack(given: readonly Item[], options: Options): Drawn {
  const rows: Row[] = [];
  const absent: Item[] = [];
  for (const item of given.toSorted(byDriver)) {
    const latency = middle(item.record, LATENCY);
    const cpu = middle(item.record, CPU);
    if (latency === undefined || cpu === undefined || !(latency.value > 0)) absent.push(item);
    else {
      const wire_ns = Math.min(Math.max(0, middle(item.record, WIRE)?.value ?? 0), latency.value);
      const { event } = item.record.parameters;
      const name = event === undefined ? item.record.driver : `${item.record.driver}, ${event}`;
      rows.push({ item, name, latency, wire_ns, cpu });
    }
  }
  if (rows.length === 0) return notMeasured(options);
  rows.sort(
    (a, b) =>
      heightOf(a) - heightOf(b) || a.latency.value - b.latency.value || (a.name < b.name ? -1 : 1),
  );
  const columns = [
    STACK.columns.layer,
    STACK.columns.total,
    STACK.columns.total_interval,
    STACK.columns.wire,
    STACK.columns.rest,
    STACK.columns.cpu,
    STACK.columns.cpu_interval,
    FIGURES.samples,
    FIGURES.status,
  ];
  const table = rows.map(({ item: { record }, name, latency, wire_ns }) => [
    name,
    cell(record, LATENCY),
    intervalCell(record, LATENCY),
    time(wire_ns),
    time(latency.value - wire_ns),
    cell(record, CPU),
    intervalCell(record, CPU),
    whole(samples(record)),
    statusCell(record),
  ]);
  const description = spoken(
    table.map(([name, total, , wire, rest, cpu]) => STACK.row(name!, total!, wire!, rest!, cpu!)),
    '. ',
  );
  return figure(
    options,
    STACK.about(description),
    { columns, rows: [...table, ...absentRows(absent, columns.length)] },
    width => draw(rows, `${options.id}-${width}`, width),
  );
}

const BAR = 18;
const PITCH = 46;

function draw(
  rows: readonly Row[],
  id: string,
  width: number,
): { height: number; markup: string[] } {
  const narrow = width === NARROW;
  const hatch = `${id.replace(/[^A-Za-z0-9-]/g, '-')}-hatch`;
  const top = 34;
  const tall = rows.length * PITCH;
  const gap = 40;
  // Side by side where there is room, one under the other on a phone.
  const left: Box = narrow
    ? { left: 12, top, right: width - 20, bottom: top + tall }
    : { left: 12, top, right: width * 0.56, bottom: top + tall };
  const right: Box = narrow
    ? { left: 12, top: left.bottom + 50 + 24, right: width - 20, bottom: left.bottom + 74 + tall }
    : { left: left.right + gap, top, right: width - 20, bottom: top + tall };
  const most = (values: readonly number[]) => Math.max(1, ...values) * 1.04;
  const upper = ({ value, interval }: Middle) => Math.max(value, interval?.[1] ?? 0);
  const x = linearScale([0, most(rows.map(row => upper(row.latency)))], left.left, left.right, 4);
  const c = linearScale([0, most(rows.map(row => upper(row.cpu)))], right.left, right.right, 3);
  const words = (value: number) => (value === 0 ? '0' : time(value));
  const drawn = rows.flatMap((row, index) => [
    latencyBar(row, left, x, index, hatch),
    cpuBar(row, right, c, index, narrow),
  ]);
  return {
    height: right.bottom + 50,
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
      key(left.left, hatch),
      bottomAxis(x, left, words, STACK.time),
      bottomAxis(c, right, words, STACK.cpu),
      ...drawn,
    ],
  };
}

function latencyBar(row: Row, box: Box, x: Scale, index: number, hatch: string): string {
  const { mechanism, record } = row.item;
  const y = box.top + index * PITCH + 22;
  const wire = x(row.wire_ns) - box.left;
  const all = x(row.latency.value) - box.left;
  return element(
    'g',
    { class: `m-${mechanism}` },
    element('rect', {
      x: box.left,
      y,
      width: wire,
      height: BAR,
      fill: `url(#${hatch})`,
      class: 'fig-wire',
    }),
    element('rect', { x: box.left + wire, y, width: all - wire, height: BAR, class: 'fig-host' }),
    element('rect', {
      x: box.left,
      y,
      width: all,
      height: BAR,
      class: `fig-outline e-${record.evidence.device}`,
    }),
    ...interval(row.latency, x, y),
    mark(mechanism, undefined, box.left + 5, y - 9, 4),
    label(row.name, box.left + 14, y - 5, { class: 'fig-name' }),
    label(time(row.latency.value), box.right, y - 5, { 'text-anchor': 'end', class: 'fig-value' }),
  );
}

function cpuBar(row: Row, box: Box, x: Scale, index: number, named: boolean): string {
  const { mechanism, record } = row.item;
  const y = box.top + index * PITCH + 22;
  return element(
    'g',
    { class: `m-${mechanism}` },
    element('rect', {
      x: box.left,
      y,
      width: x(row.cpu.value) - box.left,
      height: BAR,
      class: `fig-count e-${record.evidence.device}`,
    }),
    ...interval(row.cpu, x, y),
    named ? label(row.name, box.left, y - 5, { class: 'fig-name' }) : '',
    label(time(row.cpu.value), box.right, y - 5, { 'text-anchor': 'end', class: 'fig-value' }),
  );
}

function interval({ interval: span }: Middle, x: Scale, y: number): string[] {
  return span === undefined
    ? []
    : [line(x(span[0]), y + BAR / 2, x(span[1]), y + BAR / 2, 'fig-hairline')];
}

function key(left: number, hatch: string): string {
  return element(
    'g',
    { class: 'fig-key', 'aria-hidden': 'true' },
    element('rect', {
      x: left,
      y: 8,
      width: 14,
      height: 12,
      fill: `url(#${hatch})`,
      class: 'fig-wire',
    }),
    label(STACK.key.wire, left + 20, 18, { class: 'fig-small' }),
    element('rect', { x: left + 62, y: 8, width: 14, height: 12, class: 'fig-host m-interrupt' }),
    label(STACK.key.rest, left + 82, 18, { class: 'fig-small' }),
  );
}
