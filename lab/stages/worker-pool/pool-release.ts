// One packet at a time, while all threads sleep: which of them is woken? The documented answer is the one
// that went to sleep last, whose memory is still near the processor.
import { type Stage, type StageContext, type StageResult, whole } from '../stage.ts';
import { poolOf } from './parts/measure.ts';

async function run(context: StageContext): Promise<StageResult> {
  const packets = whole(context.parameters, 'packets');
  const pool = poolOf(context, { work_ms: 0 });
  let [last, first] = [0, 0];
  try {
    await pool.start();
    for (let i = 0; i < packets; i++) {
      const turns = pool.turns();
      const before = pool.served();
      pool.post(1);
      await pool.drain();
      const who = pool.served().findIndex((count, index) => count !== before[index]);
      if (turns[who] === Math.max(...turns)) last++;
      if (turns[who] === Math.min(...turns)) first++;
    }
    const shares = { last_share: last / packets, first_share: first / packets };
    return { n: packets, totals: { ...pool.totals(), ...shares } };
  } finally {
    await pool.close();
  }
}

export const stage: Stage = {
  id: 'pool-release',
  title: 'Whom a packet wakes',
  experiment: 'worker-pool',
  mechanism: 'completion',
  about: 'single packets for sleeping threads, and whether the last or the first of them is woken',
  source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/i-o-completion-ports',
  run,
};
