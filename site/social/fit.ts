// Breaks a title into lines and chooses its size, so that it fits: by the widths that the renderer itself
// draws, because no two systems have the same fonts.

export type Measure = (text: string, size: number) => Promise<number>;

export interface Fitted {
  readonly size: number;
  readonly lines: readonly string[];
}

/** From what is read best to what still is read on a phone. */
const SIZES = [92, 80, 70, 60, 52, 44] as const;
const MOST_LINES = 3;
/** From one line to the next, in sizes. */
export const LINE_HEIGHT = 1.12;

/** Room that a title has. */
export interface Room {
  readonly width: number;
  readonly height: number;
}
/** What a letter takes of the size, about; what is drawn decides. */
const LETTER = 0.56;

/** Lines of at most so many letters; a longer word stands alone. */
export function wrap(text: string, letters: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= letters) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** The largest size at which the title fits; at the smallest it is cut, with an ellipsis. */
export async function fitTitle(
  title: string,
  { width, height }: Room,
  measure: Measure,
): Promise<Fitted> {
  for (const size of SIZES) {
    for (const share of [1, 0.85, 0.7]) {
      const lines = wrap(title, Math.floor((width / (size * LETTER)) * share));
      if (lines.length > MOST_LINES || lines.length * size * LINE_HEIGHT > height) continue;
      if (await allFit(lines, size, width, measure)) return { size, lines };
    }
  }
  const size = SIZES.at(-1)!;
  const letters = Math.floor((width / (size * LETTER)) * 0.7);
  const lines = wrap(title, letters)
    .slice(0, MOST_LINES)
    .map(line => [...line].slice(0, letters).join(''));
  const cut = lines.map((line, at) => (at === lines.length - 1 ? `${line}…` : line));
  if (await allFit(cut, size, width, measure)) return { size, lines: cut };
  throw new Error(`The title "${title}" fits no picture: this system's fonts are too wide`);
}

async function allFit(
  lines: readonly string[],
  size: number,
  width: number,
  measure: Measure,
): Promise<boolean> {
  for (const line of lines) if ((await measure(line, size)) > width) return false;
  return true;
}
