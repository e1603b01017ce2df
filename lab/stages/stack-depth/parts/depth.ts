// A chain of operations, each started by the callback of the one before, and how deep the stack grew:
// asked of the engine itself, by the number of frames of this chain that stand on it.
import { type StageContext, type StageResult, whole } from '../../stage.ts';

type Read = (done: (result: number) => void) => void;

/** Timed after these, so that the chain is compiled and no stack was ever deep. */
const WARMUP_CHAINS = 200;
const WARMUP_LENGTH = 50;
const TIMED_CHAINS = 50;

interface Chain {
  readonly finished: number;
  /** Operations on the stack at once, at the deepest. */
  readonly deepest: number;
  readonly overflowed: boolean;
}

/**
 * Run a chain of `length` operations through `read`. Depth is counted by the callbacks that have begun
 * and not returned. Where the stack has no room for the next one, the chain ends: RangeError.
 */
function runChain(read: Read, length: number): Promise<Chain> {
  return new Promise(resolve => {
    let finished = 0;
    let depth = 0;
    let deepest = 0;
    let overflowed = false;
    const done = () => {
      if (++depth > deepest) deepest = depth;
      finished++;
      if (finished < length) read(done);
      else resolve({ finished, deepest, overflowed });
      depth--;
    };
    try {
      read(done);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      overflowed = true;
      resolve({ finished, deepest, overflowed });
    }
  });
}

export async function measureDepth(
  { parameters, platform, counting }: StageContext,
  read: Read,
): Promise<StageResult> {
  const length = whole(parameters, 'records');
  for (let i = 0; i < WARMUP_CHAINS; i++) await runChain(read, WARMUP_LENGTH);
  const cost_ns_per_op: number[] = [];
  let timed = 0;
  counting.begin();
  for (let i = 0; i < TIMED_CHAINS; i++) {
    const start_ns = platform.now();
    const { finished } = await runChain(read, Math.min(length, WARMUP_LENGTH));
    cost_ns_per_op.push((platform.now() - start_ns) / finished);
    timed += finished;
  }
  counting.end();
  const { finished, deepest, overflowed } = await runChain(read, length);
  return {
    n: timed,
    series: { cost_ns_per_op },
    totals: {
      frames: deepest,
      completed: finished,
      lost: length - finished,
      overflows: overflowed ? 1 : 0,
    },
    notes: overflowed ? ['the stack overflowed: what had not begun by then never ran'] : [],
  };
}
