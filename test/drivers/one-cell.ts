// One real cell with its usual workload on a device of its own, for tests that watch from outside what
// the cell's driver does: by a program that starts it, or by its process' number.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CellEvent, CellJob, WorkloadPlan } from '../../lab/cell/protocol.ts';
import { startDevice } from '../../lab/run/cells.ts';

const cell = join(import.meta.dirname, '../../lab/cell/main.ts');
const FILE_BYTES = 2 ** 20;
const BLOCK_BYTES = 4096;
/** Messages on a pipe, or reads of a file. */
export const MESSAGES = 100;
const GAP_NS = 2e6;
const WARMUP = 20;
const EPOCH = 7;
const LIMIT_MS = 20_000;

export interface OneCell {
  readonly driver: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly on?: 'fifo' | 'file';
  /** A program that starts the cell, and its arguments. */
  readonly under?: readonly string[];
  /** Called with the number of what was started, before the cell is told its job. */
  readonly started?: (pid: number) => void;
}

/** Returns the path of the device. Throws what the cell says where it fails. */
export async function runOneCell(one: OneCell): Promise<string> {
  const { driver, parameters = {}, on = 'fifo' } = one;
  const folder = mkdtempSync(join(tmpdir(), 'iolab-cell-'));
  const aborter = new AbortController();
  const device = await startDevice(on, folder, { bytes: String(FILE_BYTES) }, aborter.signal);
  try {
    const { target } = device;
    const workload: WorkloadPlan =
      on === 'fifo'
        ? { kind: 'stamped-read', samples: MESSAGES, epoch: EPOCH }
        : {
            kind: 'random-read',
            samples: MESSAGES,
            duration_ms: 0,
            warmup_ms: 0,
            block_bytes: BLOCK_BYTES,
            seed: EPOCH,
          };
    const job: CellJob = { do: 'measure', driver, target, depth: 1, parameters, workload };
    const offsets_ns = Array.from({ length: MESSAGES }, (_, i) => i * GAP_NS);
    await run(one, job, async () => {
      if (!device.stimulates) return;
      await device.stimulate({ offsets_ns, warmup: WARMUP, epoch: EPOCH }, LIMIT_MS);
    });
    return target.path;
  } finally {
    await device.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `whenReady` is called once the cell is; resolves when it has said its result. */
async function run(
  { under = [], started }: OneCell,
  job: CellJob,
  whenReady: () => Promise<void>,
): Promise<void> {
  const node = [process.execPath, '--expose-gc', '--disable-warning=ExperimentalWarning', cell];
  const [program, ...args] = [...under, ...node];
  const child = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'], timeout: LIMIT_MS });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  if (child.pid !== undefined) started?.(child.pid);
  child.stdin.write(`${JSON.stringify(job)}\n`);
  let last: CellEvent | undefined;
  let sent = Promise.resolve();
  for await (const line of createInterface({ input: child.stdout })) {
    last = JSON.parse(line) as CellEvent;
    if (last.event === 'ready') sent = whenReady();
  }
  await Promise.all([ended, sent]);
  if (last?.event === 'result') return;
  throw new Error(last?.event === 'failed' ? last.message : `the cell ended with ${last?.event}`);
}
