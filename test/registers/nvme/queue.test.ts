// The queues of our NVMe drivers over a controller in memory: whatever is asked for, in whatever order the
// controller answers, each operation ends once, with the data or the error that is its own.
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockingEngine, READ, WRITE } from '../../../lab/drivers/driver.ts';
import { NvmeMsix } from '../../../lab/drivers/nvme-msix.ts';
import { NvmePoll } from '../../../lab/drivers/nvme-poll.ts';
import { DeviceGone } from '../../../lab/errors.ts';
import { EFD_CLOEXEC } from '../../../lab/ffi/linux/constants.ts';
import { type AssembleOptions, assemble, platform } from './assemble.ts';
import { FakeController } from './fake-controller.ts';

const PAGE = 4096;
const { EBADF, EINVAL, EIO, EOPNOTSUPP } = constants.errno;

function openPoll(fake: FakeController, options: AssembleOptions) {
  const { context, disk, closed } = assemble(fake, options);
  return { engine: new NvmePoll(context, disk), closed };
}

type Engine = BlockingEngine;

function ask(engine: Engine, slot: number, block: number, length = PAGE, opcode = READ): void {
  engine.operations.opcode[slot] = opcode;
  engine.operations.offset_bytes[slot] = block * PAGE;
  engine.operations.length_bytes[slot] = length;
}

const firstWord = (engine: Engine, slot: number) =>
  new Uint32Array(engine.slot(slot).buffer, engine.slot(slot).byteOffset, 1)[0];

describe('many operations', () => {
  const plan = fc.record({
    depth: fc.integer({ min: 1, max: 40 }),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    errors: fc.boolean(),
  });

  it('each ends once and with its own data, in any order, over many turns of the rings', () => {
    fc.assert(
      fc.property(plan, ({ depth, seed, errors }) => {
        const fake = new FakeController();
        const { engine } = openPoll(fake, { depth });
        let state = seed;
        const random = (below: number) => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return Math.floor((state / 2 ** 32) * below);
        };
        const blocks = fake.medium.length / PAGE;
        const asked = new Map<number, number>();
        const free = Array.from({ length: depth }, (_, slot) => slot);
        const total = 12 * (depth + 1);
        let begun = 0;
        let ended = 0;
        while (ended < total) {
          const batch: number[] = [];
          const most = Math.min(free.length, total - begun, 1 + random(depth));
          for (let i = 0; i < most; i++) {
            const slot = free.splice(random(free.length), 1)[0]!;
            asked.set(slot, random(blocks));
            ask(engine, slot, asked.get(slot)!);
            batch.push(slot);
          }
          const before = fake.doorbells;
          expect(engine.submit(Uint32Array.from(batch), batch.length)).toBe(batch.length);
          if (batch.length > 0) expect(fake.doorbells, 'one doorbell for all').toBe(before + 1);
          begun += batch.length;
          const failed = new Set<number>();
          for (let answers = 1 + random(fake.pending.length); answers > 0; answers--) {
            const place = random(fake.pending.length);
            const fails = errors && random(5) === 0;
            if (fails) failed.add(fake.pending[place]!.identifier);
            fake.answer(place, fails ? 0x281 : 0);
          }
          const count = engine.wait(1, platform.now() + 1e9);
          for (let i = 0; i < count; i++) {
            const slot = engine.completions.slot[i]!;
            const expected = failed.has(slot) ? -constants.errno.ENODATA : PAGE;
            expect(engine.completions.result[i]).toBe(expected);
            if (expected > 0) expect(firstWord(engine, slot)).toBe(asked.get(slot));
            expect(asked.delete(slot), `slot ${slot} ended once`).toBe(true);
            free.push(slot);
            ended++;
          }
        }
        expect(engine.counters.syscalls, 'nobody was called').toBe(0);
        engine.close();
      }),
      { numRuns: 60 },
    );
  });

  it('accepts as many as it has slots, and more when some have ended', () => {
    const fake = new FakeController();
    const { engine } = openPoll(fake, { depth: 3 });
    for (let slot = 0; slot < 3; slot++) ask(engine, slot, slot);
    expect(engine.submit(Uint32Array.of(0, 1, 2), 3)).toBe(3);
    expect(engine.submit(Uint32Array.of(0), 1), 'full').toBe(0);
    fake.answer(1);
    expect(engine.wait(1, platform.now() + 1e9)).toBe(1);
    expect(engine.completions.slot[0]).toBe(1);
    expect(engine.submit(Uint32Array.of(1), 1)).toBe(1);
    while (fake.pending.length > 0) fake.answer(0);
    engine.close();
  });

  it('rings the two doorbells of its own queue, wherever the controller has put them', () => {
    for (const doorbell_shift of [0, 3, 6]) {
      const fake = new FakeController({ doorbell_shift });
      const { engine } = openPoll(fake, { depth: 2 });
      ask(engine, 0, 5);
      engine.submit(Uint32Array.of(0), 1);
      fake.answer(0);
      expect(engine.wait(1, platform.now() + 1e9)).toBe(1);
      expect(firstWord(engine, 0)).toBe(5);
      expect(engine.counters.doorbells).toBe(2);
      engine.close();
    }
  });
});

