// How each way of waiting looks on a bench instrument: one lane from left to right, asked or told at the end.
// Nothing here is measured; it is the mechanism's sign, in its colour. Pure.
import type { Mechanism } from '../../lab/drivers/driver.ts';
import { element } from '../figures/svg.ts';

/** Where a lane lies, and its colour. */
export interface Lane {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly colour: string;
}

const TICK = 14;
const TALL = 40;
const BOX = 22;

const line = ({ colour }: Lane, d: string, width: number, dashes?: string): string =>
  element('path', {
    d,
    stroke: colour,
    fill: 'none',
    'stroke-width': width,
    ...(dashes === undefined ? {} : { 'stroke-dasharray': dashes }),
  });

const up = (x: number, y: number, height: number): string => `M${x} ${y}v${-height}`;
const base = (lane: Lane, dashes?: string): string =>
  line(lane, `M${lane.from} ${lane.y}H${lane.to}`, 2, dashes);
const box = ({ colour, y }: Lane, x: number, wide: number): string =>
  element('rect', { x, y: y - BOX, width: wide, height: BOX, fill: colour });

/** Asks at even steps, and finds something at the last. */
function ticks(lane: Lane, from: number, step: number): string {
  const asked = Array.from({ length: Math.floor((lane.to - from) / step) }, (_, at) =>
    up(from + at * step, lane.y, TICK),
  );
  return line(lane, asked.join(''), 3);
}

const told = (lane: Lane, x = lane.to): string => line(lane, up(x, lane.y, TALL), 5);

const SIGNS: Readonly<Record<Mechanism, (lane: Lane) => string>> = {
  polling: lane => base(lane) + ticks(lane, lane.from, 24) + told(lane),
  interrupt: lane => {
    const at = lane.from + (lane.to - lane.from) * 0.72;
    return base(lane, '3 9') + told(lane, at) + box(lane, at, lane.to - at);
  },
  dma: lane => {
    const at = lane.from + 90;
    return base(lane) + box(lane, at, lane.to - at - 70) + told(lane);
  },
  completion: lane => {
    const boxes = Array.from({ length: 6 }, (_, at) => box(lane, lane.to - 60 - at * 74, 56));
    return base(lane) + boxes.join('') + told(lane);
  },
  hybrid: lane => {
    const at = lane.from + (lane.to - lane.from) * 0.6;
    return base(lane, '3 9') + ticks(lane, at, 24) + told(lane);
  },
  channel: lane => {
    const boxes = Array.from({ length: 4 }, (_, at) => box(lane, lane.from + 40 + at * 170, 110));
    return base(lane) + boxes.join('') + told(lane);
  },
  reference: lane => base(lane, '12 8'),
};

export function sign(mechanism: Mechanism, lane: Lane): string {
  return SIGNS[mechanism](lane);
}

/** A page that is about no mechanism shows the sign of the site: one step on the graticule. */
export function step(lane: Lane): string {
  const third = (lane.to - lane.from) / 3;
  const { from, to, y } = lane;
  const high = y - 90;
  return line(lane, `M${from} ${y}H${from + third}V${high}H${from + 2 * third}V${y - 30}H${to}`, 5);
}
