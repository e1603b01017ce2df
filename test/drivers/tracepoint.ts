// What a cell hands to io_uring, as the kernel's own tracepoint tells it: strace sees the calls and not
// the entries. Each recording has an instance of its own in tracefs, so it disturbs no other, and takes it
// away again. Source: the kernel's Documentation/trace/ftrace.rst, "Instances".
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OneCell, runOneCell } from './one-cell.ts';

const USUAL = '/sys/kernel/tracing';
const EVENT = 'events/io_uring/io_uring_submit_req';
const PREFIX = 'iolab-';

export interface Submission {
  /** As the kernel names it: `READ_FIXED`. */
  readonly opcode: string;
  /** Of the request; the lowest bits are those of the entry (IOSQE_…). */
  readonly flags: number;
  /** The kernel's thread took it from the ring, and no call of the program's did. */
  readonly by_thread: boolean;
}

/** Use tracefs where it is mounted, or mounted for `work` alone. Throws where it cannot be. */
async function withTracefs<T>(work: (root: string) => T | Promise<T>): Promise<T> {
  if (existsSync(join(USUAL, 'events'))) return work(USUAL);
  const root = mkdtempSync(join(tmpdir(), 'iolab-tracefs-'));
  try {
    const { status, stderr } = spawnSync('mount', ['-t', 'tracefs', 'nodev', root], {
      encoding: 'utf8',
    });
    if (status !== 0)
      throw new Error(`tracefs: ${(stderr ?? 'no mount(8)').trim().split('\n')[0]}`);
    try {
      return await work(root);
    } finally {
      spawnSync('umount', [root]);
    }
  } finally {
    rmdirSync(root);
  }
}

/** Why nothing can be recorded here, or undefined where it can. */
export async function whyNoTracepoint(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'tracefs is a part of Linux';
  if (process.getuid?.() !== 0) return 'only root may read tracefs';
  try {
    return await withTracefs(root =>
      existsSync(join(root, EVENT)) ? undefined : `this kernel has no tracepoint ${EVENT}`,
    );
  } catch (error) {
    return (error as Error).message;
  }
}

/** Instances that a killed test has left. */
function sweep(instances: string): void {
  for (const name of readdirSync(instances)) {
    const pid = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : '';
    if (/^\d+$/.test(pid) && !existsSync(`/proc/${pid}`)) rmdirSync(join(instances, name));
  }
}

/** What a cell submits, from its beginning to its end. Throws what the cell says where it fails. */
export function submissionsOf(one: OneCell): Promise<Submission[]> {
  return withTracefs(async root => {
    const instances = join(root, 'instances');
    sweep(instances);
    const instance = join(instances, `${PREFIX}${process.pid}`);
    mkdirSync(instance);
    const write = (file: string, text: string) => writeFileSync(join(instance, file), text);
    try {
      let pid = 0;
      await runOneCell({
        ...one,
        started(number) {
          pid = number;
          // The thread that submits for the program has a number of its own.
          write(`${EVENT}/filter`, `common_pid == ${pid} || sq_thread == 1`);
          write(`${EVENT}/enable`, '1');
        },
      });
      write(`${EVENT}/enable`, '0');
      return submissionsIn(readFileSync(join(instance, 'trace'), 'latin1'), pid);
    } finally {
      rmdirSync(instance);
    }
  });
}

/** The lines of process `pid`, and of the thread that the kernel has named for it. */
export function submissionsIn(trace: string, pid: number): Submission[] {
  return trace.split('\n').flatMap(line => {
    const [, name, tid, rest] =
      /^\s*(.*)-(\d+)\s+\[\d+\].*? io_uring_submit_req: (.*)$/.exec(line) ?? [];
    const [, opcode, flags, thread] =
      /opcode (\w+), flags 0x([0-9a-f]+), sq_thread (\d)/.exec(rest ?? '') ?? [];
    if (opcode === undefined) return [];
    if (Number(tid) !== pid && name !== `iou-sqp-${pid}`) return [];
    // Node's own loop has a ring too, and changes what its epoll watches through that.
    if (opcode === 'EPOLL') return [];
    return [{ opcode, flags: Number.parseInt(flags!, 16), by_thread: thread === '1' }];
  });
}
