// What every form carries: sixteen words, of which the first is the message's number and the others follow
// from it. So whoever receives one knows whether it is whole, and whether it is the one whose turn it is.

export const WORDS = 16;
export const MESSAGE_BYTES = WORDS * 4;

export type Words = ArrayLike<number>;

const word = (number: number, at: number): number => number * 31 + at;

export function messageOf(number: number): Int32Array<ArrayBuffer> {
  const words = new Int32Array(WORDS);
  words[0] = number;
  for (let at = 1; at < WORDS; at++) words[at] = word(number, at);
  return words;
}

/** Throws where it is no message, or not the one with this number. */
export function check(words: unknown, number: number): void {
  if (!(words instanceof Int32Array) || words.length !== WORDS) {
    const got = words instanceof Int32Array ? `${words.length} words` : typeof words;
    throw new Error(`message ${number} has the wrong shape: ${got} instead of ${WORDS} words`);
  }
  if (words[0] !== number) throw new Error(`message ${words[0]} came in the place of ${number}`);
  for (let at = 1; at < WORDS; at++) {
    if (words[at] === word(number, at)) continue;
    throw new Error(`word ${at} of message ${number} is ${words[at]}, not ${word(number, at)}`);
  }
}
