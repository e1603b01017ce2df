// The cure: the loop waits for the device's descriptor together with all others; and the look-up, which the
// system knows as a blocking call only, blocks a thread of libuv's pool instead.
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Stage } from '../stage.ts';
import { stageLoop, type Ways } from './parts/operations.ts';

const ways: Ways = {
  read({ device }) {
    const stream = new Socket({ fd: device, readable: true, writable: false });
    return {
      async once() {
        const [bytes] = (await once(stream, 'data')) as [Buffer];
        return bytes.length;
      },
      async close() {
        stream.destroy();
        await once(stream, 'close');
        return true;
      },
    };
  },
  'look-up': ({ name }) => ({
    async once() {
      await lookup(name);
      return 1;
    },
  }),
};

export const stage: Stage = {
  id: 'loop-free',
  title: 'Stream, and look-up in the pool',
  experiment: 'blocking-loop',
  mechanism: 'interrupt',
  about: 'the loop waits for the slow device too, and a thread of the pool for the name look-up',
  source: 'https://nodejs.org/api/dns.html#implementation-considerations',
  run: context => stageLoop(context, ways),
};
