// Characters as System/390 writes them: EBCDIC, code page 037 (IBM's Character Data Representation
// Architecture), as far as cards and printed lines here need it. Decoding is exact or refuses.

const TEXT = ` .<(+|&!$*);-/,%_>?:#@'="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789`;
const CODES = [
  0x40,
  0x4b,
  0x4c,
  0x4d,
  0x4e,
  0x4f,
  0x50,
  0x5a,
  0x5b,
  0x5c,
  0x5d,
  0x5e,
  0x60,
  0x61,
  0x6b,
  0x6c,
  0x6d,
  0x6e,
  0x6f,
  0x7a,
  0x7b,
  0x7c,
  0x7d,
  0x7e,
  0x7f,
  // The letters stand in three rows of nine, nine and eight: the holes come from the punched card.
  ...[0x81, 0x91, 0xa2, 0xc1, 0xd1, 0xe2].flatMap((first, row) =>
    run(first, row % 3 === 2 ? 8 : 9),
  ),
  ...run(0xf0, 10),
];

function run(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

const code = new Map([...TEXT].map((character, i) => [character, CODES[i]!]));
const character = new Map([...TEXT].map((one, i) => [CODES[i]!, one]));

/** The character's code, or undefined where the code page (as kept here) has none. */
export const ebcdicCode = (one: string): number | undefined => code.get(one);

/** Text as EBCDIC bytes. Throws RangeError for a character that has no code here. */
export function toEbcdic(text: string): Uint8Array {
  return Uint8Array.from(text, one => {
    const byte = code.get(one);
    if (byte === undefined) throw new RangeError(`no EBCDIC code for ${JSON.stringify(one)}`);
    return byte;
  });
}

/** EBCDIC bytes as text. Throws RangeError for a byte that stands for no character here. */
export function fromEbcdic(bytes: Uint8Array): string {
  return Array.from(bytes, byte => {
    const one = character.get(byte);
    if (one === undefined) throw new RangeError(`no character for EBCDIC X'${byte.toString(16)}'`);
    return one;
  }).join('');
}
