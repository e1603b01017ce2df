// A cure with an end: every thread of libuv's pool waits inside a read of a silent device, which fs.read
// passes to the pool. The loop turns, but a look-up has to wait until one of the devices speaks.
import { lookup } from 'node:dns/promises';
import { read, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Stage } from '../stage.ts';
import { type Scene, stageLoop, type Way, type Ways } from './parts/operations.ts';

const POOL_THREADS = Number(process.env.UV_THREADPOOL_SIZE) || 4;
/** Far longer than a look-up takes that has a thread. */
const BOUND_MS = 20;
const readInPool = promisify(read);

function lookUpBehindReads({ silent, name }: Scene): Way {
  let stuck = 0;
  return {
    async once() {
      const reads = Array.from({ length: POOL_THREADS }, () =>
        readInPool(silent.reader, Buffer.alloc(1), 0, 1, null),
      );
      const answer = lookup(name).then(() => 'answered');
      if ((await Promise.race([answer, sleep(BOUND_MS, 'stuck')])) === 'stuck') stuck++;
      writeSync(silent.writer, Buffer.alloc(POOL_THREADS));
      await Promise.all([...reads, answer]);
      return 1;
    },
    stuck: () => stuck,
  };
}

const ways: Ways = { 'look-up': lookUpBehindReads };

export const stage: Stage = {
  id: 'loop-full-pool',
  title: 'Look-up behind a full pool',
  experiment: 'blocking-loop',
  mechanism: 'interrupt',
  about: 'all threads of the pool wait for silent devices, and a name look-up for one of them',
  source: 'https://nodejs.org/api/cli.html#uv_threadpool_sizesize',
  run: context => stageLoop(context, ways),
};
