// The registers as a typed array, read and written as any memory. It works, until the loop is compiled:
// the status is loaded again and again and never stored, so the optimiser loads it once. Then nobody waits
// for the device any more, or everybody waits for ever.
import type { Stage } from '../stage.ts';
import { MOST_LOOKS, measureAccess, NUMBERS, SMALLEST, STUCK, TOGETHER } from './parts/measure.ts';

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
      return right => {
        let wrong = 0;
        for (let i = 0; i < TOGETHER; i++) {
          words[0x08 / 4] = SMALLEST + (i % NUMBERS);
          let looks = 0;
          while (words[0x20 / 4]! & 1 && looks < MOST_LOOKS) looks++;
          if (looks === MOST_LOOKS) return STUCK;
          if (words[0x08 / 4] !== right[i % NUMBERS]) wrong++;
        }
        return wrong;
      };
    }),
};
