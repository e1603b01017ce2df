// The registers by a DataView, which names its byte order and so looks like the careful way. What it
// promises is the bytes of a number, not that they are fetched together; a register wants one access of
// its own width.
import type { Stage } from '../stage.ts';
import { MOST_LOOKS, measureAccess, NUMBERS, SMALLEST, STUCK, TOGETHER } from './parts/measure.ts';

export const stage: Stage = {
  id: 'access-dataview',
  title: 'DataView',
  experiment: 'register-access',
  mechanism: 'polling',
  about:
    'registers read by a view that may fetch byte after byte: the device answers whole words only',
  source: 'https://tc39.es/ecma262/#sec-getviewvalue',
  run: context =>
    measureAccess(context, ({ bytes }) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      return right => {
        let wrong = 0;
        for (let i = 0; i < TOGETHER; i++) {
          view.setUint32(0x08, SMALLEST + (i % NUMBERS), true);
          let looks = 0;
          while (view.getUint32(0x20, true) & 1 && looks < MOST_LOOKS) looks++;
          if (looks === MOST_LOOKS) return STUCK;
          if (view.getUint32(0x08, true) !== right[i % NUMBERS]) wrong++;
        }
        return wrong;
      };
    }),
};
