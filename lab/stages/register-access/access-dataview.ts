// The registers by a DataView, which names its byte order and so looks like the careful way. What it
// promises is the bytes of a number, not that they are fetched together; a register wants one access of
// its own width.
import { COMPUTING, EDU } from '../../registers/edu.ts';
import type { Stage } from '../stage.ts';
import { MOST_LOOKS, measureAccess, STUCK } from './parts/measure.ts';

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
      return n => {
        view.setUint32(EDU.FACTORIAL, n, true);
        for (let looks = 0; view.getUint32(EDU.STATUS, true) & COMPUTING; looks++) {
          if (looks === MOST_LOOKS) return STUCK;
        }
        return view.getUint32(EDU.FACTORIAL, true);
      };
    }),
};
