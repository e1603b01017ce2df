// Who is still there: the processes of one run are those that carry its IOLAB_HOME in their
// environment (proc(5)), so that runs of other people on the same machine are never counted. Linux.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface LabProcess {
  readonly pid: number;
  readonly command: string;
  /** The process that started it. */
  readonly parent: number;
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It ended while we looked, or is not ours to look at.
    return '';
  }
};

/** Every living process that was started with this home; `part` must stand in its command. */
export function processesOf(home: string, part = ''): LabProcess[] {
  const mark = `\0IOLAB_HOME=${home}\0`;
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => `\0${read(`/proc/${pid}/environ`)}`.includes(mark))
    .map(pid => ({
      pid: Number(pid),
      command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim(),
      // Behind the name in parentheses, which may hold anything: the state, then the parent.
      parent: Number(/.*\) \S (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1]),
    }))
    .filter(({ command }) => command.includes(part) && command !== '');
}

/** Names of the abstract sockets (unix(7)) that these processes hold: the run's locks. */
export function locksOf(processes: readonly LabProcess[]): string[] {
  const held = new Set(processes.flatMap(({ pid }) => socketInodes(pid)));
  return abstractSockets()
    .filter(({ inode }) => held.has(inode))
    .map(({ name }) => name);
}

function socketInodes(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  const descriptors = unlessGone(() => readdirSync(folder)) ?? [];
  return descriptors.flatMap(fd => {
    const link = unlessGone(() => readlinkSync(`${folder}/${fd}`)) ?? '';
    return /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? [];
  });
}

/** A process may end, and a descriptor may close, while we look; the others are still there. */
function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** The lab's abstract sockets on this machine, of all users. */
export function abstractSockets(): { inode: string; name: string }[] {
  return read('/proc/net/unix')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .map(fields => ({ inode: fields[6] ?? '', name: fields[7] ?? '' }))
    .filter(({ name }) => name.startsWith('@iolab-'));
}

/** Wait until `look` returns something; throws, saying what was waited for, after `limit_ms`. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false,
  limit_ms = 20_000,
): Promise<T> {
  const end_ms = performance.now() + limit_ms;
  for (;;) {
    const seen = look();
    if (seen) return seen;
    if (performance.now() > end_ms) throw new Error(`waited ${limit_ms} ms in vain for: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

/** Wait until none of the home's processes is left; throws with their commands. */
export async function untilGone(home: string, limit_ms: number): Promise<void> {
  const left = () => processesOf(home);
  try {
    await until('the end of every process', () => left().length === 0, limit_ms);
  } catch (error) {
    const names = left().map(({ pid, command }) => `${pid} ${command}`);
    if (names.length > 0) throw new Error(`left behind: ${names.join('; ')}`, { cause: error });
  }
}
