// Places one label per mark so that labels cover neither each other nor a mark: every label tries
// a ring of positions, nearest first, and takes the cheapest; then all get a second chance. No
// randomness, so the same records always give the same drawing. (After Christensen, Marks and
// Shieber, "An empirical study of algorithms for point-feature label placement", 1995.)
import type { Box } from './axis.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export interface Placed extends Point {
  /** Where the text starts, and its baseline. */
  readonly label_x: number;
  readonly label_y: number;
  /** Where the line from its mark ends, at the nearest edge of the text; for a label that needs one. */
  readonly leader: Spot | undefined;
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

const HEIGHT = 14;
const MARK = 10;
/** Width of a letter in the widest of the fonts that a name is drawn in (DejaVu Sans Mono, 12 px). */
export const LETTER = 7.25;
/** How far from its mark a label may go, nearest first. */
const RINGS = [14, 24, 38, 56, 78, 104, 132];
/** Right first, then left, above, below, then between: the order in which a reader looks. */
const TURNS = [
  0, 180, -90, 90, -45, 45, -135, 135, -22, 22, -158, 158, -68, 68, -112, 112, -10, 10, -170, 170,
  -33, 33, -147, 147,
];
/** Every label may answer to where the others went so often. */
const PASSES = 10;
/** A label farther from its mark than this has a line to it. */
const NEAR = 16;

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

/** How much of the way from `from` to `to` lies within the box, in drawing units (Liang and Barsky's clipping). */
function within(box: Box, from: Spot, to: Spot): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  let enters = 0;
  let leaves = 1;
  for (const [step, room] of [
    [-dx, from.x - box.left],
    [dx, box.right - from.x],
    [-dy, from.y - box.top],
    [dy, box.bottom - from.y],
  ] as const) {
    if (step === 0) {
      if (room < 0) return 0;
    } else if (step < 0) enters = Math.max(enters, room / step);
    else leaves = Math.min(leaves, room / step);
  }
  return leaves > enters ? (leaves - enters) * Math.hypot(dx, dy) : 0;
}

/** On which side of the line from `a` to `b` the spot lies. */
const side = (a: Spot, b: Spot, spot: Spot): number =>
  Math.sign((b.x - a.x) * (spot.y - a.y) - (b.y - a.y) * (spot.x - a.x));

const cross = (a: Spot, b: Spot, c: Spot, d: Spot): boolean =>
  side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;

interface Candidate {
  readonly box: Box;
  readonly leader: Spot | undefined;
  /** What it costs wherever the other labels lie. */
  readonly cost: number;
}

/** What a label that lies on a thin line costs, for each square unit: less than on a mark, which it would hide. */
const ON_A_LINE = 0.6;
const ON_A_MARK = 12;
const ON_A_LABEL = 20;
/** What a leader costs for each unit that it runs through another label or another mark, and for each other leader
 that it crosses: whoever follows it with the eye would be led astray. */
const THROUGH_A_LABEL = 30;
const THROUGH_A_MARK = 4;
const CROSSING = 90;
const OUTSIDE = 2000;

/** How much of a label may lie left of where it hangs, best first: beside its mark all or nothing of it. */
function leftOf(cosine: number): readonly number[] {
  if (cosine > 0.9) return [0];
  if (cosine < -0.9) return [1];
  if (Math.abs(cosine) < 0.1) return [0.5, 0.25, 0.75];
  return cosine > 0 ? [0, 0.25, 0.5] : [1, 0.75, 0.5];
}

