// Compiles one of the five programs, once a run: what comes out lies in the run's own folder, which the
// orchestrator removes, even after a run that was killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TimedOut, Unsupported } from '../../../errors.ts';
import { withParent } from '../../parts/with-parent.ts';
import { findToolchain, type Language, type Words } from './toolchains.ts';

/** On a slow and busy machine, too. */
const LIMIT_MS = 120_000;
const MOST_SAID = 4000;
/** Of a compiler's many lines the first that says what is wrong. */
const COMPLAINT = /\berror\b.*/i;

export interface Compiled {
  readonly words: Words;
  /** Compiler or runtime, as it names itself. */
  readonly version: string;
}

/**
 * Ready to run. `folder` is the run's own, kept for its other rounds. Throws Unsupported where there is
 * no toolchain or it does not compile the program, TimedOut where it does not end.
 */
export async function compiled(
  language: Language,
  folder: string,
  limit_ms = LIMIT_MS,
): Promise<Compiled> {
  const found = await findToolchain(language);
  if (!found) {
    const names = language.toolchains.map(({ programs }) => programs.join(' and '));
    throw new Unsupported(`no ${language.name} here: ${names.join(' or ')}`, language.fix);
  }
  const { toolchain, version } = found;
  const into = join(folder, `made-${language.source}`);
  if (toolchain.compile && !existsSync(into)) {
    mkdirSync(folder, { recursive: true });
    // Under another name until it is whole: a cell that is killed leaves nothing that looks ready.
    const making = mkdtempSync(`${into}-`);
    try {
      await compile(toolchain.compile(making, version), language, making, limit_ms);
      renameSync(making, into);
    } finally {
      rmSync(making, { recursive: true, force: true });
    }
  }
  return { words: toolchain.run(into), version };
}

async function compile(
  words: Words,
  { source, fix }: Language,
  cwd: string,
  limit_ms: number,
): Promise<void> {
  const [program, ...rest] = withParent(words);
  // In a group of its own: a compiler is several processes.
  const child = spawn(program, rest, {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...WITHIN(cwd) },
  });
  let said = '';
  const hear = (text: Buffer): void => {
    said = (said + text.toString()).slice(0, MOST_SAID);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, limit_ms);
  try {
    const [code, by] = (await once(child, 'close')) as [number | null, string | null];
    const name = words[0];
    if (late) throw new TimedOut(`${name} did not compile ${source} within ${limit_ms} ms`);
    if (code === 0) return;
    const why = COMPLAINT.exec(said)?.[0] ?? (said.trim().split('\n')[0] || `${by ?? code}`);
    throw new Unsupported(`${name} does not compile ${source}: ${why.slice(0, 300)}`, fix);
  } finally {
    clearTimeout(timer);
  }
}

/** dotnet keeps a home and a store of packages: both go into the folder that is removed. */
const WITHIN = (folder: string): Record<string, string> => ({
  DOTNET_CLI_HOME: dirname(folder),
  NUGET_PACKAGES: join(dirname(folder), 'packages'),
  DOTNET_CLI_TELEMETRY_OPTOUT: '1',
  DOTNET_GENERATE_ASPNET_CERTIFICATE: 'false',
  DOTNET_NOLOGO: '1',
});
