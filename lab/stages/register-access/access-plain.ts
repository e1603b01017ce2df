// The registers as a typed array, read and written as any memory. It works, until the function is
// compiled: then the optimiser answers the second read of a word with what was stored there before,
// because nothing in the program has changed it since.
import { COMPUTING } from '../../registers/edu.ts';
import type { Stage } from '../stage.ts';
import { FACTORIAL, MOST_LOOKS, measureAccess, STATUS, STUCK } from './parts/measure.ts';

export const stage: Stage = {
  id: 'access-plain',
  title: 'Plain typed array',
  experiment: 'register-access',
  mechanism: 'polling',
  about:
    'registers read and written like any array: the compiler believes that memory stays as it is',
  source: 'https://tc39.es/ecma262/#sec-shared-memory-guidelines',
  run: context =>
    measureAccess(context, ({ bytes }) => {
      const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      return n => {
        words[FACTORIAL] = n;
        for (let looks = 0; words[STATUS]! & COMPUTING; looks++) {
          if (looks === MOST_LOOKS) return STUCK;
        }
        return words[FACTORIAL]!;
      };
    }),
};
