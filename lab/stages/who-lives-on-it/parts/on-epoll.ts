// Node's own calls on Linux: a process of its own does the work under strace(1), and what all of its threads
// call between two marks is counted. A mark is a question for a file that nobody has.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Unsupported } from '../../../errors.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { BEGUN, ENDED } from './marks.ts';
import type { Kind } from './work.ts';

const PROGRAM = fileURLToPath(new URL('./traced.ts', import.meta.url));
const LIMIT_MS = 60_000;
const WAITS = /^(epoll_wait|epoll_pwait2?)$/;
const MOVES = /^(read|readv|write|writev|pread64|pwrite64|recvfrom|recvmsg|sendto|sendmsg)$/;
/** A question mark lets an architecture lack one. */
const TRACED = [
  ...['?epoll_wait', 'epoll_pwait', '?epoll_pwait2', 'epoll_ctl', 'read', 'readv', 'write'],
  ...['writev', 'pread64', 'pwrite64', 'recvfrom', 'recvmsg', 'sendto', 'sendmsg'],
  ...['io_uring_enter', '?access', 'faccessat', '?faccessat2'],
];

export function countOnEpoll(
  { platform, parameters, target }: StageContext,
  kind: Kind,
): StageResult {
  if (!platform.linux) throw new Unsupported('epoll exists on Linux only', 'run it on Linux');
  const exchanges = whole(parameters, 'exchanges');
  const output = join(target.path, 'trace');
  const words = ['-f', '-y', '-qq', '-o', output, '-e', `trace=${TRACED.join(',')}`];
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', PROGRAM];
  const { error, status, stderr } = spawnSync(
    'strace',
    [...words, ...node, kind, String(exchanges)],
    { encoding: 'utf8', timeout: LIMIT_MS, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    throw new Unsupported('strace is not installed', 'apt install strace');
  }
  if (error) throw error;
  if (status !== 0) throw new Unsupported(`strace may not trace here: ${lastLine(stderr)}`, '');
  try {
    return { n: exchanges, ...countTrace(readFileSync(output, 'latin1'), exchanges) };
  } finally {
    rmSync(output, { force: true });
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/** The calls between the marks, and what was told to epoll before the end. Pure. */
export function countTrace(
  trace: string,
  exchanges: number,
): Pick<StageResult, 'totals' | 'notes'> {
  let [inside, associated, waits, posts, starts] = [false, 0, 0, 0, 0];
  const by_name = new Map<string, number>();
  for (const line of trace.split('\n')) {
    // A call that another thread's line interrupts stands twice; its second half has no name here.
    const [, name, rest] = /^\d+\s+(\w+)\((.*)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) continue;
    if (rest.includes(BEGUN)) inside = true;
    else if (rest.includes(ENDED)) inside = false;
    if (name === 'epoll_ctl' && rest.includes('EPOLL_CTL_ADD')) associated++;
    // Where it may, libuv tells epoll through a ring: each entry is an epoll_ctl.
    if (name === 'io_uring_enter') associated += Number(/^\d+<[^>]*>, (\d+)/.exec(rest)?.[1] ?? 0);
    if (!inside || /access/.test(name)) continue;
    by_name.set(name, (by_name.get(name) ?? 0) + 1);
    if (WAITS.test(name)) waits++;
    // A thread of the pool wakes the loop by a flag; the loop reads it again.
    else if (/^\d+<anon_inode:\[eventfd\]>/.test(rest)) posts += name === 'write' ? 1 : 0;
    else if (MOVES.test(name)) starts++;
  }
  const calls = [...by_name].map(([name, count]) => `${name} ${count}`).join(', ');
  return {
    totals: {
      associated,
      waits_per_op: waits / exchanges,
      posts_per_op: posts / exchanges,
      starts_per_op: starts / exchanges,
    },
    notes: [`counted between the marks: ${calls}`],
  };
}
