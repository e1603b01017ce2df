// Runs stages under Wine in one process, and finds each one's counts by its name and
// its parameters.
import { join } from 'node:path';
import { root } from '../helpers/cli.ts';
import { runUnderWine } from '../helpers/wine.ts';
import type { Asked, Told } from './inside.ts';

const PROGRAM = join(root, 'test/messages/inside.ts');
/** Each stage bounds itself; this bounds a Wine that hangs. */
const LIMIT_MS = 100_000;

export interface Answers {
  /** What this stage counted. Throws what it failed with. */
  of(stage: string, parameters?: Asked['parameters']): Readonly<Record<string, number>>;
}

export async function runInside(asked: readonly Asked[]): Promise<Answers> {
  const words = asked.map(one => JSON.stringify(one));
  const { code, stdout, stderr } = await runUnderWine(PROGRAM, words, LIMIT_MS);
  const told = stdout
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Told);
  if (code !== 0 || told.length !== asked.length) {
    throw new Error(`code ${code}, ${told.length} of ${asked.length} answered: ${stderr}`);
  }
  return {
    of(stage, wanted = {}) {
      const fits = ({ parameters }: Asked) =>
        Object.keys(wanted).every(key => parameters[key] === wanted[key]);
      const at = asked.findIndex(one => one.stage === stage && fits(one));
      const answer = told[at];
      if (answer === undefined) throw new Error(`${stage} was not asked`);
      if ('error' in answer) throw new Error(answer.error);
      return answer.totals;
    },
  };
}
