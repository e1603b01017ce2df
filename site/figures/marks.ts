// One mark shape and one colour class per mechanism, one ring stroke per evidence class: the same
// on every figure (shapes after Cleveland, colours after Okabe and Ito). The colours themselves
// stand in styles/figures.css, so that light, dark and print each have their own.
import type { Evidence } from '../../lab/devices/device.ts';
import type { Mechanism } from '../../lab/drivers/driver.ts';
import { MARKS } from '../data/figure-strings.ts';
import { coordinate, element } from './svg.ts';

/** In the order that legends and tables use. */
export const MECHANISMS: readonly Mechanism[] = [
  'polling',
  'interrupt',
  'dma',
  'completion',
  'hybrid',
  'channel',
  'reference',
];

export const EVIDENCE: readonly Evidence[] = ['hardware', 'virtual', 'stand-in', 'simulated'];

export const MECHANISM_NAMES: Readonly<Record<Mechanism, string>> = MARKS.mechanisms;

export const EVIDENCE_STROKES: Readonly<Record<Evidence, string>> = MARKS.strokes;

function polygon(x: number, y: number, radius: number, corners: number, turn: number): string {
  const points = Array.from({ length: corners }, (_, index) => {
    const angle = turn + (index * 2 * Math.PI) / corners;
    return `${coordinate(x + radius * Math.cos(angle))},${coordinate(y + radius * Math.sin(angle))}`;
  });
  return element('polygon', { points: points.join(' ') });
}

function shape(mechanism: Mechanism, x: number, y: number, r: number): string {
  const up = -Math.PI / 2;
  switch (mechanism) {
    case 'polling':
      return element('circle', { cx: x, cy: y, r });
    case 'interrupt':
      return element('rect', { x: x - r * 0.9, y: y - r * 0.9, width: r * 1.8, height: r * 1.8 });
    case 'dma':
      return polygon(x, y + r * 0.15, r * 1.2, 3, up);
    case 'completion':
      return polygon(x, y, r * 1.2, 4, up);
    case 'hybrid':
      return polygon(x, y, r * 1.1, 6, up);
    case 'channel':
      return polygon(x, y - r * 0.15, r * 1.2, 3, -up);
    case 'reference': {
      const arm = r * 0.9;
      const d = `M${coordinate(x - arm)} ${coordinate(y - arm)}L${coordinate(x + arm)} ${coordinate(y + arm)}M${coordinate(x - arm)} ${coordinate(y + arm)}L${coordinate(x + arm)} ${coordinate(y - arm)}`;
      return element('path', { d, class: 'fig-cross' });
    }
  }
}

/** A mark: the mechanism's shape; with evidence, inside a ring whose stroke tells the evidence. */
export function mark(
  mechanism: Mechanism,
  evidence: Evidence | undefined,
  x: number,
  y: number,
  radius = 5,
): string {
  const ring =
    evidence === undefined
      ? ''
      : element('circle', { cx: x, cy: y, r: radius + 4, class: `fig-ring e-${evidence}` });
  return element('g', { class: `fig-mark m-${mechanism}` }, ring, shape(mechanism, x, y, radius));
}
