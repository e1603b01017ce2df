// The calls that sleep and that a signal may interrupt: each begins anew for one wait, and may be made again
// with the time that remains. Which of them the kernel resumes by itself is listed in signal(7).

import { Duration } from '../../../drivers/parts/duration.ts';
import { CLOCK_MONOTONIC, O_CLOEXEC, POLLIN } from '../../../ffi/linux/constants.ts';
import type { Platform } from '../../../ffi/platform.ts';
import { Descriptors } from '../../parts/descriptors.ts';

export const CALLS = ['read', 'poll', 'select', 'epoll_wait', 'nanosleep'] as const;
export type CallName = (typeof CALLS)[number];

export interface SleepingCall {
  /** A new wait of this length: what it waits for is set going where that is something else's work. */
  begin(length_ns: number): void;
  /** Sleep so long. Returns its result, or a negated errno. */
  sleep(length_ns: number): number;
  close(): void;
}

/** Bits and a whole word for the set of select(2). */
const SET_BITS = 64;
const TIMER_BYTES = 8;

export function openCall(platform: Platform, name: CallName): SleepingCall {
  const descriptors = new Descriptors(platform);
  const { posix, linux, errno } = platform;
  const silent = descriptors.pipe().reader;
  const result = (value: number): number => (value < 0 ? -errno() : value);
  const open = { begin: () => {}, close: () => descriptors.close() };
  switch (name) {
    case 'poll':
      return { ...open, sleep: ns => descriptors.poll(silent, POLLIN, milliseconds(ns)) };
    case 'epoll_wait': {
      const epoll = descriptors.epoll();
      return { ...open, sleep: ns => descriptors.wait(epoll, milliseconds(ns)) };
    }
    case 'nanosleep':
      return timed(platform, 1, open, ([address]) => result(posix.nanosleep(address)));
    case 'select':
      return timed(platform, 1000, open, ([address]) =>
        // No set at all: it waits for the time alone.
        result(linux!.select(SET_BITS, 0, 0, 0, address)),
      );
    case 'read':
      return readTimer(platform, descriptors);
  }
}

const milliseconds = (length_ns: number): number => Math.max(0, Math.ceil(length_ns / 1e6));

function timed(
  platform: Platform,
  unit_ns: 1 | 1000,
  open: Pick<SleepingCall, 'begin' | 'close'>,
  sleep: (address: readonly [number, null]) => number,
): SleepingCall {
  const duration = new Duration(platform, unit_ns);
  return {
    begin: open.begin,
    sleep(length_ns) {
      duration.set(length_ns);
      return sleep(duration.address);
    },
    close() {
      duration.free();
      open.close();
    },
  };
}

/** A slow device: a timer that is read (timerfd_create(2)). It keeps its answer, whoever interrupts. */
function readTimer(platform: Platform, descriptors: Descriptors): SleepingCall {
  const linux = platform.linux!;
  const timer = descriptors.keep(linux.timerfd_create(CLOCK_MONOTONIC, O_CLOEXEC));
  const value = platform.memory(32);
  const words = new Uint32Array(value.bytes.buffer);
  return {
    begin(length_ns) {
      words[6] = length_ns;
      linux.timerfd_settime(timer, 0, value.address, 0);
    },
    sleep: () => descriptors.read(timer, TIMER_BYTES),
    close() {
      value.free();
      descriptors.close();
    },
  };
}
