// The way of a packet: from the call that starts an operation, through the system and the port's queue, to
// the thread that takes it. A drawing of the rule, with nothing measured in it. Pure.
import { PACKET, PACKET_STEPS } from '../data/diagram-strings.ts';
import { type Drawn, figure, NARROW, type Options } from './figure.ts';
import { element, label, line, slug } from './svg.ts';

const { thread, system, port, any } = PACKET.lanes;
export const LANES = [thread, system, port, any] as const;
export type Lane = (typeof LANES)[number];

export interface Step {
  readonly name: string;
  readonly lane: Lane;
  /** What happens in it. */
  readonly does: string;
  /** What leads to the next one. */
  readonly next: string;
}

export const STEPS: readonly Step[] = [
  { name: 'ReadFile', lane: thread, ...PACKET_STEPS.read },
  { lane: system, ...PACKET_STEPS.flying },
  { lane: port, ...PACKET_STEPS.packet },
  { lane: any, ...PACKET_STEPS.taken },
  { lane: thread, ...PACKET_STEPS.free, next: '' },
];

/** The other way into the queue. */
export const POSTED = 'PostQueuedCompletionStatus';

const BOX = 92;
const TALL = 34;
/** Posting begins beside the first step, and not in it. */
const GAP = 22;

interface Place {
  readonly x: number;
  readonly y: number;
}

export function packetWay(options: Options): Drawn {
  const rows = STEPS.map(({ name, lane, does, next }) => [name, lane, does, next || '–']);
  const steps = STEPS.map(({ name, lane, does }) => PACKET.step(name, lane, does));
  return figure(
    options,
    PACKET.about(steps.join('. '), POSTED),
    { columns: PACKET.columns, rows },
    width => draw(width, `${slug(options.id)}-${width}-head`),
  );
}

type Arrow = (...points: readonly (readonly [number, number])[]) => string;

const word = (text: string, x: number, y: number, anchor = 'start') =>
  label(text, x, y, { 'text-anchor': anchor, class: 'fig-title' });

const box = ({ name }: Step, { x, y }: Place): string =>
  [
    element('rect', {
      x: x - BOX / 2,
      y: y - TALL / 2,
      width: BOX,
      height: TALL,
      class: 'state-box',
    }),
    label(name, x, y + 4.5, { 'text-anchor': 'middle', class: 'fig-band' }),
  ].join('');

function draw(width: number, id: string): { height: number; markup: string[] } {
  const arrow: Arrow = (...points) =>
    element('path', {
      d: points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${x} ${y}`).join(''),
      class: 'state-arrow',
      'marker-end': `url(#${id})`,
    });
  const head = element(
    'defs',
    {},
    element(
      'marker',
      { id, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: 'auto' },
      element('path', { d: 'M0 0.5L8 4L0 7.5z', class: 'state-head' }),
    ),
  );
  const drawn = width === NARROW ? upright(arrow) : across(width, arrow);
  return { height: drawn.height, markup: [head, ...drawn.markup] };
}

/** Lanes above each other, time from left to right; the last step is back in the first lane. */
function across(width: number, arrow: Arrow): { height: number; markup: string[] } {
  const lane = 74;
  const top = 40;
  const left = 84;
  const y = (of: Lane) => top + LANES.indexOf(of) * lane;
  const step = (width - left - BOX - 12) / (STEPS.length - 1);
  const places = STEPS.map((one, at) => ({ x: left + BOX / 2 + at * step, y: y(one.lane) }));
  const half = TALL / 2;
  const markup = LANES.flatMap((name, at) => [
    at === 0 ? '' : line(4, y(name) - lane / 2, width - 4, y(name) - lane / 2, 'fig-minor'),
    word(name, 4, y(name) + 4),
  ]);
  const [first, , third, fourth, last] = places as [Place, Place, Place, Place, Place];
  for (const [at, to] of places.slice(1, -1).entries()) {
    const from = places[at]!;
    markup.push(arrow([from.x, from.y + half], [from.x, to.y], [to.x - BOX / 2, to.y]));
  }
  const posted = first.x + BOX / 2 + GAP;
  markup.push(
    arrow([fourth.x + BOX / 2, fourth.y], [last.x, fourth.y], [last.x, last.y + half]),
    arrow([posted, first.y], [third.x, first.y], [third.x, third.y - half]),
    word(POSTED, posted, first.y - 8),
  );
  const beside = (at: number, dy: number) =>
    word(STEPS[at]!.next, places[at]!.x + 8, places[at]!.y + half + dy);
  markup.push(
    beside(0, 22),
    beside(1, 22),
    beside(2, 22),
    word(STEPS[3]!.next, last.x - 8, last.y + 1.5 * lane, 'end'),
    ...STEPS.map((one, at) => box(one, places[at]!)),
  );
  return { height: top + (LANES.length - 1) * lane + half + 14, markup };
}

/** One below the other, each with its lane beside it. */
function upright(arrow: Arrow): { height: number; markup: string[] } {
  const step = 72;
  const top = 24;
  const x = 62;
  const half = TALL / 2;
  const places = STEPS.map((_, at) => ({ x, y: top + at * step }));
  const beside = x + BOX / 2 + 12;
  const markup = STEPS.flatMap(({ lane, next }, at) => {
    const { y } = places[at]!;
    const to = places[at + 1];
    return [
      word(lane === port ? PACKET.or_posted(lane) : lane, beside, y + 4),
      to === undefined ? '' : arrow([x, y + half], [x, to.y - half]),
      to === undefined ? '' : word(next, x + 10, (y + to.y) / 2 + 4),
      box(STEPS[at]!, places[at]!),
    ];
  });
  return { height: top + (STEPS.length - 1) * step + half + 12, markup };
}
