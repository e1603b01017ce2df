// Threads of the system, each asleep on a semaphore. A thread begins in a function of the C library
// that has the form of a thread's: sem_wait takes one address, and ends when it is posted to.
import { kept } from '../../drivers/parts/slots.ts';
import { Unsupported } from '../../errors.ts';
import type { Stage, StageContext } from '../stage.ts';
import { type Maker, measureSpawn } from './parts/measure.ts';
import { memoryOf } from './parts/memory.ts';
import { noMore } from './parts/processes.ts';

const SEMAPHORE_BYTES = 64;
const HANDLE_BYTES = 8;
const OF_THIS_PROCESS = 0;

function threadMaker({ platform }: StageContext, count: number): Maker {
  const { linux } = platform;
  if (!linux) throw new Unsupported('its threads are made with calls of Linux', 'run it there');
  const start = kept(linux.symbol('sem_wait'));
  if (start[0] === 0) throw new Unsupported('the C library has no sem_wait', 'use a glibc system');
  const memory = platform.memory(SEMAPHORE_BYTES + count * HANDLE_BYTES);
  const semaphore = kept(memory.address);
  const handles = new BigUint64Array(memory.bytes.buffer, SEMAPHORE_BYTES, count);
  linux.sem_init(semaphore[0], OF_THIS_PROCESS, 0);
  let made = 0;
  return {
    make() {
      const handle = memory.address + SEMAPHORE_BYTES + made * HANDLE_BYTES;
      const errno = linux.pthread_create(handle, 0, start[0], semaphore[0]);
      if (errno !== 0) throw noMore('pthread_create', made, platform.errnoName(errno));
      made++;
    },
    memory: () => memoryOf('self'),
    end() {
      for (let i = 0; i < made; i++) linux.sem_post(semaphore[0]);
      for (let i = 0; i < made; i++) linux.pthread_join(Number(handles[i]), 0);
      made = 0;
      memory.free();
    },
  };
}

export const stage: Stage = {
  id: 'thread-posix',
  title: 'Thread of the system',
  experiment: 'spawn-cost',
  mechanism: 'reference',
  about: 'a stack and a place in the scheduler for every flow; memory is shared, for good and ill',
  source: 'https://man7.org/linux/man-pages/man3/pthread_create.3.html',
  run: context => measureSpawn(context, threadMaker),
};
