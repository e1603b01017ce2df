// Runs stages of several experiments under Wine in one process, and finds each one's counts by its name and
// its parameters.
import type { Asked } from '../stages/inside-wine.ts';
import { askUnderWine } from '../stages/under-wine.ts';

export interface Answers {
  /** What this stage counted. Throws what it failed with. */
  of(stage: string, parameters?: Asked['parameters']): Readonly<Record<string, number>>;
}

export async function runInside(asked: readonly Asked[]): Promise<Answers> {
  const told = await askUnderWine(asked);
  return {
    of(stage, wanted = {}) {
      const fits = ({ parameters }: Asked) =>
        Object.keys(wanted).every(key => parameters[key] === wanted[key]);
      const answer = told[asked.findIndex(one => one.stage === stage && fits(one))];
      if (answer === undefined) throw new Error(`${stage} was not asked`);
      if ('error' in answer) throw new Error(answer.error);
      return answer.totals;
    },
  };
}
