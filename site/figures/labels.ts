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
  /** Far enough from its mark to need a line to it. */
  readonly leader: boolean;
}

const HEIGHT = 14;
const MARK = 10;
/** Width of a letter in the widest of the fonts that a name is drawn in (DejaVu Sans Mono, 12 px). */
export const LETTER = 7.25;
/** How far from its mark a label may go, nearest first. */
const RINGS = [14, 24, 38, 56, 78, 104];
/** Right first, then left, above, below, then between: the order in which a reader looks. */
const TURNS = [0, 180, -90, 90, -45, 45, -135, 135, -22, 22, -158, 158, -68, 68, -112, 112];
/** Every label may answer to where the others went so often. */
const PASSES = 6;

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

interface Candidate {
  readonly box: Box;
  readonly cost: number;
}

function candidates(point: Point, frame: Box): Candidate[] {
  const width = point.text.length * LETTER + 4;
  const found: Candidate[] = [];
  for (const [ring, distance] of RINGS.entries()) {
    for (const [turn, degrees] of TURNS.entries()) {
      const angle = (degrees * Math.PI) / 180;
      const x = point.x + distance * Math.cos(angle);
      const y = point.y + distance * Math.sin(angle);
      const cosine = Math.cos(angle);
      const left = Math.abs(cosine) < 0.1 ? x - width / 2 : cosine > 0 ? x : x - width;
      const box = { left, right: left + width, top: y - HEIGHT / 2, bottom: y + HEIGHT / 2 };
      const outside =
        Math.max(0, frame.left - box.left) +
        Math.max(0, box.right - frame.right) +
        Math.max(0, frame.top - box.top) +
        Math.max(0, box.bottom - frame.bottom);
      found.push({ box, cost: ring * 30 + turn * 2 + outside * 500 });
    }
  }
  return found;
}

/** What a label that lies on a thin line costs, for each square unit: less than on a mark, which it would hide. */
const ON_A_LINE = 0.6;

/**
 * Deterministic. `others` are marks to keep clear of that have no label of their own, `lines` are thin things
 * that a label had better not be struck through by.
 */
export function placeLabels(
  points: readonly Point[],
  frame: Box,
  others: readonly { x: number; y: number }[] = [],
  lines: readonly Box[] = [],
): Placed[] {
  const order = points
    .map((_, index) => index)
    .sort((a, b) => points[a]!.x - points[b]!.x || points[a]!.y - points[b]!.y || a - b);
  const marks = [...points, ...others].map(({ x, y }) => ({
    left: x - MARK,
    right: x + MARK,
    top: y - MARK,
    bottom: y + MARK,
  }));
  const chosen = new Map<number, Candidate>();
  for (let pass = 0; pass < PASSES; pass++) {
    for (const index of order) {
      let best: Candidate | undefined;
      let least = Infinity;
      for (const candidate of candidates(points[index]!, frame)) {
        let cost = candidate.cost;
        for (const [other, mark] of marks.entries()) {
          if (other !== index) cost += overlap(candidate.box, mark) * 8;
        }
        for (const one of lines) cost += overlap(candidate.box, one) * ON_A_LINE;
        for (const [other, placed] of chosen) {
          if (other !== index) cost += overlap(candidate.box, placed.box) * 20;
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
    const { box } = chosen.get(index)!;
    const dx = Math.max(box.left - point.x, point.x - box.right, 0);
    const dy = Math.max(box.top - point.y, point.y - box.bottom, 0);
    return {
      ...point,
      label_x: box.left + 2,
      label_y: box.bottom - 3,
      leader: Math.hypot(dx, dy) > 16,
    };
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
