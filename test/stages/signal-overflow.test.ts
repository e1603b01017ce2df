// Lost signals, for real. The queue is one for all processes of a user, so what fits of ours is an upper
// bound; what was sent, delivered, refused and lost adds up all the same.
import { describe, expect, it } from 'vitest';
import { runStage } from '../helpers/stages.ts';

const SENT = 48;
const run = async (stage: string, limit: number) =>
  (await runStage('signal-overflow', stage, { limit }, { samples: SENT })).totals;

describe.runIf(process.platform === 'linux')('signals', () => {
  it('merge into one where they are plain', async () => {
    expect(await run('signals-merged', 16)).toEqual({
      sent: SENT,
      queued: 1,
      refused: 0,
      lost: 47,
    });
  });

  it('wait each for itself where they are real-time ones, or the sender is told', async () => {
    const { queued, refused, lost } = await run('signals-queued', 16);
    expect(queued).toBeGreaterThan(0);
    expect(queued).toBeLessThanOrEqual(16);
    expect({ refused, lost }).toEqual({ refused: SENT - queued!, lost: 0 });
  });

  it('are lost where the queue was full and SIGIO means nothing', async () => {
    const { sent, queued, sigio, lost } = await run('queue-trusted', 16);
    expect({ sent, sigio }).toEqual({ sent: SENT, sigio: 1 });
    expect(queued).toBeLessThanOrEqual(16);
    expect(lost).toBe(SENT - queued!);
  });

  it('are not missed by a program that then looks at all', async () => {
    const { received, sigio, queued, empty, lost } = await run('queue-looked', 16);
    expect({ received, sigio, lost }).toEqual({ received: SENT, sigio: 1, lost: 0 });
    // SIGIO has the lower number, so it is taken first, and the look leaves nothing to the others.
    expect(empty).toBe(queued);
  });

  it('hide the fault while the queue is long enough', async () => {
    const totals = await run('queue-trusted', 128);
    expect(totals).toMatchObject({ queued: SENT, sigio: 0, lost: 0 });
  });
});
