// Runs in a process of its own (node --expose-gc): a million operations through a real engine, and
// what they allocated. Memory grows by allocation until a collection takes it back, so growth and
// the number of collections together show every allocation. heap.test.ts starts it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { READ, type Target } from '../../lab/drivers/driver.ts';
import { findDriver } from '../../lab/drivers/find.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { Platform } from '../../lab/ffi/platform.ts';
import { nullTarget, openBlocks } from '../conformance/lines.ts';

export interface Allocations {
  readonly operations: number;
  /** Bytes of heap that are in use more than before. */
  readonly heap_bytes: number;
  readonly collections: number;
}

const BYTES = 16;
/** Past the page cache whole blocks are read. */
const BLOCK_BYTES = 4096;
const NO_DEADLINE = Number.POSITIVE_INFINITY;

let collections = 0;
const observer = new PerformanceObserver(list => {
  collections += list.getEntries().length;
});
observer.observe({ entryTypes: ['gc'] });

/** Allocated while `work` ran, beyond what an empty measurement shows. */
async function allocatedBy(operations: number, work: () => void): Promise<Allocations> {
  gc!();
  gc!();
  // Notices of these two collections come late; they are not the work's.
  await sleep(20);
  collections = 0;
  const before = process.memoryUsage().heapUsed;
  work();
  const after = process.memoryUsage().heapUsed;
  await sleep(20);
  return { operations, heap_bytes: after - before, collections };
}

async function engineWork(platform: Platform, id: string, target: Target) {
  const context = { platform, target, depth: 1, slot_bytes: 4096, parameters: {} };
  const driver = await findDriver(id);
  const engine = await driver.open(context);
  if (engine.loop !== 'blocking') throw new Error(`${id} lives on the event loop`);
  const slots = new Uint32Array([0]);
  const { operations, completions } = engine;
  operations.opcode[0] = READ;
  operations.length_bytes[0] = driver.page_cache === 'past' ? BLOCK_BYTES : BYTES;
  const work = (count: number): void => {
    for (let i = 0; i < count; i++) {
      engine.submit(slots, 1);
      if (engine.wait(1, NO_DEADLINE) !== 1 || completions.result[0]! < 1) {
        throw new Error(`operation ${i} of ${id} ended with ${completions.result[0]}`);
      }
    }
  };
  return { work, close: () => engine.close() };
}

const FLOOD = 'exec cat /dev/zero > "$0"';
/** A message every millisecond or two, so that a driver has to wait for each. */
const TRICKLE = 'exec > "$0"; while printf 0123456789abcdef; do sleep 0.001; done';

/** A pipe that another process fills without end. */
function filledPipe(platform: Platform, script: string): { target: Target; close: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-heap-'));
  const path = join(folder, 'fifo');
  platform.posix.mkfifo(path, 0o600);
  const writer = spawn('/bin/sh', ['-c', script, path], { stdio: 'ignore' });
  const close = () => {
    writer.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    target: { device: 'fifo', kind: 'stream', path, tty: false, writable: false },
    close,
  };
}

function targetFor(platform: Platform, device: string): { target: Target; close: () => void } {
  if (device === 'null') return { target: nullTarget, close() {} };
  if (device === 'fifo') return filledPipe(platform, FLOOD);
  if (device === 'trickle') return filledPipe(platform, TRICKLE);
  const { target, close } = openBlocks(1);
  return { target: { ...target, direct: false }, close };
}

const [id = '', device = '', count = ''] = process.argv.slice(2);
const operations = Number(count);
const WARM_UP = Math.min(60_000, operations / 2);

if (id === 'deliberate') {
  // The self-check: one small object an operation, kept long enough that none is optimised away.
  const kept: object[] = new Array(64);
  const work = (n: number) => {
    for (let i = 0; i < n; i++) kept[i & 63] = { i };
  };
  work(WARM_UP);
  console.log(JSON.stringify(await allocatedBy(operations, () => work(operations))));
} else {
  const platform = await loadPlatform();
  const { target, close } = targetFor(platform, device);
  try {
    const engine = await engineWork(platform, id, target);
    // Compiled and settled first: what is measured is the running lab, not the start of it.
    for (let i = 0; i < 3; i++) {
      engine.work(WARM_UP / 3);
      await setImmediate();
    }
    const result = await allocatedBy(operations, () => engine.work(operations));
    await engine.close();
    console.log(JSON.stringify(result));
  } finally {
    close();
  }
}
