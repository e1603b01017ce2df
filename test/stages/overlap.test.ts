// What can be done while a device takes its time: nothing by waiting, the more the longer the answer takes
// by overlapping, and never a turn that was not done. Each way leaves what it found.
import { describe, expect, it } from 'vitest';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { Distribution, LabRun } from '../../lab/records/schema.ts';
import { measureTurn, numberAfter, Work } from '../../lab/stages/overlap/parts/work.ts';
import { iolab, temporaryFolder } from '../helpers/cli.ts';
import { held, middle, runStage } from './run.ts';

const WAYS = ['overlap-none', 'overlap-ring', 'overlap-thread', 'overlap-async'];
const linux = process.platform === 'linux';

describe('work in turns', () => {
  it('is checked by what the same number of steps makes one by one', () => {
    let x = 1;
    for (let step = 0; step < 300; step++) {
      expect(numberAfter(step), `after ${step} steps`).toBe(x);
      x = (Math.imul(x, 1664525) + 1013904223) | 0;
    }
  });

  it('counts no turn that was not done', () => {
    const work = new Work();
    for (let i = 0; i < 1000; i++) work.turn();
    expect(() => work.verify()).not.toThrow();
    work.turns++;
    expect(() => work.verify()).toThrow(/1001 turns left/);
  });

  it.runIf(linux)('has a length of its own, which the clock of the processor tells', async () => {
    expect(measureTurn(await loadPlatform())).toBeGreaterThan(0);
  });
});

describe.runIf(linux)('waiting for a timer', () => {
  const FEW = { operations: '20' };
  const SHORT = { ...FEW, answer_us: '500' };
  const LONG = { ...FEW, answer_us: '20000' };

  it('no turn is done by waiting', async () => {
    const waited = await runStage(await loadPlatform(), 'overlap', 'overlap-none', SHORT);
    expect(waited.series!.useful_turns_per_op).toEqual(new Float64Array(20));
    expect(waited.totals.useful_share).toBe(0);
    expect(waited.totals.busy_share, 'who waits spends next to nothing').toBeLessThan(0.5);
  });

  for (const way of WAYS.slice(1)) {
    it(`${way}: the longer the answer takes, the more is done meanwhile`, async () => {
      const platform = await loadPlatform();
      const short = await runStage(platform, 'overlap', way, SHORT);
      const long = await runStage(platform, 'overlap', way, LONG);
      expect(middle(short, 'useful_turns_per_op')).toBeGreaterThan(0);
      for (const name of ['useful_turns_per_op', 'latency_ns'])
        expect(middle(long, name) / middle(short, name), name).toBeGreaterThan(2);
      expect(long.totals.useful_share).toBeLessThanOrEqual(1);
    });
  }

  for (const way of WAYS) {
    it(`${way} leaves no thread and no descriptor`, async () => {
      const platform = await loadPlatform();
      // Node's pool and the first worker's leftovers stay for good: they are there before the second run.
      await runStage(platform, 'overlap', way, SHORT);
      const before = held();
      await runStage(platform, 'overlap', way, SHORT);
      expect(held()).toEqual(before);
    });
  }
});

describe.runIf(linux)('iolab run overlap', () => {
  it('reads verified blocks of the file and waits for the timer, each in every way', async () => {
    const args = ['run', 'overlap', '--rounds', '1', '--samples', '60', '--json'];
    const { code, out, err } = await iolab(args, { home: temporaryFolder() });
    expect(code, err).toBe(0);
    const { records } = JSON.parse(out) as LabRun;
    const first = records.filter(one => one.parameters.repeat === undefined);
    expect(first.map(({ device, driver }) => `${device} ${driver}`).sort()).toEqual(
      ['file', 'kernel'].flatMap(device => WAYS.map(way => `${device} ${way}`)).sort(),
    );
    for (const record of first) {
      const { max: turns } = record.metrics.useful_turns_per_op as Distribution;
      expect(record.status, record.reason).toBe('ok');
      if (record.driver === 'overlap-none') expect(turns).toBe(0);
      else expect(turns, record.driver).toBeGreaterThan(0);
    }
  });

  it('refuses a time that is none', async () => {
    for (const answer_us of ['0', 'soon', '1.5', '2000000']) {
      const args = ['run', 'overlap', '--set', `answer_us=${answer_us}`];
      const { code, err } = await iolab(args, { home: temporaryFolder() });
      expect(code, err).toBe(2);
      expect(err).toContain(`answer_us=${answer_us}: give a whole number from 1 to 1000000`);
    }
  });
});
