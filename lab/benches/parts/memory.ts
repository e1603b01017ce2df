// What programs said of themselves, for a scan that is made again and again: a compiler that compiles, a
// virtual machine that starts and a browser's judge take longer to say their version than the rest of a scan.
// An answer counts as long as the program's file, and every file that it was given, are the same.
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { findProgram } from './find-program.ts';

type Answers = Record<string, string>;

interface Memory {
  readonly before: Readonly<Answers>;
  readonly now: Answers;
}

let memory: Memory | undefined;

/** Asks nobody twice from now on. A file that is not there, or is none of ours, remembers nothing. */
export function remember(file: string): void {
  memory = { before: read(file), now: {} };
}

/** Writes down what was answered, and forgets what nobody asked for. A disk that refuses is no fault. */
export function keep(file: string): void {
  if (!memory) return;
  try {
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, JSON.stringify(memory.now));
    renameSync(temporary, file);
  } catch {
    // The next scan asks again.
  }
  memory = undefined;
}

/** Looks at what was answered before: does it count still? */
export type StillTrue = (answer: string) => boolean;

/** Only good answers are remembered: what was missing may be there by now. */
export async function remembered(
  program: string,
  args: readonly string[],
  ask: () => Promise<string | undefined>,
  still: StillTrue = () => true,
): Promise<string | undefined> {
  const place = placeFor(program, args, still);
  return place ? place.put(place.before ?? (await ask())) : ask();
}

/** The same for whoever cannot wait. */
export function rememberedNow(
  program: string,
  args: readonly string[],
  ask: () => string | undefined,
): string | undefined {
  const place = placeFor(program, args, () => true);
  return place ? place.put(place.before ?? ask()) : ask();
}

interface Place {
  /** What was answered before, where it still counts. */
  readonly before: string | undefined;
  put(answer: string | undefined): string | undefined;
}

function placeFor(program: string, args: readonly string[], still: StillTrue): Place | undefined {
  const store = memory;
  const key = store && keyOf(program, args);
  if (!store || key === undefined) return undefined;
  const before = store.before[key];
  return {
    before: before !== undefined && still(before) ? before : undefined,
    put(answer) {
      if (answer !== undefined) store.now[key] = answer;
      return answer;
    },
  };
}

function keyOf(program: string, args: readonly string[]): string | undefined {
  const path = isAbsolute(program) ? program : findProgram(program);
  if (path === undefined) return undefined;
  const words = [path, ...args].map(word => `${word} ${isAbsolute(word) ? stampOf(word) : ''}`);
  return createHash('sha256').update(words.join('\n')).digest('hex').slice(0, 32);
}

function stampOf(path: string): string {
  try {
    const real = realpathSync(path);
    const { size, mtimeMs } = statSync(real);
    return `${real} ${size} ${mtimeMs}`;
  } catch {
    return 'nothing';
  }
}

function read(file: string): Answers {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const entries = Object.entries(value as object).filter(([, text]) => typeof text === 'string');
    return Object.fromEntries(entries) as Answers;
  } catch {
    return {};
  }
}
