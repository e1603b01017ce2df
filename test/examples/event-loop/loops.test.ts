// Both event loops in this process: the order of a turn, stopping, readiness, and that neither I/O nor
// queued callbacks keep a timer waiting. Every descriptor made here is counted.
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Unsupported } from '../../../lab/errors.ts';
import { EpollLoop } from '../../../lab/examples/event-loop/epoll-loop.ts';
import type { Loop } from '../../../lab/examples/event-loop/loop.ts';
import { UringLoop } from '../../../lab/examples/event-loop/uring-loop.ts';
import { EFD_CLOEXEC, EPOLLIN } from '../../../lab/ffi/linux/constants.ts';
import { loadPlatform } from '../../../lab/ffi/load.ts';
import type { Platform } from '../../../lab/ffi/platform.ts';

const isLinux = process.platform === 'linux';
const platform: Platform = await loadPlatform();
const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

/** Event descriptors: readable from the start where `value` is above 0. */
const flags: number[] = [];
function flag(value: number): number {
  const fd = platform.linux!.eventfd(value, EFD_CLOEXEC);
  flags.push(fd);
  return fd;
}
const one = platform.memory(8);
new BigUint64Array(one.bytes.buffer, 0, 1)[0] = 1n;
const raise = (fd: number): void => void platform.posix.write(fd, one.address, 8);
const lower = (fd: number): void => void platform.posix.read(fd, one.address, 8);

const kinds: readonly [string, () => Loop][] = [
  ['epoll', () => new EpollLoop(platform)],
  ['io_uring', () => new UringLoop(platform)],
];

function whyNot(make: () => Loop): string | undefined {
  if (!isLinux) return 'epoll and io_uring exist on Linux only';
  try {
    make().close();
    return undefined;
  } catch (error) {
    if (error instanceof Unsupported) return error.message;
    throw error;
  }
}

