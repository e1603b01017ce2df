// How long a page takes to read: its prose by words, its listings and figures by a look each. Pure.

/** Technical text, read to be understood. */
const WORDS_A_MINUTE = 180;
const LOOK_S = 25;

/** Minutes, at least one. `source` is the page's MDX without frontmatter. */
export function readingMinutes(source: string): number {
  const looks = source.match(/^(?:<(?:Figure|Source|LabSource|Timeline)\b|```)/gm)?.length ?? 0;
  const prose = source
    .replace(/^import .*$/gm, '')
    .replace(/```[\s\S]*?```/g, '')
    .replace(/<[A-Z]\w*\b(?:"[^"]*"|\{(?:[^{}]|\{[^{}]*\})*\}|[^>"{}])*>/g, ' ')
    .replace(/\]\([^)]*\)/g, ']');
  const words = prose.match(/[\p{L}\p{N}][\p{L}\p{N}’'-]*/gu)?.length ?? 0;
  return Math.max(1, Math.round(words / WORDS_A_MINUTE + (looks * LOOK_S) / 60));
}
