// What the two kinds of AIO promise beyond the common suite: where native AIO sleeps although it is
// called asynchronous, what closing POSIX AIO does to other threads, and what is refused.
import { readFileSync, statfsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlockingEngine } from '../../lab/drivers/driver.ts';
import { findDriver } from '../../lab/drivers/find.ts';
import { Unsupported } from '../../lab/errors.ts';
import { IOCB_CMD_PREAD } from '../../lab/ffi/linux/constants.ts';
import {
  IO_EVENT_BYTES,
  IO_EVENT_RESULT,
  IOCB_BUFFER,
  IOCB_BYTES,
  IOCB_FD,
  IOCB_LENGTH,
  IOCB_OPCODE,
} from '../../lab/ffi/linux/structs.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { Memory } from '../../lab/ffi/platform.ts';
import {
  BLOCK_BYTES,
  type Blocks,
  type Line,
  openBlocks,
  openFifo,
  openTerminal,
} from '../conformance/lines.ts';
import { contextFor, Session } from '../conformance/session.ts';

const platform = await loadPlatform();
const { linux, posix } = platform;

/** Why a driver cannot be tried here, or undefined where it can. */
async function whyNot(id: string, file: Blocks): Promise<string | undefined> {
  const answer = await (await findDriver(id)).probe(contextFor(platform, file.target));
  return answer.ok ? undefined : `${id} is not here: ${answer.reason}`;
}

describe.runIf(linux)('native AIO', () => {
  let file: Blocks;
  let memory: Memory;
  let context = 0;
  beforeEach(() => {
    file = openBlocks(256);
    memory = platform.memory(2 * 4096 + 1024 * 1024);
    linux!.io_setup(1, memory.address);
    context = Number(new BigUint64Array(memory.bytes.buffer, 0, 1)[0]);
  });
  afterEach(() => {
    if (context !== 0) linux!.io_destroy(context);
    memory.free();
    file.close();
  });

  const EVENT = 1024;
  const REQUEST = 2048;
  const BUFFER = 8192;

  /** One read into the buffer, by hand. Returns what io_submit returned. */
  function submitRead(fd: number, length: number): number {
    const view = new DataView(memory.bytes.buffer, REQUEST);
    view.setUint16(IOCB_OPCODE, IOCB_CMD_PREAD, true);
    view.setUint32(IOCB_FD, fd, true);
    view.setBigUint64(IOCB_BUFFER, BigInt(memory.address + BUFFER), true);
    view.setBigUint64(IOCB_LENGTH, BigInt(length), true);
    const pointers = REQUEST + IOCB_BYTES;
    view.setBigUint64(IOCB_BYTES, BigInt(memory.address + REQUEST), true);
    return linux!.io_submit(context, 1, memory.address + pointers);
  }

  /** The result of an operation that has ended by now; undefined where it has not. */
  function endedWith(min = 0): number | undefined {
    const got = linux!.io_getevents(context, min, 1, memory.address + EVENT, 0);
    if (got === 0) return undefined;
    return new DataView(memory.bytes.buffer, EVENT, IO_EVENT_BYTES).getInt32(IO_EVENT_RESULT, true);
  }

  it('sleeps in io_submit where a pipe is empty, and so serves no streams', async test => {
    const why = await whyNot('linux-aio', file);
    if (why) return test.skip(why);
    const line = openFifo(platform);
    const fd = posix.open(line.target.path, 0);
    const feeder = line.feed([{ pause_ms: 200 }, { text: 'abc' }]);
    try {
      expect(submitRead(fd, 8)).toBe(1);
      expect(endedWith(), 'when it returned, what was sent later had been read').toBe(3);
      expect((await findDriver('linux-aio')).serves).toEqual(['block']);
    } finally {
      feeder.stop();
      posix.close(fd);
      line.close();
    }
  });

  it('cannot cancel a read of a disk', async test => {
    const why = await whyNot('linux-aio', file);
    if (why) return test.skip(why);
    const { O_DIRECT } = await import('node:fs').then(fs => fs.constants);
    const fd = posix.open(file.target.path, file.target.direct ? O_DIRECT : 0);
    try {
      expect(submitRead(fd, 2 ** 20)).toBe(1);
      const cancelled = linux!.io_cancel(context, memory.address + REQUEST, memory.address + EVENT);
      expect([cancelled, platform.errnoName(platform.errno())]).toEqual([-1, 'EINVAL']);
      expect(endedWith(1), 'it ends as if nothing had been said').toBe(2 ** 20);
    } finally {
      posix.close(fd);
    }
  });

  /** Of `count` reads, one after the other: how many had ended when io_submit returned. */
  async function endedAtOnce(direct: boolean, count: number): Promise<number> {
    const driver = await findDriver('linux-aio');
    const target = { ...file.target, direct };
    const session = await Session.open(driver, platform, target, { depth: 1 });
    let at_once = 0;
    for (let i = 0; i < count; i++) {
      session.read(0, BLOCK_BYTES, i * BLOCK_BYTES);
      const early = await session.wait(0, 0);
      at_once += early.length;
      if (early.length === 0) await session.one();
    }
    await session.close();
    return at_once;
  }

  it('is asynchronous past the page cache only', async test => {
    const why = await whyNot('linux-aio', file);
    if (why) return test.skip(why);
    const COUNT = 100;
    expect(await endedAtOnce(false, COUNT), 'through the cache io_submit reads itself').toBe(COUNT);
    const TMPFS = 0x01021994;
    if (!file.target.direct || statfsSync(file.target.path).type === TMPFS) {
      return test.skip(
        'the temporary folder is no disk that takes O_DIRECT: only the cache was tried',
      );
    }
    expect(await endedAtOnce(true, COUNT), 'a disk takes longer than the call').toBeLessThan(COUNT);
  });

  it('says what to do where the limit of all programs is reached', async test => {
    const most = Number(readFileSync('/proc/sys/fs/aio-max-nr', 'latin1'));
    if (most > 100_000) return test.skip(`fs.aio-max-nr is ${most}: too many slots to try`);
    const depth = most + 1;
    const opening = (await findDriver('linux-aio')).open(
      contextFor(platform, file.target, { depth, slot_bytes: 512 }),
    );
    const error = await opening.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Unsupported);
    expect(error).toMatchObject({ errno: 'EAGAIN', fix: expect.stringContaining('fs.aio-max-nr') });
  });
});

