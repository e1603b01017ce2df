// pread(2) past the page cache (O_DIRECT), whatever the target says: the disk writes into the program's
// own memory, nothing is copied and nothing is kept. In return memory, offset and length must be
// aligned to the disk's blocks (open(2), "O_DIRECT").
import { SystemCallError } from '../errors.ts';
import {
  type BlockingEngine,
  type Driver,
  type DriverFacts,
  type OpenContext,
  READ,
} from './driver.ts';
import { AtOnce } from './parts/at-once.ts';
import { openTarget, probeByOperation, refusedDirect } from './parts/open.ts';

const facts: DriverFacts = {
  id: 'direct-sync',
  title: 'Direct read',
  form: 'synchronous',
  reports: 'completion',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['block'],
  platforms: ['linux'],
  cost: 'one system call and one sleep per operation, and no copy; the disk is asked every time',
  needs: 'a file system that takes O_DIRECT, and aligned memory, offsets and lengths',
  parameters: {},
  source: 'https://man7.org/linux/man-pages/man2/open.2.html',
  emulated_by: 'nothing: the kernel does it itself',
  page_cache: 'past',
};

/** Aligned for every disk there is. */
const PROBE_BYTES = 4096;

class DirectRead extends AtOnce implements BlockingEngine {
  #fd: number;

  constructor(context: OpenContext) {
    super(context);
    const target = { ...context.target, direct: true };
    try {
      this.#fd = openTarget({ ...context, target }, false);
    } catch (error) {
      this.free();
      throw refusedDirect(error);
    }
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

/** A file may be opened so and its reads refused, so one is made. */
function readOnce(context: OpenContext): void {
  const engine = new DirectRead(context);
  try {
    engine.operations.opcode[0] = READ;
    engine.operations.length_bytes[0] = PROBE_BYTES;
    engine.submit(new Uint32Array([0]), 1);
    const result = engine.completions.result[0]!;
    if (result >= 0) return;
    const { errnoName } = context.platform;
    throw refusedDirect(new SystemCallError('pread with O_DIRECT', errnoName(-result)));
  } finally {
    engine.close();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context =>
    probeByOperation(facts, context, () => readOnce({ ...context, slot_bytes: PROBE_BYTES })),
  open: async context => new DirectRead(context),
};
