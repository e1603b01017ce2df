// The forms that call and return: pwrite(2) on a descriptor opened in one way or another, and what is
// called after it.
import type { StageContext } from '../../stage.ts';
import { type Batch, must, openScratch, type Writer, writeAll } from './writes.ts';

export interface Opening {
  /** More flags of open(2). */
  readonly flags?: number;
  readonly direct?: boolean;
}

/** `after` is called once the blocks are written, and returns 0 or −1. */
export function synchronousWriter(
  context: StageContext,
  { flags = 0, direct = false }: Opening,
  after?: { readonly call: string; readonly run: (fd: number) => number },
): Writer {
  const { platform } = context;
  const fd = openScratch(context, flags, direct);
  let syscalls = 0;
  return {
    get syscalls() {
      return syscalls;
    },
    commit(batch: Batch) {
      writeAll(platform, fd, batch);
      syscalls += batch.count;
      if (!after) return;
      syscalls++;
      must(platform, after.call, after.run(fd), 0);
    },
    close: () => void platform.posix.close(fd),
  };
}
