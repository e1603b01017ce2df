// What the forms of io_uring promise beyond the common suite: a thread that sleeps and is woken, one
// read that gives out of its buffers and is armed anew, an end of the line that it would not hear of,
// parameters that mean something.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlockingEngine } from '../../lab/drivers/driver.ts';
import { findDriver } from '../../lab/drivers/find.ts';
import { Unsupported } from '../../lab/errors.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { LinuxCalls, Platform } from '../../lab/ffi/platform.ts';
import { type Line, openBlocks, openFifo } from '../conformance/lines.ts';
import { contextFor, Session, type SessionOptions } from '../conformance/session.ts';

const platform = await loadPlatform();
const bytes = (words: string) => Buffer.from(words, 'latin1');
const textOf = (all: readonly { bytes: Uint8Array }[]) =>
  all.map(one => Buffer.from(one.bytes).toString('latin1'));

const file = openBlocks(64);
afterAll(() => file.close());
const answer = await (await findDriver('io-uring')).probe(contextFor(platform, file.target));
if (!answer.ok) console.log(`forms of io_uring left out: ${answer.reason}; ${answer.fix}`);

/** Calls of io_uring_enter, and a kernel that refuses flags of io_uring_setup that it does not know. */
function watched(unknown_flags = 0) {
  const seen = { enters: 0 };
  const { linux } = platform;
  const calls: LinuxCalls = {
    ...linux!,
    io_uring_setup(entries, params) {
      // The flags are the third word of the structure.
      const memory = made.find(one => one.address === params)!;
      const flags = new Uint32Array(memory.bytes.buffer)[2]!;
      // The errno of a call that does fail so: none of its entries is there.
      if ((flags & unknown_flags) !== 0) return linux!.io_uring_setup(0, params);
      return linux!.io_uring_setup(entries, params);
    },
    io_uring_enter(...args) {
      seen.enters++;
      return linux!.io_uring_enter(...args);
    },
  };
  const made: ReturnType<Platform['memory']>[] = [];
  const memory = (length: number) => {
    const one = platform.memory(length);
    made.push(one);
    return one;
  };
  return { seen, platform: { ...platform, linux: calls, memory } };
}

