// Seeded chance: every schedule, shuffle and resample of the lab can be repeated from one number.
// sfc32 is Chris Doty-Humphrey's small fast counting generator (PractRand, public domain); the
// string hash that seeds it is bryc's cyrb53 (github.com/bryc/code, public domain).

/** A generator: each call returns the next number, uniform in [0, 1). */
export type Random = () => number;

/**
 * sfc32 seeded by any number. The same seed gives the same sequence on every machine. The first
 * outputs are thrown away, as the author recommends, so that near seeds soon differ.
 */
export function createRandom(seed: number): Random {
  if (!Number.isFinite(seed)) throw new RangeError(`A seed must be a finite number, not ${seed}.`);
  const whole = Math.floor(Math.abs(seed));
  let a = whole | 0;
  let b = Math.floor(whole / 2 ** 32) | 0;
  let c = seed < 0 ? 0x5bd1e995 : 0x2545f491;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** A whole number, uniform in [low, high): `high` itself is never returned. */
export function randomInt(random: Random, low: number, high: number): number {
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high <= low) {
    throw new RangeError(`randomInt needs whole numbers with low < high, not [${low}, ${high}).`);
  }
  return low + Math.floor(random() * (high - low));
}

/**
 * A seed for one part of a run, a whole number in [0, 2^53): the same run seed and parts give the
 * same seed, other parts give an unrelated one. So a round can be repeated without its neighbours.
 */
export function deriveSeed(seed: number, ...parts: (string | number)[]): number {
  // JSON keeps ('a', 'b') apart from ('ab'), and 1 apart from '1'.
  const text = JSON.stringify([seed, ...parts]);
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 2 ** 32 * (2097151 & low) + (high >>> 0);
}
