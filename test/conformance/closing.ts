// Closing, on any device: at any moment, twice, ten thousand times; nothing stays open, nothing
// stays mapped, and the kernel writes to no memory that the driver has given back.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Driver, Target } from '../../lab/drivers/driver.ts';
import type { Memory, Platform } from '../../lab/ffi/platform.ts';
import { CURRENT_PROCESS } from '../../lab/ffi/windows/constants.ts';
import { contextFor, LIMIT_MS, Session } from './session.ts';
import { sleepsInSubmit } from './streams.ts';

export interface Closable {
  readonly target: Target;
  close(): void;
  /** On a stream: bytes for a read that is pending. */
  send?(bytes: Uint8Array): void;
  /** Give up what belongs to readers that have closed, where something does. */
  forget?(): void;
}

const PATTERN = 0xa5;
const MEGABYTE = 2 ** 20;
/** Windows gives its pool of threads handles when it likes. */
const MORE_HANDLES = process.platform === 'win32' ? 24 : 2;
/** Node's own threads come and go. */
const MORE_THREADS = 4;
const MORE_MAPPINGS = 2;
/** Rounds of opening and closing on every device, and on the first that a driver serves. */
const FEW = 500;
const MANY = 10_000;
/** What many rounds may take, on a busy machine: where they would take longer, there are few. */
const LONGEST_MS = 60_000;

/**
 * Few rounds do for a driver that makes threads or processes (a program of section 1 of the manual): a
 * round costs as much as many of the others, and what is left behind is plain to see.
 */
const startsOthers = ({ emulated_by }: Driver) =>
  /\bthreads?\b|\bprocess(es)?\b|\(1\)/.test(emulated_by);

/**
 * The platform with memory that stays mapped when it is freed and is filled with a pattern then:
 * whoever writes to it afterwards is found out instead of crashing somewhere else.
 */
function watched(platform: Platform) {
  const all: { memory: Memory; freed: number }[] = [];
  const memory = (length: number): Memory => {
    const real = platform.memory(length);
    const entry = { memory: real, freed: 0 };
    all.push(entry);
    const free = () => {
      entry.freed++;
      real.bytes.fill(PATTERN);
    };
    return { address: real.address, bytes: real.bytes, length, free };
  };
  const release = () => {
    for (const { memory: real } of all) real.free();
  };
  return { platform: { ...platform, memory }, all, release };
}

/** What this process holds, by name; a round that leaves something behind makes one of them grow. */
type Residue = Readonly<
  Record<'handles' | 'threads' | 'children' | 'mapped_bytes' | 'shared', number>
>;

function residueOf({ windows, memory }: Platform): Residue {
  if (windows === undefined) return residueOfUnix();
  const count = memory(4);
  windows.GetProcessHandleCount(CURRENT_PROCESS, count.address);
  const handles = new Uint32Array(count.bytes.buffer)[0]!;
  count.free();
  // A thread is a handle, too, and nothing of ours is mapped there but memory.
  const mapped_bytes = process.memoryUsage.rss();
  return { handles, threads: 0, children: 0, mapped_bytes, shared: 0 };
}

function residueOfUnix(): Residue {
  const tasks = readdirSync('/proc/self/task');
  return {
    handles: readdirSync('/proc/self/fd').length,
    threads: tasks.length,
    children: tasks.flatMap(childrenOf).length,
    mapped_bytes: Number(readFileSync('/proc/self/statm', 'latin1').split(' ')[0]) * 4096,
    shared: sharedMappings(),
  };
}

/**
 * Running, or ended and not taken leave of. The kernel's threads that work for this process may end between
 * the listing and the reading.
 */
function childrenOf(tid: string): string[] {
  try {
    return readFileSync(`/proc/self/task/${tid}/children`, 'latin1').match(/\d+/g) ?? [];
  } catch {
    return [];
  }
}

/** Mappings that hold memory of a device's or the kernel's (rings): they never merge. */
const sharedMappings = () =>
  readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .filter(line => line.includes('anon_inode:') || /rw-s /.test(line)).length;

