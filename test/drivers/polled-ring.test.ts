// io_uring that polls the disk, on a kernel of the test's own: it looks at the disk only while no completion
// lies in the queue, and leaves off early where it has other work (io_uring.c, io_iopoll_check).
import { constants } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { BlockingEngine } from '../../lab/drivers/driver.ts';
import { findDriver } from '../../lab/drivers/find.ts';
import { IORING_ENTER_GETEVENTS, IORING_OFF_SQ_RING } from '../../lab/ffi/linux/constants.ts';
import { URING_SQE_BYTES } from '../../lab/ffi/linux/structs.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { LinuxCalls, Memory, Platform } from '../../lab/ffi/platform.ts';
import { openBlocks } from '../conformance/lines.ts';
import { Session } from '../conformance/session.ts';

const platform = await loadPlatform();
const DEPTH = 4;
const READ_BYTES = 4096;
/** More calls than this for a few reads are a driver that goes round for ever. */
const MOST_CALLS = 100_000;
/** Places in the rings' memory, in bytes: what the real kernel says in struct io_uring_params. */
const SQ = { head: 0, tail: 4, mask: 8, entries: 12, flags: 16, dropped: 20, array: 64 };
const CQ = { head: 24, tail: 28, mask: 32, entries: 36, overflow: 40, cqes: 512 };
const SQ_OFFSETS = 10;
const CQ_OFFSETS = 20;
const ENTRIES = 8;

/** A disk of which each look finds one read finished, and no more than `disk.answers` in all. */
function pollingKernel(disk: { answers: number }): Platform {
  const made: Memory[] = [];
  const memory = (length: number) => {
    const one = platform.memory(length);
    made.push(one);
    return one;
  };
  const waiting: number[] = [];
  let rings: Int32Array = new Int32Array();
  let sqes: Uint32Array = new Uint32Array();
  let taken = 0;
  let finished = 0;
  let calls = 0;
  const lying = () => rings[CQ.tail / 4]! - rings[CQ.head / 4]!;
  const look = () => {
    if (finished === disk.answers || waiting.length === 0) return;
    const at = (CQ.cqes >> 2) + (rings[CQ.tail / 4]! % ENTRIES) * 4;
    rings[at] = waiting.shift()!;
    rings[at + 2] = READ_BYTES;
    rings[CQ.tail / 4]!++;
    finished++;
  };
  const linux: LinuxCalls = {
    ...platform.linux!,
    io_uring_setup(_entries, params) {
      const word = new Uint32Array(made.find(one => one.address === params)!.bytes.buffer);
      word.set([ENTRIES, ENTRIES]);
      word.set(Object.values(SQ), SQ_OFFSETS);
      word.set(Object.values(CQ), CQ_OFFSETS);
      return platform.posix.open('/dev/null', constants.O_RDONLY);
    },
    mapShared(_fd, length, offset) {
      const one = platform.memory(length);
      if (offset !== IORING_OFF_SQ_RING) sqes = new Uint32Array(one.bytes.buffer);
      else {
        rings = new Int32Array(one.bytes.buffer);
        rings[SQ.mask / 4] = ENTRIES - 1;
        rings[CQ.mask / 4] = ENTRIES - 1;
      }
      return one;
    },
    io_uring_enter(_fd, submitted, _min, flags) {
      if (++calls > MOST_CALLS) throw new Error('it calls for ever and takes nothing in between');
      for (let i = 0; i < submitted; i++, taken++)
        waiting.push(sqes[((taken % ENTRIES) * URING_SQE_BYTES) / 4 + 8]!);
      if ((flags & IORING_ENTER_GETEVENTS) !== 0 && lying() === 0) look();
      return submitted;
    },
  };
  const posix: Platform['posix'] = {
    ...platform.posix,
    // Nothing is read: so the file may lie where no direct reading is.
    open: (path, flags) => platform.posix.open(path, flags & ~constants.O_DIRECT),
  };
  return { ...platform, linux, posix, memory };
}

describe.skipIf(process.platform !== 'linux')('io_uring that polls', () => {
  const file = openBlocks(DEPTH);
  afterAll(() => file.close());
  const open = async (id: string, on: Platform) => {
    const session = await Session.open(await findDriver(id), on, file.target, { depth: DEPTH });
    for (let slot = 0; slot < DEPTH; slot++) session.read(slot, READ_BYTES, slot * READ_BYTES);
    return session;
  };

  for (const id of ['io-uring-iopoll', 'io-uring-hybrid']) {
    for (const until of ['a deadline', 'for ever']) {
      it(`${id}: takes what is finished, so that the next is looked for (${until})`, async () => {
        const session = await open(id, pollingKernel({ answers: DEPTH }));
        const deadline_ns = until === 'for ever' ? Number.POSITIVE_INFINITY : platform.now() + 5e9;
        const all = await session.wait(DEPTH, deadline_ns);
        expect(all.map(({ slot, result }) => [slot, result])).toEqual(
          Array.from({ length: DEPTH }, (_, slot) => [slot, READ_BYTES]),
        );
        const { syscalls } = (session.engine as BlockingEngine).counters;
        expect(syscalls, 'one call finds one read').toBeLessThanOrEqual(DEPTH + 1);
        await session.close();
      });
    }

    it(`${id}: gives up at its deadline, and hands over what came before it`, async () => {
      const disk = { answers: 2 };
      const session = await open(id, pollingKernel(disk));
      const begin_ns = platform.now();
      expect(await session.wait(DEPTH, begin_ns + 2e6)).toHaveLength(2);
      expect(platform.now() - begin_ns).toBeGreaterThanOrEqual(2e6);
      disk.answers = DEPTH;
      await session.close();
    });
  }
});