for (const [name, make] of kinds) {
  const reason = whyNot(make);
  if (reason !== undefined) console.log(`the loop on ${name} is not tested: ${reason}`);
  describe.skipIf(reason !== undefined)(`the loop on ${name}`, () => {
    let loop: Loop;
    let before: number;
    beforeEach(() => {
      before = openDescriptors();
      loop = make();
    });
    afterEach(() => {
      loop.close();
      for (const fd of flags.splice(0)) platform.posix.close(fd);
      expect(openDescriptors(), 'every descriptor was given back').toBe(before);
    });

    it('ends at once where nothing can happen', () => {
      loop.run();
    });

    it('runs timers in their order and none too early', () => {
      const seen: number[] = [];
      for (const delay_ms of [6, 2, 4, 0]) {
        const set_ns = platform.now();
        loop.after(delay_ms, () => {
          seen.push(delay_ms);
          expect(platform.now() - set_ns).toBeGreaterThanOrEqual(delay_ms * 1e6);
        });
      }
      const never = loop.after(1, () => seen.push(Number.NaN));
      expect(loop.cancel(never)).toBe(true);
      loop.run();
      expect(seen).toEqual([0, 2, 4, 6]);
    });

    it('refuses a delay that is none', () => {
      expect(() => loop.after(-1, () => {})).toThrow(/give 0 or more/);
      expect(() => loop.after(Number.NaN, () => {})).toThrow(RangeError);
    });

    it('calls what waits in the queue in order, and what that queues in the next turn', () => {
      const seen: string[] = [];
      loop.later(() => {
        seen.push('a');
        loop.later(() => seen.push('c'));
        loop.after(0, () => seen.push('timer'));
      });
      loop.later(() => seen.push('b'));
      loop.run();
      expect(seen).toEqual(['a', 'b', 'timer', 'c']);
    });

    it('tells once that a descriptor can be read, and not before it can', () => {
      const fd = flag(0);
      const seen: string[] = [];
      loop.whenReadable(fd, () => seen.push('readable'));
      loop.after(3, () => {
        seen.push('raised');
        raise(fd);
      });
      loop.run();
      expect(seen).toEqual(['raised', 'readable']);
    });

    it('stops at the end of the turn, and goes on where it was', () => {
      const fd = flag(0);
      const seen: string[] = [];
      loop.whenReadable(fd, () => seen.push('readable'));
      loop.later(() => {
        loop.stop();
        seen.push('stopped');
      });
      loop.later(() => seen.push('same turn'));
      loop.run();
      expect(seen).toEqual(['stopped', 'same turn']);
      raise(fd);
      loop.run();
      expect(seen.at(-1)).toBe('readable');
    });

    it('that is stopped before it runs does one turn less, not none for ever', () => {
      let ran = 0;
      loop.later(() => ran++);
      loop.stop();
      loop.run();
      expect(ran).toBe(0);
      loop.run();
      expect(ran).toBe(1);
    });

    it('lets go what a callback throws, and may be run again', () => {
      let ran = false;
      loop.later(() => {
        throw new Error('thrown inside');
      });
      loop.after(1, () => {
        ran = true;
      });
      expect(() => loop.run()).toThrow('thrown inside');
      loop.run();
      expect(ran).toBe(true);
    });

    it('calls what waited behind one that threw, before what came later, and in turns as ever', () => {
      const seen: string[] = [];
      loop.later(() => {
        loop.later(() => seen.push('next turn'));
        throw new Error('thrown inside');
      });
      loop.later(() => {
        seen.push('rest');
        loop.later(() => {
          seen.push('turn after');
          loop.after(0, () => seen.push('timer'));
          loop.later(() => seen.push('last turn'));
        });
      });
      expect(() => loop.run()).toThrow('thrown inside');
      expect(seen).toEqual([]);
      loop.run();
      expect(seen, 'keep the rest of the queue, and two queues').toEqual(
        'rest, next turn, turn after, timer, last turn'.split(', '),
      );
    });

    it('runs a timer that is due though more descriptors are ready than a turn takes', () => {
      const FLOOD = 600;
      let due_ns = Number.POSITIVE_INFINITY;
      let late = 0;
      let events = 0;
      const again = (fd: number): void =>
        loop.whenReadable(fd, () => {
          events++;
          if (platform.now() > due_ns) late++;
          again(fd); // never lowered: it is ready again at once
        });
      for (let i = 0; i < FLOOD; i++) again(flag(1));
      due_ns = loop.after(5, () => loop.stop()).due_ns;
      loop.run();
      expect(events, 'it was a flood').toBeGreaterThan(FLOOD);
      // What one turn delivers, and a second one that had begun.
      expect(late).toBeLessThanOrEqual(2 * FLOOD);
    });

    it('runs a timer and I/O though callbacks queue themselves for ever', () => {
      const fd = flag(1);
      let read = false;
      let turns = 0;
      const again = (): void => {
        turns++;
        loop.later(again);
      };
      again();
      loop.whenReadable(fd, () => {
        read = true;
      });
      loop.after(2, () => loop.stop());
      loop.run();
      expect(read).toBe(true);
      expect(turns).toBeGreaterThan(1);
    });

    it('can be closed again and again with everything in flight', () => {
      for (let i = 0; i < 20; i++) {
        const other = make();
        const called: number[] = [];
        for (let k = 0; k < 10; k++) other.whenReadable(flag(0), () => called.push(k));
        other.after(0, () => other.stop());
        other.run();
        other.close();
        other.close();
        expect(called).toEqual([]);
      }
    });
  });
}

describe.skipIf(!isLinux)('the loop on epoll', () => {
  it('drops an event of a descriptor that was closed, though its number is in use again', () => {
    const loop = new EpollLoop(platform);
    const [first, second] = [flag(1), flag(1)];
    const seen: string[] = [];
    // Both are ready in one turn. Whichever comes first closes the other, and a new descriptor, which is
    // not ready, gets the number that has become free.
    const replace = (own: number, other: number): void => {
      seen.push('first event');
      loop.unwatch(own);
      loop.unwatch(other);
      platform.posix.close(other);
      const again = platform.linux!.eventfd(0, EFD_CLOEXEC);
      expect(again, 'the lowest free number').toBe(other);
      loop.watch(again, EPOLLIN, () => seen.push('an event of the one before'));
      loop.later(() => loop.stop());
    };
    loop.watch(first, EPOLLIN, () => replace(first, second));
    loop.watch(second, EPOLLIN, () => replace(second, first));
    loop.run();
    expect(seen).toEqual(['first event']);
    loop.close();
    for (const fd of flags.splice(0)) platform.posix.close(fd);
  });

  it('says again what was not taken', () => {
    const loop = new EpollLoop(platform);
    const fd = flag(1);
    let told = 0;
    loop.watch(fd, EPOLLIN, () => {
      told++;
      if (told < 3) return;
      lower(fd);
      loop.unwatch(fd);
    });
    loop.run();
    expect(told).toBe(3);
    loop.close();
    for (const one of flags.splice(0)) platform.posix.close(one);
  });
});