/** Where a label may go, the cheapest first. */
function candidates(
  point: Point,
  frame: Box,
  marks: readonly Box[],
  lines: readonly Box[],
): Candidate[] {
  const width = point.text.length * LETTER + 4;
  const found: Candidate[] = [];
  for (const [ring, distance] of RINGS.entries()) {
    for (const [turn, degrees] of TURNS.entries()) {
      const angle = (degrees * Math.PI) / 180;
      const x = point.x + distance * Math.cos(angle);
      const y = point.y + distance * Math.sin(angle);
      for (const [rank, part] of leftOf(Math.cos(angle)).entries()) {
        const left = x - width * part;
        const box = { left, right: left + width, top: y - HEIGHT / 2, bottom: y + HEIGHT / 2 };
        const nearest = {
          x: Math.min(Math.max(point.x, box.left), box.right),
          y: Math.min(Math.max(point.y, box.top), box.bottom),
        };
        const far = Math.hypot(nearest.x - point.x, nearest.y - point.y) > NEAR;
        const leader = far ? nearest : undefined;
        let cost =
          ring * 30 +
          turn * 2 +
          rank * 3 +
          OUTSIDE *
            (Math.max(0, frame.left - box.left) +
              Math.max(0, box.right - frame.right) +
              Math.max(0, frame.top - box.top) +
              Math.max(0, box.bottom - frame.bottom));
        for (const mark of marks) {
          cost += overlap(box, mark) * ON_A_MARK;
          if (leader) cost += within(mark, point, leader) * THROUGH_A_MARK;
        }
        for (const one of lines) cost += overlap(box, one) * ON_A_LINE;
        found.push({ box, leader, cost });
      }
    }
  }
  return found.sort((one, other) => one.cost - other.cost);
}

/** What two labels cost each other where they lie. */
function conflict(a: Candidate, a_mark: Spot, b: Candidate, b_mark: Spot): number {
  let cost = overlap(a.box, b.box) * ON_A_LABEL;
  if (a.leader) cost += within(b.box, a_mark, a.leader) * THROUGH_A_LABEL;
  if (b.leader) cost += within(a.box, b_mark, b.leader) * THROUGH_A_LABEL;
  if (a.leader && b.leader && cross(a_mark, a.leader, b_mark, b.leader)) cost += CROSSING;
  return cost;
}

/**
 * Deterministic. `others` are marks to keep clear of that have no label of their own, `lines` are thin things
 * that a label had better not be struck through by.
 */
export function placeLabels(
  points: readonly Point[],
  frame: Box,
  others: readonly Spot[] = [],
  lines: readonly Box[] = [],
): Placed[] {
  const order = points
    .map((_, index) => index)
    .sort((a, b) => points[a]!.x - points[b]!.x || points[a]!.y - points[b]!.y || a - b);
  const around = ({ x, y }: Spot): Box => ({
    left: x - MARK,
    right: x + MARK,
    top: y - MARK,
    bottom: y + MARK,
  });
  const possible = points.map((point, index) =>
    candidates(
      point,
      frame,
      [...points.filter((_, other) => other !== index), ...others].map(around),
      lines,
    ),
  );
  const chosen = new Map<number, Candidate>();
  for (let pass = 0; pass < PASSES; pass++) {
    for (const index of order) {
      let best: Candidate | undefined;
      let least = Infinity;
      for (const candidate of possible[index]!) {
        let cost = candidate.cost;
        if (cost >= least) break;
        for (const [other, placed] of chosen) {
          if (cost >= least) break;
          if (other !== index) cost += conflict(candidate, points[index]!, placed, points[other]!);
        }
        if (cost < least) {
          least = cost;
          best = candidate;
        }
      }
      chosen.set(index, best!);
    }
  }
  return points.map((point, index) => {
    const { box, leader } = chosen.get(index)!;
    return { ...point, label_x: box.left + 2, label_y: box.bottom - 3, leader };
  });
}

/** Spreads labels along one side so that they keep `gap` between each other, in the given order. */
export function spread(
  wanted: readonly number[],
  low: number,
  high: number,
  gap = HEIGHT + 1,
): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const placed = new Array<number>(wanted.length);
  let free = low;
  for (const index of order) {
    placed[index] = Math.max(wanted[index]!, free);
    free = placed[index]! + gap;
  }
  let limit = high;
  for (const index of order.toReversed()) {
    placed[index] = Math.min(placed[index]!, limit);
    limit = placed[index]! - gap;
  }
  return placed;
}
