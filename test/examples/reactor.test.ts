// The reactor in this process, over event descriptors: who is called, who is not called any more, and when
// it ends.
import { afterEach, describe, expect, it } from 'vitest';
import { Reactor } from '../../lab/examples/reactor.ts';
import { EFD_CLOEXEC, POLLIN, POLLOUT } from '../../lab/ffi/linux/constants.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';

const platform = await loadPlatform();
const descriptors: number[] = [];
const flag = (value: number): number => {
  const fd = platform.linux!.eventfd(value, EFD_CLOEXEC);
  descriptors.push(fd);
  return fd;
};
const value = platform.memory(8);
const lower = (fd: number): void => void platform.posix.read(fd, value.address, 8);

afterEach(() => {
  for (const fd of descriptors.splice(0)) platform.posix.close(fd);
});

describe.runIf(process.platform === 'linux')('the reactor', () => {
  it('ends at once without handlers, and when the last is removed', () => {
    const reactor = new Reactor(platform);
    reactor.run();
    const fd = flag(1);
    let called = 0;
    reactor.addHandler(fd, POLLIN, events => {
      expect(events).toBe(POLLIN);
      if (++called === 3) reactor.removeHandler(fd);
    });
    reactor.run();
    expect(called, 'as long as it is ready, it is called').toBe(3);
    reactor.close();
    reactor.close();
  });

  it('calls those that are ready only, whatever they wait for', () => {
    const reactor = new Reactor(platform);
    const [ready, silent, room] = [flag(1), flag(0), flag(0)];
    const seen: string[] = [];
    reactor.addHandler(ready, POLLIN, () => {
      seen.push('ready');
      lower(ready);
    });
    reactor.addHandler(silent, POLLIN, () => seen.push('silent'));
    reactor.addHandler(room, POLLOUT, () => {
      seen.push('room');
      reactor.stop();
    });
    reactor.run();
    expect(seen).toEqual(['ready', 'room']);
    reactor.close();
  });

  it('goes on after a stop where it was', () => {
    const reactor = new Reactor(platform);
    const fd = flag(1);
    let called = 0;
    reactor.addHandler(fd, POLLIN, () => {
      called++;
      reactor.stop();
    });
    reactor.run();
    reactor.run();
    expect(called).toBe(2);
    reactor.close();
  });

  it('does not call a handler that another one of the same round removed or replaced', () => {
    const reactor = new Reactor(platform);
    const [first, removed, replaced] = [flag(1), flag(1), flag(1)];
    const seen: string[] = [];
    reactor.addHandler(first, POLLIN, () => {
      seen.push('first');
      reactor.removeHandler(first);
      reactor.removeHandler(removed);
      reactor.addHandler(replaced, POLLIN, () => {
        seen.push('new');
        reactor.removeHandler(replaced);
      });
    });
    reactor.addHandler(removed, POLLIN, () => seen.push('removed'));
    reactor.addHandler(replaced, POLLIN, () => seen.push('old'));
    reactor.run();
    expect(seen).toEqual(['first', 'new']);
    reactor.close();
  });

  it('serves handlers that are added while it runs, more and more of them', () => {
    const reactor = new Reactor(platform);
    const MOST = 200;
    let called = 0;
    const add = (): void => {
      const fd = flag(1);
      reactor.addHandler(fd, POLLIN, () => {
        lower(fd);
        if (++called < MOST) add();
        else reactor.stop();
      });
    };
    add();
    reactor.run();
    expect(called).toBe(MOST);
    reactor.close();
  });
});
