// What two programs that know nothing of each other have to agree on: names. Windows gives the same number
// to the same name in every program of a session (RegisterWindowMessage).
import { SystemCallError, TimedOut, Unsupported, WrongUsage } from '../../errors.ts';
import { type Desk, openDesk } from '../../messages/desk.ts';

/** The window's answer is the number that came with it, twice. */
export const ASK = 'iolab.example.ask';
/** The answer is how many were asked. */
export const COUNT = 'iolab.example.count';
export const STOP = 'iolab.example.stop';

/** Throws SystemCallError. */
export function registered({ user, failure }: Desk, name: string): number {
  const number = user.RegisterWindowMessageW(name);
  if (number === 0) throw failure('RegisterWindowMessage', name);
  return number;
}

/** Runs a program on this thread's desk: 0 done, 1 went wrong, 2 wrong usage, 3 not here, 4 too late. */
export async function main(run: (desk: Desk) => void): Promise<void> {
  try {
    const { loadPlatform } = await import('../../ffi/load.ts');
    run(openDesk(await loadPlatform()));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = codeOf(error);
  }
}

function codeOf(error: unknown): number {
  if (error instanceof WrongUsage) return 2;
  if (error instanceof TimedOut) return 4;
  return error instanceof Unsupported || error instanceof SystemCallError ? 3 : 1;
}
