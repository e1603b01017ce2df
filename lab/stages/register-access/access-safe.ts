// The cure: plain stores, and loads by Atomics, each of which must happen, in its place, and as one access
// (lab/registers/access.ts has the reasons). The same loop, and every value is the device's.
import { COMPUTING } from '../../registers/edu.ts';
import type { Stage } from '../stage.ts';
import { FACTORIAL, MOST_LOOKS, measureAccess, STATUS, STUCK } from './parts/measure.ts';

export const stage: Stage = {
  id: 'access-safe',
  title: 'Plain store, Atomics.load',
  experiment: 'register-access',
  mechanism: 'polling',
  about:
    'stores as any store, loads by Atomics.load: no load is left out, moved or answered by a guess',
  source: 'https://tc39.es/ecma262/#sec-atomics.load',
  run: context =>
    measureAccess(context, ({ bytes }) => {
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      return n => {
        words[FACTORIAL] = n;
        for (let looks = 0; Atomics.load(words, STATUS) & COMPUTING; looks++) {
          if (looks === MOST_LOOKS) return STUCK;
        }
        return Atomics.load(words, FACTORIAL) >>> 0;
      };
    }),
};
