// Readiness lies, for real: what was called ready sleeps or loses in the wrong forms, each time, and never
// in the cures.
import { describe, expect, it } from 'vitest';
import { runStage } from '../helpers/stages.ts';

const counts = async (stage: string) => runStage('readiness-lies', stage, {}, { samples: 4 });

describe.runIf(process.platform === 'linux')('readiness lies', () => {
  for (const blocking of ['stolen-blocking', 'filled-blocking', 'large-blocking']) {
    it(`${blocking} sleeps each time after it was told “ready”`, async () => {
      const { n, totals } = await counts(blocking);
      expect(n).toBe(4);
      expect(totals).toMatchObject({ promised: 4, slept: 4, not_yet: 0, lost_bytes: 0 });
    });
  }

  it('stolen-nonblocking is told “not yet” each time instead', async () => {
    const { totals } = await counts('stolen-nonblocking');
    expect(totals).toMatchObject({ promised: 4, slept: 0, not_yet: 4, lost_bytes: 0 });
  });

  it('filled-nonblocking waits once more and loses nothing', async () => {
    const { totals } = await counts('filled-nonblocking');
    expect(totals).toMatchObject({ promised: 8, slept: 0, not_yet: 4, lost_bytes: 0 });
  });

  it('large-unchecked loses what did not fit', async () => {
    const { totals } = await counts('large-unchecked');
    expect(totals).toMatchObject({ promised: 4, slept: 0, short_writes: 4 });
    // A page was free and four were written; a page has at least 4096 bytes.
    expect(totals.lost_bytes).toBeGreaterThanOrEqual(4 * 3 * 4096);
  });

  it('large-loop writes it all, a page at each wait', async () => {
    const { totals } = await counts('large-loop');
    expect(totals).toMatchObject({ promised: 16, slept: 0, short_writes: 12, lost_bytes: 0 });
  });

  it('a regular file is always ready for poll, and never for epoll', async () => {
    const { totals, notes } = await counts('file-always-ready');
    expect(totals).toMatchObject({ promised: 4, empty: 4, refused: 4 });
    expect(notes).toEqual(['epoll_ctl said EPERM']);
  });
});
