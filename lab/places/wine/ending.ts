// Ending all that runs under one prefix: Wine's own server and services beside our programs, however
// they were started. They are known by the prefix in their environment (proc(5)), so nothing else is
// ever touched, and killed outright: the prefix is thrown away afterwards, so there is nothing to save.
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const LIMIT_MS = 5000;
const LOOK_EVERY_MS = 20;

function environmentOf(pid: string): string {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
  } catch {
    // It ended while we looked, or is not ours to look at.
    return '';
  }
}

const marked = (mark: (environment: string) => boolean): number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter(pid => mark(environmentOf(pid)))
    .map(Number);

export const processesIn = (prefix: string): number[] =>
  marked(environment => environment.includes(`\0WINEPREFIX=${prefix}\0`));

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was quicker.
  }
}

/**
 * Where the server of a prefix has its socket: named by the prefix's numbers (wineserver(1)), or, as Debian
 * has it, in a folder whose name the server wrote into the prefix.
 */
function serverFolders(prefix: string): string[] {
  const folders: string[] = [];
  try {
    const { dev, ino, uid } = statSync(prefix, { bigint: true });
    folders.push(`/tmp/.wine-${uid}/server-${dev.toString(16)}-${ino.toString(16)}`);
    const name = readFileSync(join(prefix, 'wineserver'), 'utf8').trim();
    if (/^wine-\w{6}$/.test(name)) folders.push(`/tmp/${name}`);
  } catch {
    // No server has been there, or none of Debian's.
  }
  return folders;
}

/** Kill whatever runs under the prefix, and remove it. Returns what could not be ended. */
export async function endPrefix(prefix: string): Promise<number[]> {
  const end_ms = performance.now() + LIMIT_MS;
  let left = processesIn(prefix);
  while (left.length > 0 && performance.now() < end_ms) {
    // One that is just being started may come after those that are killed.
    for (const pid of left) kill(pid);
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS));
    left = processesIn(prefix);
  }
  for (const folder of [...serverFolders(prefix), prefix]) {
    rmSync(folder, { recursive: true, force: true });
  }
  return left;
}

/** End a session: what runs under its prefix, and its folder. Returns what could not be ended. */
export async function endSession(folder: string): Promise<number[]> {
  const left = await endPrefix(join(folder, PREFIX));
  rmSync(folder, { recursive: true, force: true });
  return left;
}

/** The prefix of a session is the folder of this name in the session's own. */
export const PREFIX = 'prefix';
/** Sessions lie in the system's temporary folder: a prefix links to the whole file system. */
export const SESSION_FOLDER = 'iolab-wine-';

/** Names the process that will end the others when it hears no more from the lab. */
export const KEEPER_VARIABLE = 'IOLAB_WINE_KEEPER';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** End what is left of sessions whose keeper was killed, too. */
export async function sweepSessions(): Promise<void> {
  const orphaned = (environment: string) => {
    const keeper = new RegExp(`\\0${KEEPER_VARIABLE}=(\\d+)\\0`).exec(environment)?.[1];
    return keeper !== undefined && !isAlive(Number(keeper));
  };
  const prefixes = new Set(
    marked(orphaned).flatMap(pid => {
      const prefix = /\0WINEPREFIX=([^\0]+)\0/.exec(environmentOf(String(pid)))?.[1];
      return prefix ? [prefix] : [];
    }),
  );
  for (const prefix of prefixes) {
    const folder = dirname(prefix);
    if (basename(folder).startsWith(SESSION_FOLDER)) await endSession(folder);
    else await endPrefix(prefix);
  }
}
