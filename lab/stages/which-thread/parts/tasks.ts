// The threads of this process as Linux sees them: name, state, and the system call that each is in
// (proc_pid_task(5), proc_pid_syscall(5)). Under Wine the kernel beneath is a Linux, too: its drive Z: is the
// root of the file system, and whoever asks there for attributes asks for itself.
import { readdirSync, readFileSync } from 'node:fs';
import type { Platform } from '../../../ffi/platform.ts';

export interface Task {
  readonly tid: number;
  readonly name: string;
  /** `S`: asleep, `R`: running, `D`: waits for a disk. */
  readonly state: string;
  /** Number of the system call it is in; undefined where it runs or that is not told. */
  readonly call: number | undefined;
  /** Its first argument. */
  readonly argument: number | undefined;
}

/** read(2) on this processor. */
export const READ_CALL = process.arch === 'x64' ? 0 : 63;

/** All threads of this process; empty where the kernel beneath is no Linux or does not tell. */
export function tasksOfThis({ linux, windows }: Platform): Task[] {
  if (linux) return tasksIn('/proc/self/task');
  const own = windows && ownNumber(path => windows.inspection().exists(path));
  return own === undefined ? [] : tasksIn(`Z:/proc/${own}/task`);
}

/**
 * Attributes are looked up by the process that asks, so that /proc/self is its own; everything else is opened
 * by Wine's server. Of all processes ours is the one whose first thread is one of ours.
 */
function ownNumber(exists: (path: string) => boolean): number | undefined {
  try {
    const numbers = readdirSync('Z:/proc').filter(name => /^\d+$/.test(name));
    const own = numbers.find(number => exists(`Z:\\proc\\self\\task\\${number}`));
    return own === undefined ? undefined : Number(own);
  } catch {
    return undefined;
  }
}

function tasksIn(folder: string): Task[] {
  const tasks: Task[] = [];
  for (const entry of readdirSync(folder)) {
    try {
      const stat = readFileSync(`${folder}/${entry}/stat`, 'latin1');
      // The name stands in brackets, and may hold some itself.
      const end = stat.lastIndexOf(')');
      const name = stat.slice(stat.indexOf('(') + 1, end);
      const state = stat.slice(end + 2, end + 3);
      tasks.push({ tid: Number(entry), name, state, ...callOf(`${folder}/${entry}/syscall`) });
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return tasks;
}

function callOf(path: string): Pick<Task, 'call' | 'argument'> {
  try {
    const [call, argument] = readFileSync(path, 'latin1').trim().split(' ');
    if (!/^\d+$/.test(call ?? '')) return { call: undefined, argument: undefined };
    return { call: Number(call), argument: Number(argument) };
  } catch {
    return { call: undefined, argument: undefined };
  }
}

/** `4 node: asleep` … for a note: threads of one name and state together. */
export function described(tasks: readonly Task[]): string {
  const words: Readonly<Record<string, string>> = { S: 'asleep', R: 'running', D: 'in a disk' };
  const kinds = new Map<string, number>();
  for (const { name, state } of tasks) {
    const kind = `${name} ${words[state] ?? state}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => `${count} × ${kind}`).join(', ');
}
