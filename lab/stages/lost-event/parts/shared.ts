// One event flag that all operations share, and the list of those that have finished: the flag says that
// there are some, or how many, and never which.
import type { Platform } from '../../../ffi/platform.ts';
import type { StageContext, StageResult } from '../../stage.ts';
import { runTurns } from './turns.ts';

/** An event flag of the system's. */
export interface Flag {
  raise(): void;
  /** Take it down: what the system says of it, 0 where a wait would last for ever. */
  take(): number;
  close(): void;
}

export interface SharedFlag {
  /** Sleep until the flag is up: what it says of itself, 0 where it would sleep for ever. */
  wait(): number;
  /** Handle so many finished operations, the oldest first. Returns how many that were. */
  handle(count: number): number;
}

export function stageShared(
  context: StageContext,
  open: (platform: Platform) => Flag,
  wake: (flag: SharedFlag) => number,
): StageResult {
  const flag = open(context.platform);
  try {
    let finished = 0;
    const shared: SharedFlag = {
      wait: flag.take,
      handle(count) {
        const handled = Math.min(count, finished);
        finished -= handled;
        return handled;
      },
    };
    const finish = (): void => {
      finished++;
      flag.raise();
    };
    return runTurns(context, finish, () => wake(shared));
  } finally {
    flag.close();
  }
}
