// The same copies from the program's own memory: no file, no kernel. What is left of the other forms when
// this is taken away is what they cost.
import type { Stage, StageContext } from '../stage.ts';
import { BLOCK_BYTES, measureReads, type Reader } from './parts/reads.ts';

/** Memory that holds what the file holds: each block begins with its own number. */
function open({ platform, target }: StageContext): Reader {
  const { posix } = platform;
  const memory = platform.memory(target.bytes!);
  const words = new Uint32Array(memory.bytes.buffer);
  const step = BLOCK_BYTES / 4;
  for (let i = 0; i < words.length; i++) words[i] = Math.floor(i / step);
  return {
    calls: 0,
    read(address, length, offset) {
      posix.copy(address, memory.address + offset, length);
      return length;
    },
    close: () => memory.free(),
  };
}

export const stage: Stage = {
  id: 'read-memory',
  title: 'Copy in memory',
  experiment: 'page-cache',
  mechanism: 'reference',
  about: 'blocks are copied from the program’s own memory: what no file and no kernel cost',
  source: 'https://man7.org/linux/man-pages/man3/memcpy.3.html',
  run: context => measureReads(context, { no_disk: true, open: () => open(context) }),
};
