// The words of a command line as a POSIX shell wants them typed: "again: iolab run …" can be copied, and
// whoever reads it can tell where a word with a space ends.

/** Nothing in such a word means anything to a shell. */
const PLAIN = /^[\p{L}\p{M}\p{N}_@%+=:,./-]+$/u;
/** The option stays bare, so that one sees what is quoted. */
const WITH_VALUE = /^(--[a-z-]+=)(.+)$/s;

/** `['--out', '/a b']` as `--out '/a b'`. */
export const typed = (words: readonly string[]): string => words.map(oneWord).join(' ');

function oneWord(word: string): string {
  if (PLAIN.test(word)) return word;
  const [, option = '', value = word] = WITH_VALUE.exec(word) ?? [];
  return `${option}'${value.replaceAll("'", "'\\''")}'`;
}
