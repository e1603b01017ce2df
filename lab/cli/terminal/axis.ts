// A logarithmic axis for character plots: from values to columns or rows, and ticks that a person
// would choose (1, 2, 5 per decade where there are few decades).
import { formatTime } from './format.ts';

export interface LogAxis {
  /** Position of a value in cells, from 0 to `cells − 1`; clamped to the frame. */
  at(value: number): number;
  /** The value at the low edge of a cell; `edge(cells)` is the high end. */
  edge(cell: number): number;
  readonly ticks: readonly { readonly value: number; readonly cell: number }[];
}

/** An axis over positive values. `pad` widens it at both ends, as a share of its length. */
export function logAxis(values: readonly number[], cells: number, pad = 0.08): LogAxis {
  const logs = values.filter(value => value > 0 && Number.isFinite(value)).map(Math.log10);
  let low = Math.min(...logs);
  let high = Math.max(...logs);
  if (logs.length === 0) [low, high] = [0, 1];
  // Less than a factor of two would blow noise up to the size of the frame.
  const missing = Math.log10(2) - (high - low);
  if (missing > 0) [low, high] = [low - missing / 2, high + missing / 2];
  const extra = (high - low) * pad;
  low -= extra;
  high += extra;
  const at = (value: number) => {
    const share = (Math.log10(value) - low) / (high - low);
    return Math.max(0, Math.min(cells - 1, Math.floor(share * cells)));
  };
  const edge = (cell: number) => 10 ** (low + ((high - low) * cell) / cells);
  const steps =
    high - low > 2.5 ? [1] : high - low > 1 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9];
  const ticks: { value: number; cell: number }[] = [];
  for (let decade = Math.floor(low); decade <= high; decade++) {
    for (const step of steps) {
      const value = step * 10 ** decade;
      if (value >= 10 ** low && value <= 10 ** high) ticks.push({ value, cell: at(value) });
    }
  }
  return { at, edge, ticks };
}

/** A tick's label without an idle zero: `1 µs`, not `1.0 µs`. */
export function tickLabel(value_ns: number): string {
  return formatTime(value_ns).replace('.0 ', ' ');
}

/** The line of tick labels under a horizontal axis, each starting under its tick; none overlap. */
export function tickLine(axis: LogAxis, cells: number, labelOf = tickLabel): string {
  let line = '';
  for (const { value, cell } of axis.ticks) {
    const label = labelOf(value);
    const start = Math.max(0, Math.min(cell - Math.floor(label.length / 2), cells - label.length));
    if (line !== '' && start < line.length + 1) continue;
    line = line.padEnd(start) + label;
  }
  return line;
}

/** The axis itself: a rule with a mark at each tick. */
export function axisRule(axis: LogAxis, cells: number): string {
  const rule = Array.from({ length: cells }, () => '─');
  for (const { cell } of axis.ticks) rule[cell] = '┬';
  return rule.join('');
}
