// Windows programs in tests: whether the place is installed (skip with a printed reason, or fail where
// IOLAB_REQUIRE asks for it), and one file run on Node for Windows, bounded and with nothing left behind.
import { readdirSync, readFileSync } from 'node:fs';
import { missing, requireInstallation } from '../../lab/places/wine/installation.ts';
import { type SessionLinks, WineSession } from '../../lab/places/wine/session.ts';

/** Is Wine here with all that the lab needs? Says why not, once for each file of tests. */
export function whereWine(): boolean {
  const [first] = missing();
  if (first === undefined) return true;
  const reason = `${first.what}: ${first.why}; iolab bench install wine`;
  if (process.env.IOLAB_REQUIRE?.split(',').includes('wine')) {
    throw new Error(`IOLAB_REQUIRE asks for wine: ${reason}`);
  }
  console.warn(`skipped, the place wine is not installed: ${reason}`);
  return false;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One file, run to its end in the session. Throws TimedOut. */
export type Run = (
  script: string,
  args: readonly string[],
  limit_ms: number,
  options?: readonly string[],
) => Promise<Ran>;

/** A session of its own for `work`, which may run several files in it, also at once. */
export async function inWine<T>(
  work: (run: Run) => Promise<T>,
  links: SessionLinks = {},
): Promise<T> {
  const session = await WineSession.open(requireInstallation(), links);
  try {
    return await work(runIn(session));
  } finally {
    await session.close();
    nothingLeft(session.prefix);
  }
}

/** Whatever runs under Wine inherits the name of its prefix. Throws where something still does. */
function nothingLeft(prefix: string): void {
  const left = readdirSync('/proc').filter(name => /^\d+$/.test(name) && isOf(name, prefix));
  if (left.length > 0) throw new Error(`Wine left behind: ${left.map(commandOf).join('; ')}`);
}

const isOf = (pid: string, prefix: string): boolean =>
  textOf(pid, 'environ').includes(`\0WINEPREFIX=${prefix}\0`);
const commandOf = (pid: string): string => textOf(pid, 'cmdline').replaceAll('\0', ' ');

function textOf(pid: string, name: string): string {
  try {
    return `\0${readFileSync(`/proc/${pid}/${name}`, 'latin1')}`;
  } catch {
    // It ended while we looked, or is not ours to look at.
    return '';
  }
}

const runIn =
  (session: WineSession): Run =>
  async (script, args, limit_ms, options = []) => {
    let stdout = '';
    let stderr = '';
    const code = await session.run({
      script,
      args,
      options: ['--expose-gc', ...options],
      environment: { IOLAB_PLACE: 'wine' },
      signal: new AbortController().signal,
      silence_ms: limit_ms,
      limit_ms,
      out: text => {
        stdout += text;
      },
      err: text => {
        stderr += text;
      },
    });
    return { code, stdout, stderr };
  };

/** Runs one file to its end in a session of its own. Throws TimedOut. */
export const runUnderWine: Run = (...words) => inWine(run => run(...words));
