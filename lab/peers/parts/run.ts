// Running another program to its end: bounded, ended at once when the run is interrupted, and with its own
// last words where it fails.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Cancelled } from '../../errors.ts';

const run = promisify(execFile);
const MOST_OUTPUT = 64 * 2 ** 20;

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
  const running = run(program, args, {
    timeout: limit_ms,
    killSignal: 'SIGKILL',
    maxBuffer: MOST_OUTPUT,
  });
  // Not by the signal option: that rejects at once, and the program would outlive its file.
  const kill = () => running.child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  try {
    return (await running).stdout;
  } catch (error) {
    if (signal?.aborted) throw new Cancelled();
    const { message, killed } = error as Error & { readonly killed?: boolean };
    if (killed) throw new Error(`${name} was not through after ${limit_ms} ms`);
    throw new Error(`${name}: ${message.slice(0, 300)}`);
  } finally {
    signal?.removeEventListener('abort', kill);
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
