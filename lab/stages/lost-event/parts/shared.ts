// One event flag that all operations share, and the list of those that have finished: the flag says that
// there are some, or how many, and never which.
import { EFD_NONBLOCK } from '../../../ffi/linux/constants.ts';
import { Descriptors } from '../../parts/descriptors.ts';
import type { StageContext, StageResult } from '../../stage.ts';
import { FLAG_BYTES, runTurns } from './turns.ts';

export interface SharedFlag {
  /** Sleep until the flag is up: what read(2) of it gives, 0 where it would sleep for ever. */
  wait(): number;
  /** Handle so many finished operations, the oldest first. Returns how many that were. */
  handle(count: number): number;
}

/** `kind` is EFD_SEMAPHORE or 0. */
export function stageShared(
  context: StageContext,
  kind: number,
  wake: (flag: SharedFlag) => number,
): StageResult {
  const descriptors = new Descriptors(context.platform);
  try {
    const fd = descriptors.eventfd(EFD_NONBLOCK | kind);
    let finished = 0;
    const flag: SharedFlag = {
      wait: () => (descriptors.read(fd, FLAG_BYTES) > 0 ? descriptors.words[0]! : 0),
      handle(count) {
        const handled = Math.min(count, finished);
        finished -= handled;
        return handled;
      },
    };
    const finish = (): void => {
      finished++;
      descriptors.raise(fd);
    };
    return runTurns(context, finish, () => wake(flag));
  } finally {
    descriptors.close();
  }
}