describe.skipIf(!answer.ok)('forms of io_uring', () => {
  let line: Line;
  let session: Session | undefined;
  beforeEach(() => {
    line = openFifo(platform);
  });
  afterEach(async () => {
    await session?.close();
    session = undefined;
    line.close();
  });
  const open = async (id: string, options: SessionOptions = {}, on = platform) => {
    session = await Session.open(await findDriver(id), on, line.target, options);
    return session;
  };

  describe('io-uring-sqpoll', () => {
    /** Calls made to start a read when nothing was done for a while. */
    const callsAfterRest = async (idle_ms: string) => {
      const { seen, platform: on } = watched();
      const engine = await open(
        'io-uring-sqpoll',
        { parameters: { collect: 'poll', idle_ms } },
        on,
      );
      line.send(bytes('abcd'));
      engine.read(0, 4);
      await engine.one();
      await sleep(100);
      const before = seen.enters;
      line.send(bytes('efgh'));
      engine.read(1, 4);
      expect(textOf([await engine.one()]), 'the read was seen').toEqual(['efgh']);
      expect((engine.engine as BlockingEngine).counters.syscalls).toBe(seen.enters);
      return seen.enters - before;
    };

    it('wakes a thread that sleeps, with one call', async () => {
      expect(await callsAfterRest('1')).toBe(1);
    });

    it('calls nobody while the thread is awake', async () => {
      expect(await callsAfterRest('60000')).toBe(0);
    });

    it('polls no longer than it is told to', async () => {
      const engine = await open('io-uring-sqpoll', { parameters: { collect: 'poll' } });
      engine.read(0, 4);
      expect(await engine.wait(1, platform.now() + 100e6)).toEqual([]);
      expect((engine.engine as BlockingEngine).counters.polls).toBeGreaterThan(100);
    });

    /** Processors where a thread of this process may run, as proc_pid_status(5) lists them. */
    const allowed = (thread: string) => {
      const status = readFileSync(`/proc/${thread}/status`, 'latin1');
      return /^Cpus_allowed_list:\s*(\S+)/m.exec(status)![1]!;
    };
    /** The thread of the newest ring; those of rings before may be about to end. */
    const poller = () => {
      const name = (tid: string) => {
        try {
          return readFileSync(`/proc/self/task/${tid}/comm`, 'latin1');
        } catch {
          return 'ended';
        }
      };
      const all = readdirSync('/proc/self/task').filter(tid => name(tid).startsWith('iou-sqp'));
      return all.sort((a, b) => Number(a) - Number(b)).at(-1);
    };

    it('puts program and thread on one processor where it is told to, and lets go at the close', async () => {
      const before = allowed('thread-self');
      const engine = await open('io-uring-sqpoll', { parameters: { program_cpu: 'same' } });
      const meanwhile = [allowed('thread-self'), allowed(`self/task/${poller()}`)];
      line.send(bytes('abcd'));
      engine.read(0, 4);
      expect(textOf([await engine.one()])).toEqual(['abcd']);
      await engine.close();
      expect(meanwhile[0]).toMatch(/^\d+$/);
      expect(meanwhile[1]).toBe(meanwhile[0]);
      expect(allowed('thread-self')).toBe(before);
    });

    it('lets go also where the ring is refused', async () => {
      const before = allowed('thread-self');
      const parameters = { program_cpu: 'same', idle_ms: 'soon' };
      await expect(open('io-uring-sqpoll', { parameters })).rejects.toThrow('idle_ms');
      expect(allowed('thread-self')).toBe(before);
    });

    it('says so where the program may not run on the processor of the thread', async () => {
      const parameters = { program_cpu: 'same', thread_cpu: '4095' };
      const error = await open('io-uring-sqpoll', { parameters }).catch(
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({
        errno: 'EINVAL',
        reason: expect.stringContaining('program may not run on processor 4095'),
      });
    });

    for (const [name, value, range] of [
      ['idle_ms', '0', 'from 1 to 60000'],
      ['idle_ms', 'soon', 'from 1 to 60000'],
      ['thread_cpu', '-1', 'from 0 to 4095'],
      ['thread_cpu', '1.5', 'from 0 to 4095'],
    ] as const) {
      it(`refuses ${name}=${value} and says what to give`, async () => {
        const error = await open('io-uring-sqpoll', { parameters: { [name]: value } }).catch(
          (reason: unknown) => reason,
        );
        expect(error).toBeInstanceOf(Unsupported);
        expect((error as Unsupported).message).toContain(`${name}=${value}`);
        expect((error as Unsupported).message).toContain(range);
      });
    }

    it('says so of a processor that is not there', async () => {
      const error = await open('io-uring-sqpoll', { parameters: { thread_cpu: '4095' } }).catch(
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ errno: 'EINVAL', reason: expect.stringContaining('4095') });
    });
  });

  describe('io-uring-multishot', () => {
    const multishot = async (options: SessionOptions = {}) => {
      const engine = await open('io-uring-multishot', options);
      const { ok } = await (await findDriver('io-uring-multishot')).probe(
        contextFor(platform, line.target),
      );
      return ok ? engine : undefined;
    };

    it('goes on where all buffers were full, and loses nothing', async context => {
      const engine = await multishot({ depth: 1, slot_bytes: 16 });
      if (!engine) return context.skip('this kernel has no read for many');
      engine.read(0, 4);
      line.send(bytes('0000'));
      await engine.one();
      // More than all the buffers hold, while nobody asks.
      const words = Array.from({ length: 300 }, (_, i) => String(i).padStart(4, '0'));
      line.send(bytes(words.join('')));
      const got: string[] = [];
      for (let i = 0; i < words.length; i++) {
        engine.read(0, 4);
        got.push(...textOf([await engine.one()]));
      }
      expect(got).toEqual(words);
    });

    it('hears of the end on a pipe, and of a writer that comes after it', async context => {
      const engine = await multishot();
      if (!engine) return context.skip('this kernel has no read for many');
      line.send(bytes('last'));
      engine.read(0, 4);
      expect(textOf([await engine.one()])).toEqual(['last']);
      engine.read(1, 4);
      line.hangUp();
      expect((await engine.one()).result).toBe(0);
      const { posix } = platform;
      const writer = posix.open(line.target.path, 1);
      const memory = platform.memory(4);
      try {
        memory.bytes.set(bytes('back'));
        posix.write(writer, memory.address, 4);
        for (const slot of [2, 3]) engine.read(slot, 2);
        expect(textOf(await engine.collect(2))).toEqual(['ba', 'ck']);
        posix.write(writer, memory.address, 4);
        engine.read(0, 4);
        expect(textOf([await engine.one()])).toEqual(['back']);
      } finally {
        memory.free();
        posix.close(writer);
      }
    });
  });

  describe('io-uring-hybrid', () => {
    const HYBRID = 1 << 17;
    const probe = async (on: Platform, id: string) =>
      (await findDriver(id)).probe(contextFor(on, file.target));

    it('says which kernel it wants where the flag is unknown', async () => {
      const answered = await probe(watched(HYBRID).platform, 'io-uring-hybrid');
      expect(answered).toMatchObject({ ok: false, errno: 'EINVAL' });
      if (!answered.ok) expect(answered.fix).toContain('6.13');
      const polled = await probe(watched(HYBRID).platform, 'io-uring-iopoll');
      if (!polled.ok)
        expect(polled.errno, 'without the flag it is another reason').not.toBe('EINVAL');
    });

    it('a disk that cannot be polled is told by its first read, with the cure', async context => {
      const answered = await probe(platform, 'io-uring-iopoll');
      if (answered.ok) return context.skip('this disk can be polled');
      if (answered.errno !== 'EOPNOTSUPP') return context.skip(answered.reason);
      expect(answered.reason).toContain('no queue that can be polled');
      expect(answered.fix).toContain('poll_queues');
    });
  });

  describe('completion', () => {
    const DEFERRED = 1 << 13;
    const enters = async (parameters: Record<string, string>, on: Platform) => {
      const driver = await findDriver('io-uring');
      session = await Session.open(driver, on, file.target, { parameters, slot_bytes: 4096 });
      session.read(0, 4096, 4096);
      expect((await session.one()).result).toBe(4096);
    };

    it('is refused where the kernel cannot defer it, and prompt as ever', async () => {
      const old = watched(DEFERRED).platform;
      await enters({}, old);
      await enters({ completion: 'prompt' }, old);
      const error = await enters({ completion: 'deferred' }, old).catch(
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ errno: 'EINVAL', fix: expect.stringContaining('6.1') });
    });

    for (const completion of ['prompt', 'deferred']) {
      for (const id of ['io-uring', 'io-uring-registered', 'io-uring-multishot']) {
        it(`${completion}: a wait of ${id} that waits for nothing sees what there is`, async context => {
          const answered = await (await findDriver(id)).probe(contextFor(platform, line.target));
          if (!answered.ok) return context.skip(answered.reason);
          const engine = await open(id, { parameters: { completion } });
          engine.read(0, 4);
          await engine.wait(0, 0);
          // By another process: what this one's own calls do could finish it, too.
          await promisify(execFile)('/bin/sh', ['-c', `printf abcd > ${line.target.path}`]);
          let all = await engine.wait(0, 0);
          for (let i = 0; i < 100 && all.length === 0; i++) all = await engine.wait(0, 0);
          expect(textOf(all)).toEqual(['abcd']);
        });
      }
    }
  });
});
