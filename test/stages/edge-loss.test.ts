// What edge-triggered epoll loses, for real: all but one message of every burst where one is read per
// event, nothing in the cures and nothing where the level is reported.
import { describe, expect, it } from 'vitest';
import { runStage } from '../helpers/stages.ts';

const SENT = 64;
const BURST = 8;
const counts = async (stage: string, burst: number) =>
  (await runStage('edge-loss', stage, { burst }, { samples: SENT })).totals;

describe.runIf(process.platform === 'linux')('edge-triggered epoll', () => {
  it('loses all but one message of every burst where one is read per event', async () => {
    const totals = await counts('edge-once', BURST);
    const received = SENT / BURST;
    expect(totals).toMatchObject({ sent: SENT, received, stuck: SENT - received });
    expect(totals.slept_on, 'after every burst the program sleeps beside messages').toBe(received);
  });

  it('hides the fault as long as messages come singly', async () => {
    expect(await counts('edge-once', 1)).toMatchObject({ received: SENT, stuck: 0, slept_on: 0 });
  });

  for (const cure of ['edge-drain', 'edge-rearm', 'level-once']) {
    it(`${cure} loses nothing`, async () => {
      expect(await counts(cure, BURST)).toMatchObject({ received: SENT, stuck: 0, slept_on: 0 });
    });
  }

  it('costs fewer calls than the level when drained, and more when armed anew', async () => {
    const level = (await counts('level-once', BURST)).calls_per_op!;
    expect((await counts('edge-drain', BURST)).calls_per_op!).toBeLessThan(level);
    expect((await counts('edge-rearm', BURST)).calls_per_op!).toBeGreaterThan(level);
  });
});
