// A name that is none: say which names there are, nearest first.
import { WrongUsage } from '../errors.ts';

/** Edits from one word to the other (Levenshtein's distance, by rows). */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Throws WrongUsage with the nearest of the known names. */
export function unknownName(kind: string, name: string, known: readonly string[]): never {
  const near = known
    .map(one => ({ one, far: distance(name, one) }))
    .sort((a, b) => a.far - b.far)
    .filter(({ one, far }) => far <= Math.max(2, one.length / 2) || one.includes(name))
    .slice(0, 3)
    .map(({ one }) => one);
  const hint =
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : `known: ${known.join(', ')}`;
  throw new WrongUsage(`unknown ${kind} "${name}"; ${hint}`);
}
