// One operation from free to free: five states, in the lane of whoever owns its slot meanwhile, and what
// moves it on. A drawing of the rule, with nothing measured in it. Pure.
import { OPERATION, OPERATION_STATES, WHOSE } from '../data/diagram-strings.ts';
import { type Drawn, figure, NARROW, type Options } from './figure.ts';
import { element, label, line, slug } from './svg.ts';

export type Owner = 'program' | 'kernel' | 'device';
export const OWNERS: readonly Owner[] = ['program', 'kernel', 'device'];

export interface State {
  readonly name: string;
  readonly owner: Owner;
  /** What makes it the next one. */
  readonly next: string;
}

/** After the last comes the first again. */
export const STATES: readonly State[] = [
  { owner: 'program', ...OPERATION_STATES.free },
  { owner: 'kernel', ...OPERATION_STATES.submitted },
  { owner: 'device', ...OPERATION_STATES.flying },
  { owner: 'kernel', ...OPERATION_STATES.finished },
  { owner: 'program', ...OPERATION_STATES.collected },
];

const TALL = 34;
const BOX = 96;

interface Place {
  /** Its middle. */
  readonly x: number;
  readonly y: number;
}

export function operationStates(options: Options): Drawn {
  const rows = STATES.map(
    ({ name, owner, next }, at) =>
      [name, WHOSE[owner], next, STATES[(at + 1) % STATES.length]!.name] as const,
  );
  const description = rows
    .map(([name, owner, next, then]) => OPERATION.state(name, owner, next, then))
    .join('. ');
  return figure(
    options,
    OPERATION.about(description),
    { columns: OPERATION.columns, rows },
    width => draw(width, `${slug(options.id)}-${width}-head`),
  );
}

const head = (id: string): string =>
  element(
    'defs',
    {},
    element(
      'marker',
      {
        id,
        viewBox: '0 0 8 8',
        refX: 7,
        refY: 4,
        markerWidth: 8,
        markerHeight: 8,
        orient: 'auto',
      },
      element('path', { d: 'M0 0.5L8 4L0 7.5z', class: 'state-head' }),
    ),
  );

function box({ name }: State, { x, y }: Place): string {
  return [
    element('rect', {
      x: x - BOX / 2,
      y: y - TALL / 2,
      width: BOX,
      height: TALL,
      class: 'state-box',
    }),
    label(name, x, y + 4.5, { 'text-anchor': 'middle', class: 'fig-band' }),
  ].join('');
}

function draw(width: number, id: string): { height: number; markup: string[] } {
  const arrow = (...points: readonly (readonly [number, number])[]) =>
    element('path', {
      d: points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${x} ${y}`).join(''),
      class: 'state-arrow',
      'marker-end': `url(#${id})`,
    });
  const drawn = width === NARROW ? upright(arrow) : across(width, arrow);
  return { height: drawn.height, markup: [head(id), ...drawn.markup] };
}

type Arrow = (...points: readonly (readonly [number, number])[]) => string;

const word = (text: string, x: number, y: number, anchor = 'start') =>
  label(text, x, y, { 'text-anchor': anchor, class: 'fig-title' });

/** Lanes above each other: down to the device, up again, and back along the top. */
function across(width: number, arrow: Arrow): { height: number; markup: string[] } {
  const lane = 84;
  const top = 64;
  const left = 74;
  const y = (owner: Owner) => top + OWNERS.indexOf(owner) * lane;
  const step = (width - left - BOX - 12) / (STATES.length - 1);
  const places = STATES.map(({ owner }, at) => ({ x: left + BOX / 2 + at * step, y: y(owner) }));
  const [free, submitted, flying, finished, collected] = places as [
    Place,
    Place,
    Place,
    Place,
    Place,
  ];
  const half = TALL / 2;
  const down = (from: Place, to: Place) =>
    arrow([from.x, from.y + half], [from.x, to.y], [to.x - BOX / 2, to.y]);
  const up = (from: Place, to: Place) =>
    arrow([from.x + BOX / 2, from.y], [to.x, from.y], [to.x, to.y + half]);
  const markup = [
    ...OWNERS.flatMap(owner => [
      line(4, y(owner) + lane / 2, width - 4, y(owner) + lane / 2, 'fig-minor'),
      word(WHOSE[owner], 4, y(owner) + 4),
    ]),
    down(free, submitted),
    down(submitted, flying),
    up(flying, finished),
    up(finished, collected),
    arrow([collected.x - BOX / 2, collected.y], [free.x + BOX / 2, free.y]),
    word(STATES[0]!.next, free.x + 8, free.y + lane / 2 + 16),
    word(STATES[1]!.next, submitted.x + 8, submitted.y + lane / 2 + 16),
    word(STATES[2]!.next, finished.x + 8, finished.y + lane / 2 + 16),
    word(STATES[3]!.next, collected.x - 8, collected.y + lane / 2 + 16, 'end'),
    word(STATES[4]!.next, (free.x + collected.x) / 2, free.y - 10, 'middle'),
    ...STATES.map((state, at) => box(state, places[at]!)),
  ];
  return { height: top + 2 * lane + lane / 2 + 6, markup };
}

/** Lanes beside each other, the states from the top to the bottom, and back along the left edge. */
function upright(arrow: Arrow): { height: number; markup: string[] } {
  const step = 74;
  const top = 52;
  const lane = 102;
  const x = (owner: Owner) => 72 + OWNERS.indexOf(owner) * lane;
  const places = STATES.map(({ owner }, at) => ({ x: x(owner), y: top + at * step }));
  const half = TALL / 2;
  const markup = OWNERS.flatMap((owner, at) => [
    label(WHOSE[owner], x(owner), 16, { 'text-anchor': 'middle', class: 'fig-title' }),
    at === 0
      ? ''
      : line(x(owner) - lane / 2, 6, x(owner) - lane / 2, top + 4.6 * step, 'fig-minor'),
  ]);
  places.slice(1).forEach((to, at) => {
    const from = places[at]!;
    const between = (from.y + to.y) / 2;
    markup.push(
      arrow([from.x, from.y + half], [from.x, between], [to.x, between], [to.x, to.y - half]),
    );
    // On the side where the arrow has left room.
    const right = to.x > from.x;
    markup.push(
      word(
        STATES[at]!.next,
        right ? from.x - 6 : from.x + 6,
        between + (right ? 14 : 14),
        right ? 'start' : 'end',
      ),
    );
  });
  const [free, collected] = [places[0]!, places.at(-1)!];
  const edge = 8;
  markup.push(
    arrow(
      [collected.x - BOX / 2, collected.y],
      [edge, collected.y],
      [edge, free.y],
      [free.x - BOX / 2, free.y],
    ),
    word(STATES.at(-1)!.next, edge + 6, collected.y + half + 16),
    ...STATES.map((state, at) => box(state, places[at]!)),
  );
  return { height: top + (STATES.length - 1) * step + half + 26, markup };
}
