// Blocking drivers allocate nothing per event: a million operations each, counted by the collector's
// own figures in a process of their own. An allocation on the hot path would be paid for by a pause
// in somebody's measurement.
import { execFile } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, type TestContext } from 'vitest';
import { driverIds, findDriver } from '../../lab/drivers/find.ts';
import type { Allocations } from './allocations.ts';

const program = join(import.meta.dirname, 'allocations.ts');
const OPERATIONS = 1_000_000;
/** Of drivers that wait for the disk each time. */
const DISK_OPERATIONS = 60_000;
/** Of the one that hands each operation to a thread of the kernel's, and waits for its turn. */
const THREAD_OPERATIONS = 200_000;
const WAITS = 400;
/** A driver whose operations pass through another thread takes many times as long as others. */
const LIMIT_MS = 150_000;
/** What the measurement itself and a late compilation cost, whatever the number of operations. */
const MOST_BYTES = 200_000;
/** A filter forbids it, or the disk cannot be polled. */
const MISSING = new RegExp(
  `EPERM|ENOSYS|ended with -${constants.errno.EOPNOTSUPP}\\b|is no NVMe controller`,
);
const run = promisify(execFile);

async function allocationsOf(
  driver: string,
  device: string,
  operations = OPERATIONS,
): Promise<Allocations> {
  const args = ['--expose-gc', program, driver, device, String(operations)];
  const { stdout } = await run(process.execPath, args, { timeout: LIMIT_MS });
  return JSON.parse(stdout) as Allocations;
}

const isClean = ({ heap_bytes, collections }: Allocations): boolean =>
  heap_bytes < MOST_BYTES && collections === 0;

/** A device of each kind that a driver may claim, here. */
const devices: Readonly<Record<string, string>> = { stream: 'fifo', block: 'file' };

async function check(
  context: TestContext,
  id: string,
  device: string,
  operations?: number,
): Promise<void> {
  const result = await allocationsOf(id, device, operations).catch((error: Error) => error);
  if (result instanceof Error && MISSING.test(result.message)) {
    return context.skip(`${id} is forbidden here: ${result.message.split('\n').at(-1)}`);
  }
  if (result instanceof Error) throw result;
  expect(
    isClean(result),
    `${JSON.stringify(result)}: something on the hot path makes an object or boxes a number; ` +
      'keep doubles in typed arrays and addresses in kept() (lab/drivers/parts/slots.ts)',
  ).toBe(true);
}

describe('operations', { timeout: LIMIT_MS + 10_000 }, async () => {
  it('would be found out if each allocated one small object', async () => {
    expect(isClean(await allocationsOf('deliberate', 'none'))).toBe(false);
  });

  for (const id of driverIds()) {
    const driver = await findDriver(id);
    if (driver.loop !== 'blocking' || !driver.platforms.includes(process.platform)) continue;
    for (const kind of driver.serves) {
      const device = driver.mechanism === 'reference' ? 'null' : devices[kind];
      if (device === undefined) continue;
      const own = id === 'io-uring-sqpoll' ? THREAD_OPERATIONS : OPERATIONS;
      const operations = driver.page_cache === 'past' ? DISK_OPERATIONS : own;
      it(`of ${id} on ${device} allocate nothing`, context =>
        check(context, id, device, operations));
      if (device !== 'fifo') continue;
      // Waiting is the other half of the hot path: a driver may ask thousands of times per event.
      it(`of ${id} allocate nothing while they wait`, context =>
        check(context, id, 'trickle', WAITS));
    }
  }
});
