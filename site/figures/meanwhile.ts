// What a processor did while a device took its time: handling the device, work of its own, or nothing
// at all (hatched, as all waiting is). One bar per program, the whole bar being the whole time.
import { FIGURES, MEANWHILE } from '../data/figure-strings.ts';
import { bottomAxis, linearScale } from './axis.ts';
import {
  type Drawn,
  figure,
  type Item,
  NARROW,
  notMeasured,
  type Options,
  statusCell,
} from './figure.ts';
import { figures, middle, spoken } from './format.ts';
import { mark } from './marks.ts';
import { element, hatchPattern, label, slug } from './svg.ts';

interface Row {
  readonly item: Item;
  /** Parts of the time; together one. */
  readonly device: number;
  readonly own: number;
  readonly nothing: number;
}

/** Parts from the shares that a record holds: of the time that it was busy, of its instructions its own. */
function rowOf(item: Item): Row | undefined {
  const busy = middle(item.record, 'busy_share')?.value;
  if (busy === undefined || busy < 0 || busy > 1) return undefined;
  const own = busy * Math.min(1, middle(item.record, 'useful_share')?.value ?? 0);
  return { item, own, device: busy - own, nothing: 1 - busy };
}

const share = (part: number): string => `${figures(part * 100)}\u00a0%`;

/** `drivers` gives the rows and their order. */
export function meanwhile(
  given: readonly Item[],
  options: Options & { readonly drivers: readonly string[] },
): Drawn {
  const ordered = options.drivers.flatMap(driver =>
    given.filter(({ record }) => record.driver === driver).slice(0, 1),
  );
  const rows = ordered.map(rowOf).filter(row => row !== undefined);
  if (rows.length === 0) return notMeasured(options);
  const table = ordered.map(item => {
    const row = rowOf(item);
    const parts =
      row === undefined ? ['–', '–', '–'] : [row.device, row.own, row.nothing].map(share);
    return [item.record.driver, ...parts, statusCell(item.record)];
  });
  const description = spoken(
    rows.map(({ item, device, own, nothing }) =>
      MEANWHILE.row(item.record.driver, share(device), share(own), share(nothing)),
    ),
  );
  return figure(
    options,
    MEANWHILE.about(description),
    {
      columns: [
        FIGURES.program,
        MEANWHILE.columns.device,
        MEANWHILE.columns.own,
        MEANWHILE.columns.nothing,
        FIGURES.status,
      ],
      rows: table,
    },
    width => draw(rows, width, `${slug(options.id)}-${width}-wait`),
  );
}

const BAR = 20;
const KEY = 30;

function draw(
  rows: readonly Row[],
  width: number,
  hatch: string,
): { height: number; markup: string[] } {
  const narrow = width === NARROW;
  const pitch = narrow ? 52 : 34;
  const names = Math.max(...rows.map(({ item }) => item.record.driver.length)) * 7.4 + 46;
  const left = narrow ? 12 : names;
  const right = width - 16;
  const bottom = KEY + rows.length * pitch + 4;
  const x = linearScale([0, 100], left, right, narrow ? 3 : 5);
  const box = { left, top: KEY, right, bottom };
  const bars = rows.map(({ item, device, own, nothing }, at) => {
    const y = KEY + at * pitch;
    const top = narrow ? y + 26 : y + (pitch - BAR) / 2;
    const text_y = narrow ? y + 18 : top + 14;
    const part = (from: number, long: number, attributes: Record<string, string>) =>
      long === 0
        ? ''
        : element('rect', {
            x: x(from * 100),
            y: top,
            // A share too small to see still is one.
            width: Math.max(1.5, x((from + long) * 100) - x(from * 100)),
            height: BAR,
            ...attributes,
          });
    return element(
      'g',
      { class: `m-${item.mechanism}` },
      part(device + own, nothing, { class: 'fig-idle', fill: `url(#${hatch})` }),
      part(device, own, { class: 'fig-own' }),
      part(0, device, { class: `fig-count e-${item.record.evidence.device}` }),
      mark(item.mechanism, item.record.evidence.device, narrow ? 19 : 12, text_y - 4, 3.5),
      label(item.record.driver, narrow ? 34 : 26, text_y, { class: 'fig-name' }),
    );
  });
  return {
    height: bottom + 50,
    markup: [
      hatchPattern(hatch),
      ...key(left, narrow, hatch),
      bottomAxis(x, box, value => share(value / 100), MEANWHILE.axis),
      ...bars,
    ],
  };
}

/** What the fillings mean, above the bars. */
function key(left: number, narrow: boolean, hatch: string): string[] {
  const entries = [
    [MEANWHILE.key.device, { class: 'fig-count m-reference' }],
    [MEANWHILE.key.own, { class: 'fig-own' }],
    [MEANWHILE.key.nothing, { class: 'fig-idle', fill: `url(#${hatch})` }],
  ] as const;
  let x = left;
  return entries.flatMap(([text, attributes]) => {
    const at = x;
    x += text.length * 6.9 + (narrow ? 34 : 46);
    return [
      element('rect', { x: at, y: 6, width: 14, height: 12, ...attributes }),
      label(text, at + 20, 16, { class: 'fig-title' }),
    ];
  });
}
