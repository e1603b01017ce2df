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

/** Corners on a circle round a place on the vertical axis. */
function polygon(y: number, radius: number, corners: number, turn: number): string {
  const points = Array.from({ length: corners }, (_, index) => {
    const angle = turn + (index * 2 * Math.PI) / corners;
    return `${coordinate(radius * Math.cos(angle))},${coordinate(y + radius * Math.sin(angle))}`;
  });
  return element('polygon', { points: points.join(' ') });
}

function shape(mechanism: Mechanism, r: number): string {
  const up = -Math.PI / 2;
  switch (mechanism) {
    case 'polling':
      return element('circle', { r });
    case 'interrupt':
      return element('rect', { x: -r * 0.9, y: -r * 0.9, width: r * 1.8, height: r * 1.8 });
    case 'dma':
      return polygon(r * 0.15, r * 1.2, 3, up);
    case 'completion':
      return polygon(0, r * 1.2, 4, up);
    case 'hybrid':
      return polygon(0, r * 1.1, 6, up);
    case 'channel':
      return polygon(-r * 0.15, r * 1.2, 3, -up);
    case 'reference': {
      const arm = coordinate(r * 0.9);
      const d = `M-${arm} -${arm}L${arm} ${arm}M-${arm} ${arm}L${arm} -${arm}`;
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
      : element('circle', { r: radius + 4, class: `fig-ring e-${evidence}` });
  // Drawn round the origin and moved: so all marks of a mechanism are the same text, which packs to nothing.
  const transform = `translate(${coordinate(x)} ${coordinate(y)})`;
  const named = { class: `fig-mark m-${mechanism}`, transform };
  return element('g', named, ring, shape(mechanism, radius));
}
