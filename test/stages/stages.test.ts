// Every stage says what it is, lies in the folder of its experiment, and has a name of its own among all
// that records can name.
import { describe, expect, it } from 'vitest';
import { driverIds } from '../../lab/drivers/find.ts';
import type { Experiment } from '../../lab/experiments/experiment.ts';
import { experimentIds, findExperiment } from '../../lab/experiments/find.ts';
import { layerIds } from '../../lab/layers/find.ts';
import { programIds } from '../../lab/machines/find.ts';
import { findStage, stagedExperiments, stageIds } from '../../lab/stages/find.ts';
import { sourcesOf } from '../house.ts';

/** On Linux and on Windows, each once. */
async function driversOf(id: string): Promise<string[]> {
  const url = new URL(`../../lab/experiments/${id}.ts`, import.meta.url);
  const { experiment } = (await import(url.href)) as { experiment: Experiment };
  return [...new Set([...experiment.drivers, ...(experiment.windows?.drivers ?? [])])];
}

describe('stages', () => {
  it('have names of their own', () => {
    const others = new Set([...driverIds(), ...layerIds(), ...programIds()]);
    const ids = stageIds();
    expect(ids.filter((id, at) => ids.indexOf(id) !== at || others.has(id))).toEqual([]);
  });

  for (const experiment of stagedExperiments()) {
    it(`of ${experiment} are what its experiment runs`, async () => {
      expect(experimentIds(), `lab/experiments/${experiment}.ts plans them`).toContain(experiment);
      const { stages, shows = [] } = await findExperiment(experiment);
      expect(stages, 'the experiment says that its drivers are stages').toBe(true);
      const all = (await driversOf(experiment)).sort();
      expect(all, 'it runs every one of them').toEqual(stageIds(experiment));
      expect(shows.length, 'it says what its table shows').toBeGreaterThan(0);
    });

    for (const id of stageIds(experiment)) {
      it(`${experiment}/${id} says what it is`, async () => {
        const stage = await findStage(experiment, id);
        expect(stage).toMatchObject({ id, experiment });
        expect(stage.title.length).toBeGreaterThan(3);
        expect(stage.about.length).toBeGreaterThan(20);
        expect(stage.about, 'no full stop and no measured number').not.toMatch(
          /\.$|\d\s*(ns|µs|ms|%)/,
        );
        expect(new URL(stage.source).protocol).toBe('https:');
      });
    }
  }

  it('give back the completions that they have seen, and no others', () => {
    // One that comes between two looks at the ring would be given back unseen.
    const anew = /advance\([\w.#]*\bready\(\)\)|[<>]=? *[\w.#]*\bring\.ready\(\);/i;
    const places = [...sourcesOf('lab/stages'), ...sourcesOf('lab/examples')].flatMap(
      ({ path, text }) =>
        text.split('\n').flatMap((line, at) => (anew.test(line) ? [`${path}:${at + 1}`] : [])),
    );
    expect(places, 'call ready() once, look at so many, and advance by so many').toEqual([]);
  });

  it('planned by an experiment are there', async () => {
    for (const id of experimentIds()) {
      const { stages } = await findExperiment(id);
      if (stages) expect(stagedExperiments(), `lab/stages/${id} is missing`).toContain(id);
    }
  });
});
