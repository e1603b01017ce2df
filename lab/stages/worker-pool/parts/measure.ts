// The usual measurement of a pool: a burst of packets for threads that all sleep at one port.
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { Pool, type PoolOptions } from './pool.ts';

/** What the plan says of a pool, with what makes the stage. */
export function poolOf({ platform, parameters }: StageContext, own: Partial<PoolOptions>): Pool {
  return new Pool(platform, {
    workers: whole(parameters, 'workers'),
    limit: whole(parameters, 'limit'),
    work_ms: whole(parameters, 'work_ms'),
    job: 'spin',
    ...own,
  });
}

export async function measurePool(
  context: StageContext,
  own: Partial<PoolOptions>,
  post: (pool: Pool, packets: number) => void = (pool, packets) => pool.post(packets),
): Promise<StageResult> {
  const packets = whole(context.parameters, 'packets');
  const pool = poolOf(context, own);
  try {
    await pool.start();
    post(pool, packets);
    await pool.drain();
    return { n: packets, totals: pool.totals() };
  } finally {
    await pool.close();
  }
}

/** Three quarters for the first, the rest shared out. */
export function postUnevenly(workers: number): (pool: Pool, packets: number) => void {
  return (pool, packets) => {
    for (let i = 0; i < packets; i++) pool.post(1, i % 4 === 0 ? 1 + ((i / 4) % (workers - 1)) : 0);
  };
}
