// mmap(2): the file is a piece of memory, and a block is copied out of it. No call asks for anything: a
// page that is not there stops the program in a page fault, the kernel fetches it, and the program goes
// on. The fault is the I/O.
import { fstatSync } from 'node:fs';
import { Unsupported } from '../errors.ts';
import { MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL } from '../ffi/linux/constants.ts';
import type { Memory } from '../ffi/platform.ts';
import {
  type BlockingEngine,
  type Driver,
  type DriverFacts,
  type OpenContext,
  READ,
} from './driver.ts';
import { AtOnce } from './parts/at-once.ts';
import { openTarget, probeByOperation } from './parts/open.ts';

const facts: DriverFacts = {
  id: 'mmap',
  title: 'Mapped file',
  form: 'synchronous',
  reports: 'completion',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['block'],
  platforms: ['linux', 'darwin'],
  cost: 'no system call: one copy, and a page fault for each page that the mapping has not seen yet',
  needs: 'a file of the user’s own that nobody else may cut short, because then it would be SIGBUS',
  parameters: {
    advice: {
      meaning:
        'normal: a fault fetches the pages around, too; random: that page alone; sequential: many of the following',
      default: 'normal',
      values: ['normal', 'random', 'sequential'],
    },
  },
  source: 'https://man7.org/linux/man-pages/man2/mmap.2.html',
  emulated_by: 'nothing: the processor and the kernel do it themselves',
  page_cache: 'through',
};

const PAGE_BYTES = 4096;
/** The addresses of a larger file's pages would be a burden of their own. */
const MOST_BYTES = 2 ** 32;
const EBADF = 9;
const EFBIG = 27;
const WRITABLE_BY_OTHERS = 0o022;
const ADVICE: Readonly<Record<string, number>> = {
  normal: MADV_NORMAL,
  random: MADV_RANDOM,
  sequential: MADV_SEQUENTIAL,
};

class MappedFile extends AtOnce implements BlockingEngine {
  readonly #writable: boolean;
  readonly #bytes: number;
  readonly #map: Memory | undefined;
  /** Address of each page. With a null at the end, so that they stay boxed and none is boxed anew. */
  readonly #pages: (number | null)[];
  #fd: number;

  constructor(context: OpenContext) {
    super(context);
    const target = { ...context.target, direct: false };
    this.#writable = target.writable;
    this.#fd = openTarget({ ...context, target }, false);
    try {
      this.#bytes = mappable(this.#fd, target.bytes);
      this.#map = this.#bytes > 0 ? this.#open(context) : undefined;
    } catch (error) {
      this.close();
      throw error;
    }
    const address = this.#map?.address ?? 0;
    const pages = Math.ceil(this.#bytes / PAGE_BYTES);
    this.#pages = [...Array.from({ length: pages }, (_, i) => address + i * PAGE_BYTES), null];
  }

  #open({ parameters: { advice = 'normal' } }: OpenContext): Memory {
    const { posix } = this.platform;
    const map = posix.mapFile(this.#fd, this.#bytes, this.#writable);
    posix.madvise(map.address, map.length, ADVICE[advice] ?? MADV_NORMAL);
    return map;
  }

  perform(slot: number): number {
    const { operations } = this;
    const read = operations.opcode[slot] === READ;
    if (!read && !this.#writable) return -EBADF;
    const offset = operations.offset_bytes[slot]!;
    const length = Math.min(operations.length_bytes[slot]!, this.#bytes - offset);
    // A mapping ends where the file ended when it was made; it can be read short and not be extended.
    if (length <= 0) return read || operations.length_bytes[slot] === 0 ? 0 : -EFBIG;
    const within = offset % PAGE_BYTES;
    const page = this.#pages[(offset - within) / PAGE_BYTES]!;
    const place = within === 0 ? page : page + within;
    if (read) this.platform.posix.copy(this.address(slot), place, length);
    else this.platform.posix.copy(place, this.address(slot), length);
    return length;
  }

  close(): void {
    if (this.#fd < 0) return;
    this.#map?.free();
    this.platform.posix.close(this.#fd);
    this.#fd = -1;
    this.free();
  }
}

/**
 * The bytes to map. Touching a page beyond the end of a file kills the process (SIGBUS, mmap(2)), and no
 * check before a copy can rule out that somebody cuts the file short meanwhile: so it must be a disk, or
 * a file that only this user may change.
 */
function mappable(fd: number, disk_bytes = 0): number {
  const stat = fstatSync(fd);
  const disk = stat.isBlockDevice();
  if (!disk && !stat.isFile()) {
    throw new Unsupported('only files and disks can be mapped', 'choose the device file', 'ENODEV');
  }
  const owned = stat.uid === process.geteuid?.() && (stat.mode & WRITABLE_BY_OTHERS) === 0;
  if (!disk && !owned) {
    throw new Unsupported(
      'others may change this file, and one cut short while it is mapped kills the program (SIGBUS)',
      'make a copy that is yours alone (chmod go-w), or choose the device file',
    );
  }
  const bytes = disk ? disk_bytes : stat.size;
  if (bytes <= MOST_BYTES) return bytes;
  throw new Unsupported(
    `${bytes} bytes are too many to map: at most ${MOST_BYTES}`,
    'choose a smaller file (--set bytes=N)',
  );
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => new MappedFile(context).close()),
  open: async context => new MappedFile(context),
};
