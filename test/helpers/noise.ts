// Bytes that mean nothing, the same each time (a linear congruential generator), with what looks most
// like a board with Firmata: its version, and a firmware report without a name.
/** F9 2 5: a version. F0 79 2 5 F7: a firmware without a name. Each alone is no answer. */
const LOOKALIKES = [0xf9, 2, 5, 0xf0, 0x79, 2, 5, 0xf7];

/** Fills blocks, one after the other: lookalikes first, then noise. */
export function noiseFrom(seed: number): (block: Uint8Array) => void {
  let state = seed >>> 0;
  return block => {
    for (let i = 0; i < block.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      block[i] = LOOKALIKES[i] ?? state >>> 24;
    }
  };
}
