// Very many handles on one port, a handful of threads, for real under Wine: everything arrives once, at the
// right key, and no thread was made for any of it.
import { describe, expect, it } from 'vitest';
import { measured } from '../../helpers/measured.ts';
import { whereWine } from '../../helpers/wine.ts';
import { countUnderWine } from '../under-wine.ts';

const LONG = process.env.IOLAB_LONG === '1';
const THREADS = 4;
const HANDLES: Readonly<Record<string, number>> = {
  'handles-pipes': 10_000,
  'handles-sockets': LONG ? 10_000 : 500,
};

describe.runIf(whereWine())('many handles on one port', () => {
  const counted = measured(() => {
    const asked = Object.entries(HANDLES).map(
      ([stage, handles]) => [stage, { handles, threads: THREADS }] as const,
    );
    return countUnderWine('ten-thousand-handles', asked);
  }, 300_000);

  it.each(Object.keys(HANDLES).map((stage, at) => ({ stage, at })))(
    '$stage: all are served by four threads, and none was made for an operation',
    ({ stage, at }) => {
      const handles = HANDLES[stage]!;
      const { serving_threads, busiest_share, ...totals } = counted()[at]!.totals;
      expect(totals).toEqual({
        handles,
        threads: THREADS,
        in_flight: handles,
        added_threads: 0,
        served: handles,
        wrong: 0,
        strangers: 0,
        late_bytes: 0,
      });
      expect(serving_threads).toBeLessThanOrEqual(THREADS);
      expect(serving_threads, 'more than one had something to do').toBeGreaterThan(1);
      expect(busiest_share).toBeLessThan(1);
    },
  );
});
