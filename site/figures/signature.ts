// The course's signature plot: latency across, processor time per event up, both logarithmic, one
// labelled mark per driver with its intervals. Everybody wants to be in the lower left corner.
import type { LabRecord } from '../../lab/records/schema.ts';
import { FIGURES, SIGNATURE } from '../data/figure-strings.ts';
import { type Box, bottomAxis, leftAxis, logDomain, logScale } from './axis.ts';
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
import { cell, intervalCell, middle, settingOf, spoken, time, whole } from './format.ts';
import { placeLabels } from './labels.ts';
import { mark } from './marks.ts';
import { element, label, line, lines } from './svg.ts';

export interface Frame {
  readonly latency_ns: readonly [number, number];
  readonly cpu_ns: readonly [number, number];
  /** Marks in the fullest of the figures that share it: their names need room, and all get one height. */
  readonly drivers: number;
}

const LATENCY = 'latency_ns';
const CPU = 'cpu_ns_per_op';

/** A log axis has no zero: a processor time of nought is one this machine's counters missed. */
function drawable({ record }: Item): boolean {
  return (middle(record, LATENCY)?.value ?? 0) > 0 && (middle(record, CPU)?.value ?? 0) > 0;
}

/** The settings that tell a driver's marks apart, as they are named; '' where it has one mark. */
function settingsAmong(items: readonly Item[]): (record: LabRecord) => string {
  const drivers = Map.groupBy(items, ({ record }) => record.driver);
  return record => {
    const siblings = drivers.get(record.driver)!.map(one => one.record.parameters);
    return Object.keys(record.parameters)
      .filter(name => siblings.some(one => one[name] !== record.parameters[name]))
      .map(name => settingOf(record, name))
      .join(', ');
  };
}

/** One frame for several devices, so that their figures can be laid side by side. */
export function sharedFrame(items: readonly Item[]): Frame {
  const spanOf = (metric: string) =>
    items.filter(drawable).flatMap(({ record }) => {
      const found = middle(record, metric)!;
      return [found.value, ...(found.interval ?? [])];
    });
  const devices = Map.groupBy(items.filter(drawable), ({ record }) => record.device);
  return {
    latency_ns: logDomain(spanOf(LATENCY)),
    cpu_ns: logDomain(spanOf(CPU)),
    drivers: Math.max(0, ...[...devices.values()].map(mine => mine.length)),
  };
}

/** One mark per record; records without both quantities appear in the table only. */
export function signature(given: readonly Item[], options: Options & { frame?: Frame }): Drawn {
  const items = given.toSorted(byDriver);
  const shown = items.filter(drawable);
  if (shown.length === 0) return notMeasured(options);
  const frame = options.frame ?? sharedFrame(shown);
  const settingsOf = settingsAmong(shown);
  const nameOf = (record: LabRecord) =>
    [record.driver, settingsOf(record)].filter(Boolean).join(', ');
  const columns = [
    FIGURES.driver,
    SIGNATURE.mechanism,
    SIGNATURE.latency,
    SIGNATURE.latency_interval,
    SIGNATURE.cpu,
    SIGNATURE.cpu_interval,
    SIGNATURE.syscalls,
    FIGURES.samples,
    FIGURES.status,
  ];
  const rows = shown.map(({ record, mechanism }) => [
    nameOf(record),
    mechanism,
    cell(record, LATENCY),
    intervalCell(record, LATENCY),
    cell(record, CPU),
    intervalCell(record, CPU),
    cell(record, 'syscalls_per_op'),
    whole(samples(record)),
    statusCell(record),
  ]);
  const absent = items.filter(item => !drawable(item));
  const soonest = shown.toSorted(
    (a, b) => middle(a.record, LATENCY)!.value - middle(b.record, LATENCY)!.value,
  );
  const description = spoken(
    soonest.map(({ record }) =>
      SIGNATURE.row(nameOf(record), cell(record, LATENCY), cell(record, CPU)),
    ),
  );
  return figure(
    options,
    SIGNATURE.about(description),
    { columns, rows: [...rows, ...absentRows(absent, columns.length)] },
    width => {
      const height = tall(width, frame.drivers);
      return { height, markup: draw(shown, settingsOf, frame, width, height) };
    },
  );
}

/** A crowd of drivers needs room for its names. */
function tall(width: number, drivers: number): number {
  const more = Math.max(0, drivers - 10);
  return width === NARROW ? 340 + more * 14 : 420 + more * 8;
}

/** Where the interval bars lie, a few units thick: a name had better not lie on one. */
function barBoxes(
  items: readonly Item[],
  points: readonly { x: number; y: number }[],
  x: (value: number) => number,
  y: (value: number) => number,
): Box[] {
  return items.flatMap(({ record }, index) => {
    const at = points[index]!;
    const across = middle(record, LATENCY)!.interval;
    const up = middle(record, CPU)!.interval;
    return [
      ...(across?.every(value => value > 0)
        ? [{ left: x(across[0]), right: x(across[1]), top: at.y - 2, bottom: at.y + 2 }]
        : []),
      ...(up?.every(value => value > 0)
        ? [{ left: at.x - 2, right: at.x + 2, top: y(up[1]), bottom: y(up[0]) }]
        : []),
    ];
  });
}

function draw(
  items: readonly Item[],
  settingsOf: (record: LabRecord) => string,
  frame: Frame,
  width: number,
  height: number,
): string[] {
  const box: Box = { left: 62, top: 34, right: width - 12, bottom: height - 50 };
  const x = logScale(frame.latency_ns, box.left, box.right);
  const y = logScale(frame.cpu_ns, box.bottom, box.top);
  const points = items.map(({ record }) => ({
    x: x(middle(record, LATENCY)!.value),
    y: y(middle(record, CPU)!.value),
    // Marks of one driver need not repeat its name.
    text: settingsOf(record) || record.driver,
  }));
  const bars = items.map(({ record, mechanism }, index) => {
    const { x: px, y: py } = points[index]!;
    const across = middle(record, LATENCY)!.interval;
    const up = middle(record, CPU)!.interval;
    return lines(
      [
        ...(across?.every(value => value > 0)
          ? [[x(across[0]), py, x(across[1]), py] as const]
          : []),
        ...(up?.every(value => value > 0) ? [[px, y(up[0]), px, y(up[1])] as const] : []),
      ],
      `m-${mechanism} bar`,
    );
  });
  const labels = placeLabels(points, box, [], barBoxes(items, points, x, y)).map(
    (placed, index) => {
      const { mechanism } = items[index]!;
      return element(
        'g',
        { class: `m-${mechanism}` },
        placed.leader
          ? line(placed.x, placed.y, placed.leader.x, placed.leader.y, 'fig-leader')
          : '',
        label(placed.text, placed.label_x, placed.label_y, { class: 'fig-name' }),
      );
    },
  );
  return [
    leftAxis(y, box, value => time(value), SIGNATURE.up),
    bottomAxis(x, box, value => time(value), SIGNATURE.across),
    label(SIGNATURE.hint, box.right, box.top - 12, { 'text-anchor': 'end', class: 'fig-hint' }),
    ...bars,
    // Lines to labels lie under the marks, so a mark is never crossed out.
    ...labels,
    ...items.map(({ record, mechanism }, index) =>
      mark(mechanism, record.evidence.device, points[index]!.x, points[index]!.y),
    ),
  ];
}
