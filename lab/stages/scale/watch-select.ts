// One select(2) over a set as long as the highest descriptor needs. The limit of 1024 belongs to the C
// library's fd_set; the system call takes a longer one (select(2), "Bugs"). The kernel overwrites the
// set with its answer, so it is filled in anew for every call.
import { kept } from '../../drivers/parts/slots.ts';
import type { Stage } from '../stage.ts';
import { linuxCalls, measureScale, type WatcherMaker } from './parts/measure.ts';

const LIMIT_S = 1;
const TIMEVAL_BYTES = 16;
/** The kernel reads and writes the set in longs. */
const LONG_BITS = 64;
const WORD_BITS = 32;

const watch: WatcherMaker = ({ platform }, flags) => {
  const { select } = linuxCalls(platform);
  const bits = Math.max(...flags.fds) + 1;
  const set_bytes = Math.ceil(bits / LONG_BITS) * (LONG_BITS / 8);
  const memory = platform.memory(set_bytes + TIMEVAL_BYTES);
  const set = new Uint32Array(memory.bytes.buffer, 0, set_bytes / 4);
  const timeval = new Uint32Array(memory.bytes.buffer, set_bytes, TIMEVAL_BYTES / 4);
  const all = new Uint32Array(set.length);
  const index_of = new Int32Array(bits).fill(-1);
  for (const [i, fd] of flags.fds.entries()) {
    all[Math.floor(fd / WORD_BITS)]! |= 1 << (fd % WORD_BITS);
    index_of[fd] = i;
  }
  const address = kept(memory.address);
  const timeout = kept(memory.address + set_bytes);
  return {
    wait() {
      set.set(all);
      timeval[0] = LIMIT_S;
      timeval[2] = 0;
      return select(bits, address[0], 0, 0, timeout[0]);
    },
    find() {
      for (let i = 0; i < set.length; i++) {
        const word = set[i]!;
        if (word === 0) continue;
        return index_of[i * WORD_BITS + WORD_BITS - 1 - Math.clz32(word & -word)]!;
      }
      return -1;
    },
    take: index => flags.lower(index),
    close: () => memory.free(),
  };
};

export const stage: Stage = {
  id: 'watch-select',
  title: 'select over all',
  experiment: 'scale',
  mechanism: 'interrupt',
  about:
    'a bit for every descriptor goes to the kernel and back; both sides go through the bits, and the program fills them in anew',
  source: 'https://man7.org/linux/man-pages/man2/select.2.html',
  run: context => measureScale(context, watch),
};
