// Runs stages under Wine in one process, and gives back what each counted, in the order in which they were
// asked for.
import { join } from 'node:path';
import { root } from '../helpers/cli.ts';
import { runUnderWine } from '../helpers/wine.ts';
import type { Asked, Told } from './inside-wine.ts';

const PROGRAM = join(root, 'test/stages/inside-wine.ts');
/** Each stage bounds itself; this bounds a Wine that hangs. */
const LIMIT_MS = 300_000;

export interface Counted {
  readonly n: number;
  readonly totals: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

/** What each one counted, or what it failed with. Throws where not all of them answered. */
export async function askUnderWine(asked: readonly Asked[]): Promise<Told[]> {
  const words = asked.map(one => JSON.stringify(one));
  const { code, stdout, stderr } = await runUnderWine(PROGRAM, words, LIMIT_MS);
  const told = stdout
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Told);
  if (code !== 0 || told.length !== asked.length) {
    const next = asked[told.length]?.stage ?? 'the end';
    throw new Error(`code ${code} before ${next}: ${stderr.slice(-2000)}`);
  }
  return told;
}

/** The same of one experiment. Throws what a stage failed with. */
export async function countUnderWine(
  experiment: string,
  asked: readonly (readonly [stage: string, parameters?: Record<string, string | number>])[],
): Promise<Counted[]> {
  const told = await askUnderWine(
    asked.map(([stage, parameters = {}]) => {
      const texts = Object.entries(parameters).map(([key, value]) => [key, String(value)]);
      return { experiment, stage, parameters: Object.fromEntries(texts) };
    }),
  );
  return told.map((one, at) => {
    if ('error' in one) throw new Error(`${asked[at]![0]}: ${one.error}`);
    return one;
  });
}

export interface Answers {
  /** What this stage said, where it was asked with these parameters among others. */
  told(stage: string, parameters?: Asked['parameters']): Told;
  /** What it counted. Throws what it failed with. */
  of(stage: string, parameters?: Asked['parameters']): Readonly<Record<string, number>>;
}

/** Stages of several experiments, each one's answer found by its name and its parameters. */
export async function runInside(asked: readonly Asked[]): Promise<Answers> {
  const all = await askUnderWine(asked);
  const told = (stage: string, wanted: Asked['parameters'] = {}): Told => {
    const fits = ({ parameters }: Asked) =>
      Object.keys(wanted).every(key => parameters[key] === wanted[key]);
    const answer = all[asked.findIndex(one => one.stage === stage && fits(one))];
    if (answer === undefined) throw new Error(`${stage} was not asked`);
    return answer;
  };
  return {
    told,
    of(stage, wanted) {
      const answer = told(stage, wanted);
      if ('error' in answer) throw new Error(answer.error);
      return answer.totals;
    },
  };
}