describe.runIf(linux)('POSIX AIO', () => {
  let line: Line;
  beforeEach(() => {
    line = openFifo(platform);
  });
  afterEach(() => line.close());
  const open = async (id: string, on: Line, depth = 4) =>
    Session.open(await findDriver(id), platform, on.target, { depth });

  for (const id of ['aio-suspend', 'aio-callback']) {
    it(`${id} wakes its own reader when it closes, and disturbs no other`, async () => {
      const other = openFifo(platform);
      const waits = [await open('thread-pool', other), await open('aio-suspend', other)] as const;
      for (const session of waits) session.read(0, 2);
      for (let i = 0; i < 20; i++) {
        const session = await open(id, line);
        for (let slot = 0; slot < 4; slot++) session.read(slot, 8);
        await session.close();
      }
      other.send(Buffer.from('abcd'));
      for (const session of waits) {
        expect((await session.one()).result, 'it was waiting all the time, and still was').toBe(2);
        await session.close();
      }
      other.close();
    });
  }

  it('aio-suspend tells cancelled reads from the one that slept', async () => {
    const session = await open('aio-suspend', line);
    for (let slot = 0; slot < 4; slot++) session.read(slot, 8);
    // The reader must be asleep; before that it could be cancelled, too.
    await session.wait(1, platform.now() + 200e6);
    const { completions } = session.engine as BlockingEngine;
    await session.close();
    const { errnoName } = platform;
    const results = [...completions.result].map(result => errnoName(-result));
    expect(results.toSorted()).toEqual(['EAGAIN', 'ECANCELED', 'ECANCELED', 'ECANCELED']);
  });

  it('a write waits behind the read before it: one thread has the descriptor', async () => {
    const terminal = openTerminal(platform);
    const session = await open('aio-suspend', terminal);
    session.read(0, 4);
    session.write(1, Buffer.from('out'));
    expect(await session.wait(1, platform.now() + 50e6), 'the line would take it').toEqual([]);
    terminal.send(Buffer.from('wxyz'));
    expect((await session.collect(2)).map(({ slot }) => slot)).toEqual([0, 1]);
    expect(Buffer.from(terminal.receive(3)).toString()).toBe('out');
    await session.close();
    terminal.close();
  });

  it('aio-callback refuses more callbacks at once than can be held', async () => {
    const error = await open('aio-callback', line, 129).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Unsupported);
    expect((error as Unsupported).fix).toMatch(/at most 128/);
    const session = await open('aio-callback', line, 128);
    line.send(new Uint8Array(128));
    for (let slot = 0; slot < 128; slot++) session.read(slot, 1);
    // The loop does not turn while this runs: all callbacks wait for it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    expect((await session.collect(128)).every(({ result }) => result === 1)).toBe(true);
    await session.close();
  });
});
