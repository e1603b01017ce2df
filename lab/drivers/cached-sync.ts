// pread(2) through the page cache, whatever the target says: the kernel answers from memory what it has
// there, and reads the rest from the disk, mostly more than was asked for (read-ahead).
import type { BlockingEngine, Driver, DriverFacts, OpenContext } from './driver.ts';
import { AtOnce } from './parts/at-once.ts';
import { openTarget, probeByOperation } from './parts/open.ts';

const facts: DriverFacts = {
  id: 'cached-sync',
  title: 'Cached read',
  form: 'synchronous',
  reports: 'completion',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['block'],
  platforms: ['linux', 'darwin'],
  cost: 'one system call and one copy per operation; a sleep only where the cache has not got the block',
  needs: 'nothing but pread(2), and memory for the cache',
  parameters: {},
  source: 'https://man7.org/linux/man-pages/man2/pread.2.html',
  emulated_by: 'nothing: the kernel does it itself',
  page_cache: 'through',
};

class CachedRead extends AtOnce implements BlockingEngine {
  #fd: number;

  constructor(context: OpenContext) {
    super(context);
    const target = { ...context.target, direct: false };
    this.#fd = openTarget({ ...context, target }, false);
  }

  perform(slot: number): number {
    return this.transfer(this.#fd, slot);
  }

  close(): void {
    if (this.#fd < 0) return;
    this.platform.posix.close(this.#fd);
    this.#fd = -1;
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => new CachedRead(context).close()),
  open: async context => new CachedRead(context),
};
