// A cell that is killed ends no children. So what a stage starts is started by setpriv(1), which asks the
// kernel to end it with its parent (PR_SET_PDEATHSIG, prctl(2)).
import { spawnSync } from 'node:child_process';

let here: boolean | undefined;
const SETPRIV = ['--pdeathsig', 'KILL'] as const;

/** The same command, ended with its parent where setpriv is here (util-linux). */
export function withParent(
  words: readonly [program: string, ...words: string[]],
): [program: string, ...words: string[]] {
  here ??= spawnSync('setpriv', [...SETPRIV, 'true'], { stdio: 'ignore' }).status === 0;
  return here ? ['setpriv', ...SETPRIV, ...words] : [...words];
}
