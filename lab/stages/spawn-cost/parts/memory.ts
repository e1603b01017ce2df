// Memory as the kernel counts it: the proportional set size, in which a page that two processes share is
// half of each one's (proc_pid_smaps(5)). What the kernel keeps for itself (the thread's own stack in the
// kernel, page tables) stands in no process' count.
import { readFileSync } from 'node:fs';

/** Proportional set size of a process, in bytes; of a process that is gone, 0. */
export function memoryOf(pid: number | 'self'): number {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return 0;
    throw error;
  }
  const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(text) ?? [];
  if (kilobytes === undefined) throw new Error(`/proc/${pid}/smaps_rollup names no Pss`);
  return Number(kilobytes) * 1024;
}

/** The limit on this control group's threads and processes, where one is set. */
export function groupLimit(): number {
  try {
    const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'latin1'))?.[1] ?? '';
    const text = readFileSync(`/sys/fs/cgroup${own}/pids.max`, 'latin1').trim();
    return text === 'max' ? Number.POSITIVE_INFINITY : Number(text);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
