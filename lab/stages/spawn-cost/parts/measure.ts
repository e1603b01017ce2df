// Make so many, keep them all alive and idle, look at the memory they hold, end them all. What is made
// is a process, a thread, a worker or a coroutine; the numbers stand beside each other.
import { type StageContext, type StageResult, whole } from '../../stage.ts';

/** One kind of flow that can be made, counted in memory and ended. */
export interface Maker {
  /** Make the next one; it has begun and waits when this returns (or resolves). */
  make(): void | Promise<void>;
  /** Bytes that all flows hold together, and this process with them. */
  memory(): number;
  /** End all that were made. Idempotent. */
  end(): void | Promise<void>;
}

/** Made, looked at and ended before anything counts: the first of all finds nothing prepared. */
const WARMUP = 2;

export async function measureSpawn(
  context: StageContext,
  open: (context: StageContext, count: number) => Maker,
): Promise<StageResult> {
  const { platform, counting } = context;
  const count = whole(context.parameters, 'count');
  const rehearsal = open(context, WARMUP);
  try {
    counting.begin();
    for (let i = 0; i < WARMUP; i++) await rehearsal.make();
    counting.end();
    rehearsal.memory();
  } finally {
    await rehearsal.end();
  }
  const latency_ns = new Float64Array(count);
  const maker = open(context, count);
  try {
    globalThis.gc?.();
    const before_bytes = maker.memory();
    let last_ns = counting.begin();
    const start_ns = last_ns;
    for (let i = 0; i < count; i++) {
      const made = maker.make();
      if (made) await made;
      const now_ns = platform.now();
      latency_ns[i] = now_ns - last_ns;
      last_ns = now_ns;
    }
    counting.end();
    const create_ns = last_ns - start_ns;
    // Garbage of the engine's own may weigh more than one thread: then there is less than nothing.
    globalThis.gc?.();
    const memory_bytes = Math.max(0, maker.memory() - before_bytes);
    return {
      n: count,
      series: { latency_ns },
      totals: {
        create_ns,
        create_ns_per_op: create_ns / count,
        memory_bytes,
        bytes_per_op: memory_bytes / count,
      },
    };
  } finally {
    await maker.end();
  }
}
