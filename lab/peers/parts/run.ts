// Running another program to its end: bounded, ended at once when the run is interrupted, and with its own
// last words where it fails. It is asked to end before it is killed, because what it has started itself is
// its own to end: fio's jobs are sessions of their own, which no signal to the program or its group reaches.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Cancelled } from '../../errors.ts';

const run = promisify(execFile);
const MOST_OUTPUT = 64 * 2 ** 20;
/** From the request to end (SIGTERM) until nothing is asked any more. */
const END_LIMIT_MS = 2000;

interface Bounds {
  readonly limit_ms: number;
  readonly signal?: AbortSignal;
  /** Who it is, where that is not the file that is started. */
  readonly name?: string;
}

/** What the program printed. Throws Cancelled, or Error with the beginning of what went wrong. */
export async function outputOf(
  program: string,
  args: readonly string[],
  { limit_ms, signal, name = program }: Bounds,
): Promise<string> {
  if (signal?.aborted) throw new Cancelled();
  const running = run(program, args, { maxBuffer: MOST_OUTPUT });
  const { child } = running;
  let late = false;
  let last: NodeJS.Timeout | undefined;
  // Not by the signal option: that rejects at once, and the program would outlive its file.
  const end = () => {
    child.kill('SIGTERM');
    last ??= setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS);
  };
  const limit = setTimeout(() => {
    late = true;
    end();
  }, limit_ms);
  signal?.addEventListener('abort', end, { once: true });
  // A program that was asked to end may say that all is well.
  const check = () => {
    if (signal?.aborted) throw new Cancelled();
    if (late) throw new Error(`${name} was not through after ${limit_ms} ms`);
  };
  try {
    const { stdout } = await running;
    check();
    return stdout;
  } catch (error) {
    check();
    throw new Error(`${name}: ${(error as Error).message.slice(0, 300)}`);
  } finally {
    clearTimeout(limit);
    clearTimeout(last);
    signal?.removeEventListener('abort', end);
  }
}

/** Undefined where the program answers; otherwise what to say, and the one command that helps. */
export const missingProgram = (
  program: string,
  args: readonly string[],
): Promise<{ reason: string; fix: string } | undefined> =>
  outputOf(program, args, { limit_ms: ANSWER_LIMIT_MS }).then(
    () => undefined,
    () => ({ reason: `${program} is not installed`, fix: 'iolab bench install peers' }),
  );

const ANSWER_LIMIT_MS = 5000;

/** Samples as a cell's result carries them. */
export const encode = (samples: Float64Array): string =>
  Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64');
