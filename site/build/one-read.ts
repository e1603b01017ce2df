// Records what the kernel does during one read of a program, from its own trace events, and writes the
// usual one of many:   sudo node site/build/one-read.ts MACHINE [READS]
// MACHINE is a folder of lab/records/published; `-` prints instead of writing. Needs root and tracefs (it
// is mounted for the moment where it is not). What it switches on is in an instance of its own, so that
// nobody else's tracing is touched, and is gone at the end.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { auditHost } from '../../lab/measure/host.ts';
import { findRead, middleRead, type OneRead, parseTrace } from '../data/one-read.ts';
import { inProject } from '../data/root.ts';

const READS = 400;
const BYTES = 4096;
const FILE_BYTES = 32 * 2 ** 20;
const BUFFER_KB = 8192;
const LIMIT_MS = 60_000;
const TRACEFS = '/sys/kernel/tracing';
const PROGRAM = ['lab', 'examples', 'one-read.ts'] as const;

/** Event and what it is filtered by: only the program's own, where an event says whose it is. */
const EVENTS = (pid: number): readonly (readonly [event: string, filter: string])[] => [
  ['syscalls/sys_enter_pread64', `common_pid == ${pid}`],
  ['syscalls/sys_exit_pread64', `common_pid == ${pid}`],
  ['block/block_bio_queue', `common_pid == ${pid}`],
  ['block/block_rq_issue', `common_pid == ${pid}`],
  ['block/block_rq_complete', '0'],
  ['irq/irq_handler_entry', '0'],
  ['sched/sched_switch', `prev_pid == ${pid} || next_pid == ${pid}`],
  ['sched/sched_waking', `pid == ${pid}`],
];

class Tracer {
  readonly #folder: string;
  readonly #mounted: string | undefined;

  /** Throws Error where this machine cannot. */
  constructor() {
    const there = existsSync(join(TRACEFS, 'instances'));
    this.#mounted = there ? undefined : mount();
    this.#folder = join(this.#mounted ?? TRACEFS, 'instances', `iolab-${process.pid}`);
    mkdirSync(this.#folder);
  }

  begin(pid: number): void {
    this.#set('tracing_on', '0');
    this.#set('trace_clock', 'mono');
    this.#set('buffer_size_kb', String(BUFFER_KB));
    for (const [event, filter] of EVENTS(pid)) {
      this.#set(`events/${event}/filter`, filter);
      this.#set(`events/${event}/enable`, '1');
    }
    this.#set('tracing_on', '1');
  }

  /** Stops, and tells what was seen. */
  end(): string {
    this.#set('tracing_on', '0');
    return readFileSync(join(this.#folder, 'trace'), 'utf8');
  }

  close(): void {
    // An instance goes by rmdir, with all that was switched on in it.
    rmdirSync(this.#folder);
    if (this.#mounted === undefined) return;
    execFileSync('umount', [this.#mounted]);
    rmdirSync(this.#mounted);
  }

  #set(name: string, value: string): void {
    writeFileSync(join(this.#folder, name), value);
  }
}

function mount(): string {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-tracefs-'));
  try {
    execFileSync('mount', ['-t', 'tracefs', 'nodev', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmdirSync(folder);
    throw new Error('tracefs cannot be mounted here: it needs root, and a kernel with tracing');
  }
}

/** Filled and flushed: a hole would be answered without the disk. */
function fill(path: string): void {
  const fd = openSync(path, 'wx', 0o600);
  try {
    const block = Buffer.alloc(2 ** 20, 0xa5);
    for (let done = 0; done < FILE_BYTES; done += block.length) writeSync(fd, block);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Traces so many reads. Throws Error where tracing is not possible, or not one read was undisturbed. */
export async function recordOneRead(
  machine: string,
  reads: number,
  command: string,
): Promise<OneRead> {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-one-read-'));
  const path = join(folder, 'file');
  try {
    fill(path);
    const { pid, times_ns, text } = await traced(path, reads);
    const events = parseTrace(text);
    const found = Array.from({ length: reads }, (_, i) =>
      findRead(events, pid, times_ns[2 * i]!, times_ns[2 * i + 1]!),
    ).filter(one => one !== undefined);
    const usual = middleRead(found);
    if (usual === undefined)
      throw new Error(
        `of ${reads} reads none was one request, one sleep and one interrupt: is ${folder} on a disk?`,
      );
    const { processor } = auditHost();
    return {
      machine,
      kernel: release(),
      node: process.versions.node,
      evidence: { device: processor === 'metal' ? 'hardware' : 'virtual', processor },
      bytes: BYTES,
      reads,
      undisturbed: found.length,
      command,
      ...usual,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function traced(path: string, reads: number) {
  const tracer = new Tracer();
  const child = spawn(process.execPath, [inProject(...PROGRAM), path, String(reads)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: LIMIT_MS,
  });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const say = async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error('the program that reads ended early: see its message above');
      return JSON.parse(value) as unknown;
    };
    const { pid } = (await say()) as { pid: number };
    tracer.begin(pid);
    child.stdin.end('\n');
    const { times_ns } = (await say()) as { times_ns: readonly number[] };
    return { pid, times_ns, text: tracer.end() };
  } finally {
    if (child.exitCode === null && child.signalCode === null) {
      child.stdin.destroy();
      await once(child, 'exit');
    }
    tracer.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [machine, reads = String(READS)] = process.argv.slice(2);
  if (machine === undefined) throw new Error('node site/build/one-read.ts MACHINE [READS]');
  const command = `node site/build/one-read.ts ${machine}`;
  const read = await recordOneRead(machine, Number(reads), command);
  const text = `${JSON.stringify(read, null, 1)}\n`;
  if (machine === '-') process.stdout.write(text);
  else writeFileSync(inProject('site', 'data', 'traces', 'one-read.json'), text);
}