describe('a read', () => {
  it('allocates nothing, and rings two doorbells for eight', { timeout: 60_000 }, () => {
    const program = join(import.meta.dirname, 'allocations.ts');
    const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', program], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    const { reads, heap_bytes, doorbells } = JSON.parse(stdout || `"${stderr}"`) as {
      reads: number;
      heap_bytes: number;
      doorbells: number;
    };
    // One boxed number for each would be 16 bytes for each.
    expect(heap_bytes).toBeLessThan(reads);
    expect(doorbells).toBe((2 * 2 * reads) / 8);
  });
});

describe('where the data lie', () => {
  it('whole slots of any length arrive, by one entry, by two and by a list', () => {
    const lengths = fc.record({
      pages: fc.integer({ min: 1, max: 40 }),
      sectors: fc.integer({ min: 1, max: 320 }),
      slots: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(lengths, ({ pages, sectors, slots }) => {
        const fake = new FakeController();
        const stride = pages * PAGE;
        const { engine } = openPoll(fake, { depth: slots, stride });
        const length = Math.min(sectors * 512, stride);
        for (let slot = 0; slot < slots; slot++) {
          engine.slot(slot).fill(0xee);
          ask(engine, slot, slot * 3, length);
        }
        const all = Uint32Array.from({ length: slots }, (_, slot) => slot);
        engine.submit(all, slots);
        for (let slot = 0; slot < slots; slot++) fake.answer(0);
        expect(engine.wait(slots, platform.now() + 1e9)).toBe(slots);
        for (let slot = 0; slot < slots; slot++) {
          const from = slot * 3 * PAGE;
          const bytes = Buffer.from(engine.slot(slot));
          expect(bytes.subarray(0, length).equals(fake.medium.subarray(from, from + length))).toBe(
            true,
          );
          expect(
            bytes.subarray(length).every(byte => byte === 0xee),
            'and nothing more',
          ).toBe(true);
        }
        engine.close();
      }),
      { numRuns: 80 },
    );
  });

  it('writes a slot to where it was told, and reads it back', () => {
    const fake = new FakeController();
    const { engine } = openPoll(fake, { depth: 2, stride: 8 * PAGE, writable: true });
    for (let i = 0; i < 8 * PAGE; i++) engine.slot(0)[i] = (i * 7 + (i >> 8)) & 0xff;
    ask(engine, 0, 9, 8 * PAGE, WRITE);
    engine.submit(Uint32Array.of(0), 1);
    fake.answer(0);
    expect(engine.wait(1, platform.now() + 1e9)).toBe(1);
    expect(Buffer.from(engine.slot(0)).equals(fake.medium.subarray(9 * PAGE, 17 * PAGE))).toBe(
      true,
    );
    expect(new Uint32Array(fake.medium.buffer, 17 * PAGE, 1)[0], 'its neighbour').toBe(17);
    engine.close();
  });
});

describe('what cannot be', () => {
  const results = (writable: boolean, fill: (engine: Engine) => void): number => {
    const fake = new FakeController();
    const { engine } = openPoll(fake, { depth: 1, stride: 2 * PAGE, writable });
    fill(engine);
    engine.submit(Uint32Array.of(0), 1);
    if (fake.pending.length > 0) fake.answer(0);
    expect(engine.wait(1, platform.now() + 1e9)).toBe(1);
    const [result] = engine.completions.result;
    engine.close();
    return result!;
  };

  it('ends as a file’s reads do: short at the end, with nothing beyond it, refused out of step', () => {
    const blocks = 4096 / 8;
    expect(results(false, engine => ask(engine, 0, blocks))).toBe(0);
    expect(results(false, engine => ask(engine, 0, blocks - 1, 2 * PAGE))).toBe(PAGE);
    expect(results(false, engine => ask(engine, 0, 0, 0))).toBe(0);
    expect(results(false, engine => ask(engine, 0, 0, 100))).toBe(-EINVAL);
    expect(results(false, engine => ask(engine, 0, 0.0001))).toBe(-EINVAL);
    expect(results(false, engine => ask(engine, 0, 0, PAGE, WRITE))).toBe(-EBADF);
  });

  it('says what the controller says, as the kernel’s driver would', () => {
    const statuses = [
      [0x001, EOPNOTSUPP],
      [0x00b, EOPNOTSUPP],
      [0x080, EIO],
      [0x281, constants.errno.ENODATA],
      [0x081, constants.errno.ENOSPC],
      // Do Not Retry and More are flags, and no part of the code.
      [0x281 | (1 << 14), constants.errno.ENODATA],
      [0x7ff, EIO],
    ] as const;
    for (const [status, errno] of statuses) {
      const fake = new FakeController();
      const { engine } = openPoll(fake, { depth: 1 });
      ask(engine, 0, 1);
      engine.submit(Uint32Array.of(0), 1);
      fake.answer(0, status);
      engine.wait(1, platform.now() + 1e9);
      expect(engine.completions.result[0], status.toString(16)).toBe(-errno);
      engine.close();
    }
  });

  it('notices an answer to what was never asked', () => {
    const fake = new FakeController();
    const { engine } = openPoll(fake, { depth: 2 });
    ask(engine, 0, 1);
    engine.submit(Uint32Array.of(0), 1);
    (fake.pending[0] as { identifier: number }).identifier = 1;
    fake.answer(0);
    expect(() => engine.wait(1, platform.now() + 1e9)).toThrow(/command 1, which it did not have/);
  });
});

describe('the end', () => {
  it('collects what is in flight, rests the controller, and only then lets go of the memory', () => {
    const fake = new FakeController();
    const { engine, closed } = openPoll(fake, { depth: 4 });
    for (let slot = 0; slot < 4; slot++) ask(engine, slot, slot);
    engine.submit(Uint32Array.of(0, 1, 2, 3), 4);
    // Answered while the close drains: as a disk does.
    const { look } = engine as unknown as { look(): boolean };
    Object.assign(engine, {
      look(this: Engine) {
        if (fake.pending.length > 0) fake.answer(fake.pending.length - 1);
        return look.call(this);
      },
    });
    engine.close();
    expect(fake.pending).toEqual([]);
    expect([closed(), fake.enabled]).toEqual([true, false]);
    engine.close();
  });

  it('disables a controller that does not answer any more, so that it forgets', {
    timeout: 20_000,
  }, () => {
    const fake = new FakeController();
    const { engine } = openPoll(fake, { depth: 1 });
    ask(engine, 0, 1);
    engine.submit(Uint32Array.of(0), 1);
    engine.close();
    expect([fake.enabled, fake.pending.length]).toEqual([false, 0]);
  });

  it('says that the device is gone when its registers read as all ones', () => {
    const fake = new FakeController();
    const { engine } = openPoll(fake, { depth: 1 });
    ask(engine, 0, 1);
    engine.submit(Uint32Array.of(0), 1);
    fake.gone = true;
    expect(() => engine.wait(1, Number.POSITIVE_INFINITY)).toThrow(DeviceGone);
    const before_ns = platform.now();
    engine.close();
    expect(platform.now() - before_ns, 'it is not waited for').toBeLessThan(2e9);
  });

  it('gives up at a deadline, and goes on afterwards', () => {
    const fake = new FakeController();
    const { engine } = openPoll(fake, { depth: 1 });
    ask(engine, 0, 6);
    engine.submit(Uint32Array.of(0), 1);
    expect(engine.wait(1, platform.now() + 2e6)).toBe(0);
    fake.answer(0);
    expect(engine.wait(1, platform.now() + 1e9)).toBe(1);
    expect(firstWord(engine, 0)).toBe(6);
    engine.close();
  });
});

describe.runIf(process.platform === 'linux')('by interrupt', () => {
  function openMsix(fake: FakeController, depth: number) {
    const flag = platform.linux!.eventfd(0, EFD_CLOEXEC);
    const { context, disk } = assemble(fake, { depth, vector: 1, flag });
    const engine = new NvmeMsix(context, disk);
    const one = platform.memory(8);
    one.bytes[0] = 1;
    /** What the kernel does with the message: it raises the flag. */
    const deliver = () => {
      for (; (fake.raised[1] ?? 0) > 0; fake.raised[1]!--)
        platform.posix.write(flag, one.address, 8);
    };
    const close = () => {
      engine.close();
      platform.posix.close(flag);
      one.free();
    };
    return { engine, deliver, close };
  }

  it('sleeps on the flag, counts what the flag counted, and takes all that is there', () => {
    const fake = new FakeController();
    const { engine, deliver, close } = openMsix(fake, 4);
    for (let turn = 0; turn < 50; turn++) {
      for (let slot = 0; slot < 4; slot++) ask(engine, slot, turn + slot);
      engine.submit(Uint32Array.of(0, 1, 2, 3), 4);
      for (let i = 0; i < 3; i++) fake.answer(0);
      deliver();
      expect(engine.wait(3, platform.now() + 1e9)).toBe(3);
      fake.answer(0);
      deliver();
      expect(engine.wait(1, platform.now() + 1e9)).toBe(1);
    }
    const { interrupts, syscalls } = engine.counters;
    expect(fake.raised[1]).toBe(0);
    // What was looked at before the flag was read may be told of later, or never.
    expect(interrupts).toBeLessThanOrEqual(200);
    expect(syscalls, 'no call where the completion was there already').toBeLessThanOrEqual(2 * 100);
    close();
  });

  it('gives up at a deadline where no interrupt comes', () => {
    const fake = new FakeController();
    const { engine, deliver, close } = openMsix(fake, 1);
    ask(engine, 0, 3);
    engine.submit(Uint32Array.of(0), 1);
    expect(engine.wait(1, platform.now() + 5e6)).toBe(0);
    fake.answer(0);
    deliver();
    expect(engine.wait(1, platform.now() + 1e9)).toBe(1);
    close();
  });
});