export function closingCases(
  driver: Driver,
  platform: Platform,
  openDevice: (platform: Platform) => Closable,
  first = true,
): void {
  let device: Closable;
  beforeEach(() => {
    device = openDevice(platform);
  });
  afterEach(() => device.close());
  const stream = () => device.target.kind === 'stream';

  it('closes twice, also while the first close runs', async () => {
    const session = await Session.open(driver, platform, device.target);
    await Promise.all([session.close(), session.close()]);
    await session.close();
  });

  it('closes with 32 operations in flight and writes to no memory afterwards', async () => {
    const watch = watched(platform);
    const slot_bytes = stream() ? 64 : 64 * 1024;
    const session = await Session.open(driver, watch.platform, device.target, {
      depth: 32,
      slot_bytes,
    });
    const { length_bytes, offset_bytes } = session.engine.operations;
    for (let slot = 0; slot < 32; slot++) {
      length_bytes[slot] = slot_bytes;
      offset_bytes[slot] = slot * slot_bytes;
    }
    const slots = Array.from({ length: 32 }, (_, slot) => slot);
    if (stream() && sleepsInSubmit(driver)) device.send?.(new Uint8Array(32 * slot_bytes));
    session.submit(slots);
    // Some drivers hand operations over only when they wait: a wait that is over at once does it.
    if (!sleepsInSubmit(driver)) await session.wait(1, platform.now());
    const before_ns = platform.now();
    await session.close();
    const took_ms = (platform.now() - before_ns) / 1e6;
    expect(took_ms, 'closing is bounded').toBeLessThan(LIMIT_MS);
    // A connection ends with its reader: nothing more can be sent down it.
    if (!device.target.connect) device.send?.(new Uint8Array(1024).fill(0x11));
    await sleep(150);
    for (const { memory, freed } of watch.all) {
      expect(freed, 'memory is freed once, when nothing is in flight any more').toBe(1);
      expect(
        memory.bytes.every(byte => byte === PATTERN),
        'the kernel wrote after close returned: drain to zero before freeing',
      ).toBe(true);
    }
    watch.release();
  });

  it('lets go of a wait that is pending when it closes', async () => {
    if (driver.loop !== 'event') return;
    const session = await Session.open(driver, platform, device.target);
    session.read(0, 8);
    const waiting = session.wait(1, platform.now() + 60e9);
    await session.close();
    const finished = await waiting;
    // A disk's read may have ended before anybody could cancel it.
    const arrived = finished.filter(one => one.result > 0);
    expect(stream() ? arrived : [], 'nothing arrived').toEqual([]);
  });

  const long = process.env.IOLAB_LONG !== undefined;
  // Under Wine a round costs ten times as much, and one driver shows what the lab's own side leaves.
  const slow = process.platform === 'win32' && driver.id !== 'iocp';
  const many = (long || (first && !slow)) && !startsOthers(driver);
  const times = many ? MANY : FEW;
  it(`opens and closes ${times} times and leaves nothing`, { timeout: 180_000 }, async () => {
    // A leak of one arena per round would be half a gigabyte.
    const slot_bytes = many ? 4 * 1024 : 64 * 1024;
    const context = contextFor(platform, device.target, { depth: 16, slot_bytes });
    const round = async (i: number) => {
      const engine = await driver.open(context);
      // Every other one closes with a read in flight.
      if (i % 2 === 1 && !sleepsInSubmit(driver)) {
        engine.operations.length_bytes.fill(4096);
        engine.submit(new Uint32Array([0, 1]), 2);
        await engine.wait(0, 0);
      }
      await engine.close();
      device.forget?.();
    };
    for (let i = 0; i < 20; i++) await round(i);
    const before = residueOf(platform);
    const begin_ns = platform.now();
    let done = 0;
    for (; done < times; done++) {
      if (done === FEW && tooSlow(driver, (platform.now() - begin_ns) / 1e6)) break;
      await round(done);
    }
    const arenas = (done * context.depth * slot_bytes) / MEGABYTE;
    const grownBy = (after: Residue) => (after.mapped_bytes - before.mapped_bytes) / MEGABYTE;
    const isClean = (after: Residue) =>
      after.handles <= before.handles + MORE_HANDLES &&
      after.threads <= before.threads + MORE_THREADS &&
      after.children <= before.children &&
      after.shared <= before.shared + MORE_MAPPINGS &&
      grownBy(after) < arenas / 3;
    // The last threads were told to end, and on a busy machine that takes them a moment.
    let after = residueOf(platform);
    for (let tries = 0; tries < 100 && !isClean(after); tries++) {
      await sleep(20);
      after = residueOf(platform);
    }
    expect(after.handles, 'a descriptor leaks at each open').toBeLessThanOrEqual(
      before.handles + MORE_HANDLES,
    );
    expect(after.threads, 'a thread leaks at each open').toBeLessThanOrEqual(
      before.threads + MORE_THREADS,
    );
    expect(after.children, 'a process is left at each open').toBeLessThanOrEqual(before.children);
    expect(after.shared, 'a ring stays mapped after close').toBeLessThanOrEqual(
      before.shared + MORE_MAPPINGS,
    );
    expect(grownBy(after), 'megabytes: the arena stays mapped after close').toBeLessThan(
      arenas / 3,
    );
  });
}

/** `took_ms` is what few rounds took. Says so where many would take too long. */
function tooSlow({ id }: Driver, took_ms: number): boolean {
  const all_ms = (took_ms * MANY) / FEW;
  if (all_ms < LONGEST_MS) return false;
  const seconds = Math.round(all_ms / 1000);
  console.log(`${id}: ${FEW} rounds of opening and closing; ${MANY} would take ${seconds} s here`);
  return true;
}
