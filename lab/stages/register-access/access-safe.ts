// The cure: plain stores, and loads by Atomics, each of which must happen, in its place, and as one access
// (lab/registers/access.ts has the reasons). The same loop, and every value is the device's.
import type { Stage } from '../stage.ts';
import { MOST_LOOKS, measureAccess, NUMBERS, SMALLEST, STUCK, TOGETHER } from './parts/measure.ts';

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
      return right => {
        let wrong = 0;
        for (let i = 0; i < TOGETHER; i++) {
          words[0x08 / 4] = SMALLEST + (i % NUMBERS);
          let looks = 0;
          while (Atomics.load(words, 0x20 / 4) & 1 && looks < MOST_LOOKS) looks++;
          if (looks === MOST_LOOKS) return STUCK;
          if (Atomics.load(words, 0x08 / 4) >>> 0 !== right[i % NUMBERS]) wrong++;
        }
        return wrong;
      };
    }),
};
