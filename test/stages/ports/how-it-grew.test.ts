// Which calls this Wine exports, by the era in which Windows got them, and the list behind it.
import { describe, expect, it } from 'vitest';
import { stageIds } from '../../../lab/stages/find.ts';
import { ERAS, metricOf } from '../../../lab/stages/how-it-grew/parts/history.ts';
import { measured } from '../../helpers/measured.ts';
import { whereWine } from '../../helpers/wine.ts';
import { countUnderWine } from '../under-wine.ts';

describe('the history', () => {
  it('has a stage for every era, names no call twice, and cites a source for each', () => {
    expect(ERAS.map(({ id }) => id).sort()).toEqual(stageIds('how-it-grew'));
    const calls = ERAS.flatMap(era => era.calls);
    expect(new Set(calls.map(metricOf)).size).toBe(calls.length);
    for (const { source, brought } of calls) {
      expect(new URL(source).protocol).toBe('https:');
      expect(brought.length).toBeGreaterThan(10);
    }
    expect(metricOf({ name: 'CreateIoRing' } as never)).toBe('has_create_io_ring');
  });
});

describe.runIf(whereWine())('what Wine exports', () => {
  const counted = measured(async () => {
    const all = await countUnderWine(
      'how-it-grew',
      ERAS.map(({ id }) => [id]),
    );
    return new Map(ERAS.map(({ id }, at) => [id, all[at]!]));
  }, 120_000);

  it.each(['exports-nt31', 'exports-nt35', 'exports-2000', 'exports-vista'])(
    'holds all of %s',
    id => {
      const { asked, found } = counted().get(id)!.totals;
      expect(found).toBe(asked);
    },
  );

  it('counts what it asked for', () => {
    for (const { id, calls } of ERAS) {
      const { asked, found, ...has } = counted().get(id)!.totals;
      expect(asked).toBe(calls.length);
      expect(Object.keys(has).sort()).toEqual(calls.map(metricOf).sort());
      expect(Object.values(has).reduce((sum, one) => sum + one, 0)).toBe(found);
    }
  });

  it('Wine has no registered I/O', () => {
    expect(counted().get('exports-8')!.totals.has_rioreceive).toBe(0);
  });

  it('Wine exports nothing of Windows 11', () => {
    expect(counted().get('exports-11')!.totals.found).toBe(0);
  });
});
