// What becomes of threads that wait at a port when it is closed? Documented is that each wait ends with an
// error of its own (ERROR_ABANDONED_WAIT_0). Every wait here is bounded, for the case that it does not.
import { ERROR_ABANDONED_WAIT_0 } from '../../ffi/windows/constants.ts';
import type { Stage, StageContext, StageResult } from '../stage.ts';
import { poolOf } from './parts/measure.ts';

const PATIENCE_MS = 300;
const BOUND_MS = 1500;

async function run(context: StageContext): Promise<StageResult> {
  const pool = poolOf(context, { work_ms: 0, bound_ms: BOUND_MS });
  try {
    await pool.start();
    const errors = await pool.abandon(PATIENCE_MS);
    const woken = errors.filter(error => error === ERROR_ABANDONED_WAIT_0).length;
    const slept_on = errors.filter(error => error === 0).length;
    const threads = errors.length;
    return {
      n: threads,
      totals: { threads, woken, slept_on, otherwise: threads - woken - slept_on },
    };
  } finally {
    await pool.close();
  }
}

export const stage: Stage = {
  id: 'pool-closed',
  title: 'A port closed under its threads',
  experiment: 'worker-pool',
  mechanism: 'completion',
  about: 'the port is closed while threads sleep at it, and those that wake are counted',
  source:
    'https://learn.microsoft.com/en-us/windows/win32/api/ioapiset/nf-ioapiset-getqueuedcompletionstatus',
  run,
};
