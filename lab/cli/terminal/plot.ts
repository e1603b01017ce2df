// The lab's signature plot in characters: latency across, processor time per operation up, both
// logarithmic, one labelled mark per driver; the lower left corner is where everybody wants to be.
import type { Mechanism } from '../../drivers/driver.ts';
import { axisRule, type LogAxis, logAxis, tickLabel, tickLine } from './axis.ts';
import { MARKS, type Paint } from './colour.ts';
import { plainText } from './format.ts';
import { displayWidth, pad, truncate } from './table.ts';

export interface PlotPoint {
  readonly label: string;
  readonly mechanism: Mechanism;
  /** Latency in nanoseconds, with its interval where known. */
  readonly x_ns: number;
  readonly x_interval?: readonly [number, number];
  /** Processor time per operation in nanoseconds. */
  readonly y_ns: number;
}

export interface PlotOptions {
  readonly width: number;
  readonly paint: Paint;
  readonly height?: number;
  readonly x_title?: string;
  readonly y_title?: string;
}

const GUTTER = 8;
const BAR = '─';

interface Cell {
  char: string;
  mechanism?: Mechanism;
  /** Marks and labels may not be covered; bars may. */
  fixed?: boolean;
}

/** Lines of the signature plot, at most `width` × `height`. Empty where nothing can be placed. */
export function signaturePlot(points: readonly PlotPoint[], options: PlotOptions): string[] {
  const { width, paint, height = 18, x_title = 'latency', y_title = 'CPU per op' } = options;
  const shown = points.filter(one => one.x_ns > 0 && one.y_ns > 0);
  const columns = Math.min(width, 80) - GUTTER;
  if (shown.length === 0 || columns < 16) return [];
  const rows = Math.max(5, height - 4);
  const x = logAxis(
    shown.flatMap(one => [one.x_ns, ...(one.x_interval ?? [])]),
    columns,
  );
  const y = logAxis(
    shown.map(one => one.y_ns),
    rows,
  );
  const grid: Cell[][] = Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => ({ char: ' ' })),
  );
  const rowOf = (value: number) => rows - 1 - y.at(value);
  drawBars(grid, shown, x, rowOf);
  const stacks = Map.groupBy(shown, one => rowOf(one.y_ns) * columns + x.at(one.x_ns));
  for (const [place, stack] of stacks) {
    const mechanism = stack[0]!.mechanism;
    const cell: Cell = { char: MARKS[mechanism], mechanism, fixed: true };
    grid[Math.floor(place / columns)]![place % columns] = cell;
  }
  const unplaced: PlotPoint[] = [];
  for (const [place, stack] of [...stacks].sort(([a], [b]) => a - b)) {
    const ok = placeLabel(grid, Math.floor(place / columns), place % columns, stack);
    if (!ok) unplaced.push(...stack);
  }
  const lines = grid.map((cells, row) => yGutter(y, rows, row) + paintRow(cells, paint));
  const legend = unplaced.map(({ label, mechanism, x_ns, y_ns }) => {
    const text = `${plainText(label)}: ${tickLabel(x_ns)}, CPU ${tickLabel(y_ns)}`;
    return `${paint.mechanism(mechanism, MARKS[mechanism])} ${truncate(text, width - 2)}`;
  });
  return [
    paint.dim(`${pad(truncate(y_title, columns), GUTTER - 1, 'right')} ↑`),
    ...lines.map(line => line.trimEnd()),
    `${' '.repeat(GUTTER - 1)}└${axisRule(x, columns)}`,
    `${' '.repeat(GUTTER)}${tickLine(x, columns)}`,
    paint.dim(pad(`${truncate(x_title, columns)} →`, GUTTER + columns, 'right')),
    ...legend,
  ];
}

function yGutter(axis: LogAxis, rows: number, row: number): string {
  const tick = axis.ticks.find(one => one.cell === rows - 1 - row);
  return tick
    ? `${pad(tickLabel(tick.value), GUTTER - 2, 'right')} ┤`
    : `${' '.repeat(GUTTER - 1)}│`;
}

function drawBars(
  grid: Cell[][],
  points: readonly PlotPoint[],
  x: LogAxis,
  rowOf: (value: number) => number,
): void {
  for (const { x_interval, y_ns, mechanism } of points) {
    if (!x_interval) continue;
    const row = grid[rowOf(y_ns)]!;
    for (let i = x.at(x_interval[0]); i <= x.at(x_interval[1]); i++)
      row[i] = { char: BAR, mechanism };
  }
}

/** Names beside the mark: right, left, then the rows above and below. Each name with its own mark
 *  where several share one cell. */
function placeLabel(
  grid: Cell[][],
  row: number,
  column: number,
  stack: readonly PlotPoint[],
): boolean {
  const own = grid[row]!;
  // In its own row a label stands clear of the interval bar.
  let right = column + 1;
  while (own[right]?.char === BAR) right++;
  let left = column - 1;
  while (own[left]?.char === BAR) left--;
  const beside = labelCells(stack, stack.length > 1);
  // Away from its row a label would be taken for a neighbour's: it carries its mark.
  const away = labelCells(stack, true);
  const tries: { line: Cell[] | undefined; start: number; cells: Cell[] }[] = [
    { line: own, start: right + 1, cells: beside },
    { line: own, start: left - beside.length, cells: beside },
  ];
  for (const near of [-1, 1, -2, 2]) {
    const line = grid[row + near];
    tries.push({ line, start: column + 1, cells: away });
    tries.push({ line, start: column - away.length, cells: away });
  }
  // First where nothing is; then, if it must be, over an interval bar.
  for (const overBars of [false, true]) {
    for (const { line, start, cells } of tries) {
      if (!line || start < 0 || start + cells.length > line.length) continue;
      // One free cell at both ends keeps neighbours apart.
      const around = line.slice(Math.max(0, start - 1), start + cells.length + 1);
      if (around.some(cell => cell.fixed || (!overBars && cell.char === BAR))) continue;
      for (const [i, cell] of cells.entries()) line[start + i] = cell;
      return true;
    }
  }
  return false;
}

function labelCells(stack: readonly PlotPoint[], marked: boolean): Cell[] {
  const cells: Cell[] = [];
  for (const [i, { label, mechanism }] of stack.entries()) {
    if (i > 0) cells.push({ char: ' ', fixed: true });
    if (marked) cells.push({ char: MARKS[mechanism], mechanism, fixed: true });
    const text = truncate(plainText(label), 20);
    // Wide characters would shift the row: a label with one is spelled by its narrow part.
    for (const char of text) if (displayWidth(char) === 1) cells.push({ char, fixed: true });
  }
  return cells;
}

/** Neighbours of one colour are painted together: fewer escape sequences, the same picture. */
function paintRow(cells: readonly Cell[], paint: Paint): string {
  let line = '';
  for (let i = 0; i < cells.length; ) {
    const { mechanism } = cells[i]!;
    let text = '';
    while (i < cells.length && cells[i]!.mechanism === mechanism) text += cells[i++]!.char;
    line += mechanism ? paint.mechanism(mechanism, text) : text;
  }
  return line;
}
