// What a user gives as a number and is none: refused before anything starts, and never planned as NaN.
import { describe, expect, it } from 'vitest';
import { WrongUsage } from '../../lab/errors.ts';
import type { Experiment, PlanRequest, Setting } from '../../lab/experiments/experiment.ts';
import { experimentIds, findExperiment } from '../../lab/experiments/find.ts';

const request = (set: PlanRequest['set']): PlanRequest => ({
  rate_hz: [],
  depth: [],
  samples: undefined,
  set,
  short: false,
});

/** What a driver of the experiment is planned, or nothing where the setting is refused. */
function planned({ plan }: Experiment, driver: string, set: PlanRequest['set']): Setting[] {
  try {
    return [...plan(driver, request(set))];
  } catch (error) {
    expect(error, 'refuse by WrongUsage').toBeInstanceOf(WrongUsage);
    return [];
  }
}

describe('a setting that is no number', () => {
  it.each(experimentIds())('is not taken for one by %s', async id => {
    const experiment = await findExperiment(id);
    for (const [key, { values }] of Object.entries(experiment.settings)) {
      if (values) continue;
      for (const driver of experiment.drivers) {
        for (const setting of planned(experiment, driver, { [key]: 'abc' })) {
          const wrong = Object.keys(setting).filter(name => Number.isNaN(setting[name]));
          expect(wrong, `${driver} with ${key}=abc: refuse it (numbersOf, countsOf)`).toEqual([]);
        }
      }
    }
  });

  it('is told by its name, with what to give', async () => {
    const pool = await findExperiment('worker-pool');
    const plan = (set: PlanRequest['set']) => pool.plan('pool-spin', request(set));
    expect(() => plan({ packets: 'many' })).toThrow(/--set packets=many: give .* from 1 to/);
    expect(() => plan({ work_ms: '-1' })).toThrow(/--set work_ms=-1: give .* from 0 to/);
    expect(plan({ work_ms: '0', packets: '7' })[0]).toMatchObject({ work_ms: 0, packets: 7 });
    const lives = await findExperiment('who-lives-on-it');
    expect(() => lives.plan('node-socket-port', request({ exchanges: 'x' }))).toThrow(
      /exchanges=x: give a whole number/,
    );
  });
});

describe('one worker', () => {
  it.each(['pool-own-ports', 'pool-rebalanced'])('is too few for %s', async stage => {
    const { plan } = await findExperiment('worker-pool');
    const wrong = new RegExp(`--set workers=1: ${stage} .* from 2 to 64`);
    expect(() => plan(stage, request({ workers: '1' }))).toThrow(wrong);
    expect(plan(stage, request({ workers: '2' }))).toMatchObject([{ workers: 2 }]);
  });

  it.each(['pool-spin', 'pool-pinned'])('is enough for %s', async stage => {
    const { plan } = await findExperiment('worker-pool');
    expect(plan(stage, request({ workers: '1' }))).toMatchObject([{ workers: 1 }]);
  });
});
