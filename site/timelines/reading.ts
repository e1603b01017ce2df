const PAUSE_MS = 700;
const LETTER_MS = 26;

/** How long it takes to read a sentence that has just appeared. */
export function readingMs(words: string): number {
  return PAUSE_MS + words.length * LETTER_MS;
}
