// What an await costs beside its twins, in orders; and the bridge from blocking to asynchronous code, which
// needs a second thread.
import { describe, expect, it } from 'vitest';
import { runStage } from '../helpers/stages.ts';

describe('an await', () => {
  it('costs more than a loop and less than a turn of the event loop', async () => {
    const cost = async (id: string) =>
      (await runStage('await-cost', id, { payload_bytes: 0 })).p50.cost_ns_per_op!;
    const [none, awaited, turn] = [
      await cost('await-none'),
      await cost('await-async'),
      await cost('await-turn'),
    ];
    expect(awaited / none, 'a wait that waits for nothing is not free').toBeGreaterThan(2);
    expect(turn / awaited, 'a turn of the loop is a wait of another kind').toBeGreaterThan(3);
  });

  it('holds the least as a generator, and memory in every form', async () => {
    const held = async (id: string) => (await runStage('await-cost', id)).totals.suspended_bytes!;
    const [promised, generated] = [await held('await-async'), await held('await-generator')];
    expect(generated).toBeGreaterThan(0);
    expect(promised / generated, 'a promise and its reactions come on top').toBeGreaterThan(1);
  });
});

describe('a blocking bridge', () => {
  it('never gets an answer from the loop of its own thread', async () => {
    const { totals } = await runStage('blocking-bridge', 'bridge-same-loop');
    expect(totals.deadlocks).toBe(totals.tries);
  });

  it('gets every answer from another thread’s', async () => {
    const { totals } = await runStage('blocking-bridge', 'bridge-other-loop');
    expect(totals).toMatchObject({ deadlocks: 0, answered: totals.tries });
  });
});
