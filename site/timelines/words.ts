// Words beside arrows: each stands in a gap between two lanes that its arrow crosses, to the right of the
// arrow or to the left, where no other arrow and no other word is. Where there is no room it is left out:
// the steps say it as well. Pure.
/** What a letter of these words takes at most. */
export const LETTER = 6.8;

export interface Wanted {
  readonly text: string;
  /** Of its arrow. */
  readonly x: number;
  readonly at: number;
  /** Numbers of the gaps that the arrow crosses, the best first. */
  readonly gaps: readonly number[];
}

export interface Word {
  readonly text: string;
  readonly x: number;
  readonly at: number;
  readonly anchor: 'start' | 'end';
  readonly gap: number;
}

interface Taken {
  readonly from: number;
  readonly to: number;
}

/** Those of the words that have room, from first to last. */
export function placeWords(wanted: readonly Wanted[], left: number, right: number): Word[] {
  const full = new Map<number, Taken[]>();
  const others = (gap: number, but: Wanted): Taken[] => [
    ...(full.get(gap) ?? []),
    ...wanted
      .filter(one => one !== but && one.gaps.includes(gap))
      .map(({ x }) => ({ from: x - 2, to: x + 2 })),
  ];
  return wanted.flatMap(one => {
    const wide = one.text.length * LETTER;
    for (const gap of one.gaps) {
      for (const anchor of ['start', 'end'] as const) {
        const x = one.x + (anchor === 'start' ? 5 : -5);
        const from = anchor === 'start' ? x : x - wide;
        const mine = { from, to: from + wide };
        if (mine.from < left || mine.to > right) continue;
        if (others(gap, one).some(({ from, to }) => mine.from < to && from < mine.to)) continue;
        full.set(gap, [...(full.get(gap) ?? []), { from: mine.from - 4, to: mine.to + 4 }]);
        return [{ text: one.text, x, at: one.at, anchor, gap }];
      }
    }
    return [];
  });
}
