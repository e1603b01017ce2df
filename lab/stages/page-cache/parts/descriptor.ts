// Reading by pread(2) on a descriptor of the file, past the page cache or through it.
import { openTarget } from '../../../drivers/parts/open.ts';
import type { StageContext } from '../../stage.ts';
import type { Reader } from './reads.ts';

/** Values of posix_fadvise(2). */
const ADVICE: Readonly<Record<string, number>> = { normal: 0, random: 1, sequential: 2 };

export function descriptorReader(context: StageContext, direct: boolean): Reader {
  const { platform, target, parameters } = context;
  const { posix, errno } = platform;
  const fd = openTarget({ platform, target: { ...target, direct } }, false);
  const advice = ADVICE[parameters.advice ?? 'normal'];
  if (advice) platform.linux?.posix_fadvise(fd, 0, 0, advice);
  return {
    calls: 1,
    read(address, length, offset) {
      const got = posix.pread(fd, address, length, offset);
      return got < 0 ? -errno() : got;
    },
    close: () => void posix.close(fd),
  };
}
