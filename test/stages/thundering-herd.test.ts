// The thundering herd, for real: one event wakes every thread whose own epoll watches the device, and one
// thread where the watch is exclusive. The kernel counts the wake-ups.
import { describe, expect, it } from 'vitest';
import { runStage } from '../helpers/stages.ts';

const WAITERS = 6;
const run = async (stage: string) =>
  (await runStage('thundering-herd', stage, {}, { samples: 40, set: { waiters: `${WAITERS}` } }))
    .totals;

describe.runIf(process.platform === 'linux')('threads that wait for one device', () => {
  it('are all woken by every event where each has an epoll of its own', async () => {
    const { woken_per_op, busiest_share } = await run('herd-level');
    expect(woken_per_op).toBeGreaterThan(0.9 * WAITERS);
    expect(busiest_share, 'and several of them take events').toBeLessThan(1);
  });

  for (const cure of ['herd-exclusive', 'herd-shared-edge']) {
    it(`${cure}: one is woken, none in vain`, async () => {
      const { woken_per_op, returned_per_op, in_vain } = await run(cure);
      expect(woken_per_op).toBeGreaterThanOrEqual(1);
      expect(woken_per_op).toBeLessThan(1.5);
      expect({ returned_per_op, in_vain }).toEqual({ returned_per_op: 1, in_vain: 0 });
    });
  }

  it('are woken one more than needed, and not all, where they share an epoll', async () => {
    const { woken_per_op } = await run('herd-shared');
    expect(woken_per_op).toBeGreaterThan(1.5);
    expect(woken_per_op).toBeLessThan(0.9 * WAITERS);
  });
});
