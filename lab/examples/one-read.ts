// One read after the other from a file, past the page cache, each stamped before and after:
//   node lab/examples/one-read.ts FILE [READS]
// Prints its process's number, waits for a line of input (so that a tracer can find it), reads, and tells
// when each read began and ended. Run it under strace or under site/build/one-read.ts and see what the
// kernel did in between.
import { constants, readSync, statSync } from 'node:fs';
import { SystemCallError, Unsupported, WrongUsage } from '../errors.ts';
import { loadPlatform } from '../ffi/load.ts';

const BLOCK_BYTES = 4096;
/** Between two reads, so that each is alone. */
const PAUSE_NS = 2e6;
/** Any number that shares nothing with powers of two walks through all blocks. */
const STRIDE = 1009;

async function main(path: string | undefined, count = '20'): Promise<void> {
  const reads = Number(count);
  if (path === undefined || !Number.isInteger(reads) || reads < 1)
    throw new WrongUsage('node lab/examples/one-read.ts FILE [READS]');
  if (!constants.O_DIRECT) throw new Unsupported('this system has no O_DIRECT', 'use Linux');
  const blocks = Math.floor(statSync(path).size / BLOCK_BYTES);
  if (blocks < 1) throw new WrongUsage(`${path} has less than one block of ${BLOCK_BYTES} bytes`);
  const { posix, memory, stamp, now, sleepUntil, errno, errnoName } = await loadPlatform();
  const fd = posix.open(path, constants.O_RDONLY | constants.O_DIRECT);
  const block = memory(BLOCK_BYTES);
  const times_ns = new Float64Array(2 * reads);

  process.stdout.write(`${JSON.stringify({ pid: process.pid, clock: 'CLOCK_MONOTONIC' })}\n`);
  readSync(0, new Uint8Array(1));

  for (let i = 0; i < reads; i++) {
    sleepUntil(now() + PAUSE_NS);
    const offset = ((i * STRIDE) % blocks) * BLOCK_BYTES;
    stamp(times_ns, 2 * i);
    const got = posix.pread(fd, block.address, BLOCK_BYTES, offset);
    stamp(times_ns, 2 * i + 1);
    if (got < 0) throw new SystemCallError('pread', errnoName(errno()));
  }

  posix.close(fd);
  block.free();
  process.stdout.write(`${JSON.stringify({ times_ns: [...times_ns] })}\n`);
}

main(...(process.argv.slice(2) as [string | undefined, string | undefined])).catch(
  (error: Error) => {
    process.stderr.write(`one-read: ${error.message}\n`);
    process.exitCode = error instanceof WrongUsage ? 2 : error instanceof Unsupported ? 3 : 1;
  },
);
