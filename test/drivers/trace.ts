// The system calls of one driver's thread in a real cell, as strace sees them: the cell runs its
// usual workload on the lab's fifo, and what its thread calls between opening and closing the device
// is counted; and beside it what other threads or processes call that have touched the device. What a
// driver says of itself cannot be checked by reading its own counters.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOneCell } from './one-cell.ts';

/** Calls that wait, ask or move bytes; a question mark lets an architecture lack one. */
const TRACED = [
  ...['openat', 'close', 'dup3', 'read', '?poll', 'ppoll', '?select', 'pselect6', 'io_uring_enter'],
  ...['?epoll_wait', 'epoll_pwait', '?epoll_pwait2', 'epoll_ctl', 'rt_sigtimedwait'],
  ...['nanosleep', 'clock_nanosleep', 'sched_yield', '?io_getevents', '?io_pgetevents'],
  ...['pread64', 'preadv', 'preadv2', 'pwrite64', 'pwritev', 'pwritev2', '?io_submit'],
];
/** One mechanism, whatever number the C library takes for it. */
const SAME: Readonly<Record<string, string>> = {
  ppoll: 'poll',
  pselect6: 'select',
  epoll_pwait: 'epoll_wait',
  epoll_pwait2: 'epoll_wait',
  clock_nanosleep: 'nanosleep',
  io_pgetevents: 'io_getevents',
  clone: 'clone3',
};

/** Why there is no tracing here, or undefined where there is. */
export function whyNoTrace(): string | undefined {
  if (process.platform !== 'linux') return 'strace is a program of Linux';
  const { error, status, stderr } = spawnSync('strace', ['-o', '/dev/null', 'true'], {
    encoding: 'utf8',
  });
  if (error) return 'strace is not installed: apt install strace';
  return status === 0 ? undefined : `strace may not trace here: ${stderr.trim().split('\n')[0]}`;
}

/**
 * Calls by name, those on a descriptor with what it is: `read device`, `read eventfd`. A signal that
 * interrupted the thread stands among them: `signal SIGIO`.
 */
export type Calls = ReadonlyMap<string, number>;

export interface Trace {
  readonly calls: Calls;
  /** What others called, threads and processes, each from its first call on the device. */
  readonly helpers: Calls;
  /** The call that opened the device. */
  readonly opened: string;
  readonly lines: readonly string[];
}

/**
 * Run one cell of `driver` under strace. `also` names calls that Node's own threads make at any time, so
 * that they are traced only where they are expected. Throws what the cell says where it fails.
 */
export async function traceCell(
  driver: string,
  parameters: Readonly<Record<string, string>> = {},
  on: 'fifo' | 'file' = 'fifo',
  also: readonly string[] = [],
): Promise<Trace> {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-trace-'));
  try {
    const output = join(folder, 'trace');
    const traced = [...TRACED, ...also].join(',');
    const under = ['strace', '-f', '-y', '-qq', '-o', output, '-e', `trace=${traced}`];
    const path = await runOneCell({ driver, parameters, on, under });
    return callsOf(readFileSync(output, 'latin1'), path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the thread that opened `path` called from then on until it closed it, and what its helpers did. */
export function callsOf(trace: string, path: string): Trace {
  const calls = new Map<string, number>();
  const helpers = new Map<string, number>();
  const helping = new Set<string>();
  const lines: string[] = [];
  let opened = '';
  let thread: string | undefined;
  for (const line of trace.split('\n')) {
    const one = lineOf(line);
    if (one === undefined) continue;
    const { tid, call, rest } = one;
    if (thread === undefined) {
      if (call !== 'openat' || !rest.includes(`"${path}"`)) continue;
      thread = tid;
      opened = line;
      continue;
    }
    if (tid === thread && closes(one, path)) break;
    if (tid !== thread && !helping.has(tid)) {
      if (!rest.includes(`<${path}>`)) continue;
      helping.add(tid);
    }
    const name = nameOf(call, rest, path);
    if (name === undefined) continue;
    const into = tid === thread ? calls : helpers;
    into.set(name, (into.get(name) ?? 0) + 1);
    if (tid === thread) lines.push(line);
  }
  return { calls, helpers, opened, lines };
}

interface Line {
  readonly tid: string;
  readonly call: string;
  readonly rest: string;
}

/** A call that another thread's line interrupts stands twice; its second half has no name here. */
function lineOf(line: string): Line | undefined {
  const [, tid, call, rest] = /^(\d+)\s+(\w+)\((.*)$/.exec(line) ?? [];
  if (call !== undefined) return { tid: tid!, call, rest: rest! };
  const [, interrupted, signal] = /^(\d+)\s+--- (SIG\w+) /.exec(line) ?? [];
  return signal === undefined ? undefined : { tid: interrupted!, call: 'signal', rest: signal };
}

/** A descriptor also ends when another becomes its copy (dup(2)). */
const closes = ({ call, rest }: Line, path: string): boolean =>
  (call === 'close' && rest.includes(`<${path}>`)) ||
  (call === 'dup3' && rest.includes(`<${path}>, O_CLOEXEC`));

function nameOf(call: string, rest: string, path: string): string | undefined {
  const name = SAME[call] ?? call;
  if (['openat', 'close', 'dup3'].includes(name)) return undefined;
  if (name === 'signal') return `signal ${rest}`;
  if (name === 'futex') return rest.includes('FUTEX_WAIT') ? 'futex wait' : undefined;
  if (name === 'io_uring_enter' && rest.includes('GETEVENTS')) return 'io_uring_enter and wait';
  if (name === 'pread64' || name === 'pwrite64')
    return rest.includes(`<${path}>`) ? `${name.slice(0, -2)} device` : name;
  if (name !== 'read') return name;
  const [, what = ''] = /^\d+<(.*?)>,/.exec(rest) ?? [];
  if (what === path) return 'read device';
  const [, kind] = /^(?:anon_inode:\[?)?(eventfd|signalfd|pipe)/.exec(what) ?? [];
  // The accounting reads files of /proc at both edges of the counted part.
  return kind ? `read ${kind}` : undefined;
}
