// Tables that fit the terminal: columns are measured in display columns (Unicode TR11), and a table
// too wide for the screen goes on beneath itself with its leading columns repeated, so that nothing
// is lost at 40 columns. Cells are plain text; colour is added after measuring.
import { plainText } from './format.ts';

export interface Column {
  readonly title: string;
  /** Default: left. */
  readonly align?: 'left' | 'right';
  /** Repeated where the table is cut into several; the leading columns. */
  readonly stub?: boolean;
  /** The last column, of running text: broken into lines in the room that the others leave. */
  readonly wrap?: boolean;
}

export interface TableLook {
  readonly width: number;
  readonly dim?: (text: string) => string;
}

/** Text is made plain before it is measured; `paint` colours it afterwards. */
export interface Cell {
  readonly text: string;
  /** One display column in front of the text, painted by itself: a driver's mark. */
  readonly mark?: string;
  readonly paintMark?: (mark: string) => string;
}

/** Made when the first text needs it: that takes long where the processor is emulated. */
let segmenter: Intl.Segmenter | undefined;
const PLAIN = /^[\x20-\x7e]*$/;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** Columns a text takes on a terminal. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes(text)) width += graphemeWidth(segment);
  return width;
}

function graphemes(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

function graphemeWidth(segment: string): number {
  if (INVISIBLE.test(segment)) return 0;
  return WIDE.test(segment) ? 2 : 1;
}

/** Cut to a width, with an ellipsis where something is missing. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes(text)) {
    const next = graphemeWidth(segment);
    if (used + next > width - 1) break;
    kept += segment;
    used += next;
  }
  return width < 1 ? '' : `${kept}…`;
}

/** Filled with spaces to a width, on the right for `left`, and the other way round. */
export function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + space : space + text;
}

/** Words broken into lines of at most `width` columns; a longer word is broken inside. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  const room = Math.max(8, width - indent.length);
  let line = '';
  for (let word of plainText(text).split(' ').filter(Boolean)) {
    while (displayWidth(word) > room) {
      if (line) lines.push(line);
      const head = truncate(word, room + 1).slice(0, -1);
      lines.push(head);
      word = word.slice(head.length);
      line = '';
    }
    if (line && displayWidth(line) + 1 + displayWidth(word) > room) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  if (line) lines.push(line);
  return lines.map((one, i) => (i === 0 ? one : indent + one));
}

/** Lines of a table no wider than the terminal. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly (Cell | string)[])[],
  look: TableLook | number,
): string[] {
  const { width, dim = text => text }: TableLook =
    typeof look === 'number' ? { width: look } : look;
  const given = rows.map(row => row.map(asCell));
  const cells = columns.at(-1)?.wrap ? breakLast(columns, given, width) : given;
  const widths = widthsOf(columns, cells);
  const all = columns.map((_, i) => i);
  const needed = (gap: number) => widths.reduce((sum, one) => sum + one, gap * (all.length - 1));
  const gap = needed(2) <= width ? 2 : 1;
  const blocks = needed(gap) <= width ? [all] : split(columns, widths, width);
  return blocks.flatMap((block, i) => {
    const lines = renderBlock(columns, cells, block, widths, { width, gap, dim });
    return i === 0 ? lines : ['', ...lines];
  });
}

function widthsOf(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number[] {
  return columns.map((column, i) =>
    Math.max(displayWidth(column.title), ...rows.map(row => cellWidth(row[i]))),
  );
}

/** Rows whose last cell is too long go on in further rows, empty but for that cell. */
function breakLast(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
): readonly (readonly Cell[])[] {
  const last = columns.length - 1;
  const others = widthsOf(columns, rows).slice(0, last);
  const room = Math.max(12, width - others.reduce((sum, one) => sum + one + 2, 0));
  return rows.flatMap(row => {
    const [first = '', ...more] = wrap(row[last]?.text ?? '', room);
    const head = [...row.slice(0, last), { ...row[last], text: first }];
    const empty: Cell[] = row.slice(0, last).map(() => ({ text: '' }));
    return [head, ...more.map(text => [...empty, { text }])];
  });
}

function asCell(cell: Cell | string): Cell {
  if (typeof cell === 'string') return { text: plainText(cell) };
  return { ...cell, text: plainText(cell.text) };
}

function cellWidth(cell: Cell | undefined): number {
  return cell ? displayWidth(cell.text) + (cell.mark ? 2 : 0) : 0;
}

/** Stub columns in every block, the others shared out evenly among as few blocks as will do. */
function split(columns: readonly Column[], widths: number[], width: number): number[][] {
  const stubs = columns.flatMap((column, i) => (column.stub ? [i] : []));
  const others = columns.flatMap((column, i) => (column.stub ? [] : [i]));
  const used = () => stubs.reduce((sum, i) => sum + widths[i]! + 1, 0);
  // A long name gives way to numbers, but not to a long text.
  const wanted = Math.min(Math.max(0, ...others.map(i => widths[i]!)), Math.floor((width * 2) / 3));
  while (stubs.length > 0 && used() + wanted > width) {
    const largest = stubs.reduce((a, b) => (widths[b]! > widths[a]! ? b : a));
    if (widths[largest]! <= 3) break;
    widths[largest] = widths[largest]! - 1;
  }
  const room = Math.max(1, width - used());
  for (const i of others) widths[i] = Math.min(widths[i]!, room);
  const blocksWithin = (limit: number) => {
    const blocks: number[][] = [];
    let filled = Number.POSITIVE_INFINITY;
    for (const i of others) {
      if (filled + 1 + widths[i]! > limit) {
        blocks.push([]);
        filled = -1;
      }
      blocks.at(-1)!.push(i);
      filled += 1 + widths[i]!;
    }
    return blocks;
  };
  let even = room;
  const fewest = blocksWithin(room).length;
  while (even > 1 && blocksWithin(even - 1).length === fewest) even--;
  const blocks = blocksWithin(even).map(block => [...stubs, ...block]);
  return blocks.length > 0 ? blocks : [stubs];
}

function renderBlock(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  block: readonly number[],
  widths: readonly number[],
  { width, gap, dim }: { width: number; gap: number; dim: (text: string) => string },
): string[] {
  const joined = (parts: readonly string[]) => parts.join(' '.repeat(gap)).trimEnd();
  const room = (i: number) => Math.min(widths[i]!, width);
  const head = joined(
    block.map(i => pad(truncate(columns[i]!.title, room(i)), room(i), columns[i]!.align ?? 'left')),
  );
  const rule = '─'.repeat(
    Math.min(
      width,
      block.reduce((sum, i) => sum + room(i) + gap, -gap),
    ),
  );
  const body = rows.map(row =>
    joined(
      block.map(i => renderCell(row[i] ?? { text: '' }, room(i), columns[i]!.align ?? 'left')),
    ),
  );
  return [dim(head), dim(rule), ...body];
}

function renderCell(cell: Cell, width: number, align: 'left' | 'right'): string {
  if (!cell.mark) return pad(truncate(cell.text, width), width, align);
  const mark = cell.paintMark ? cell.paintMark(cell.mark) : cell.mark;
  return `${mark} ${pad(truncate(cell.text, width - 2), width - 2, align)}`;
}
