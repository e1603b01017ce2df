// Calls from two devices, one after the other or both at once, as a seed says; and a program that sleeps
// until somebody has called, finds out who, and serves. What it found is compared with what was staged.
import { DeviceGone, TimedOut } from '../../../errors.ts';
import { EINTR, POLLIN } from '../../../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS, POLLFD_REVENTS } from '../../../ffi/linux/structs.ts';
import type { Memory, Platform } from '../../../ffi/platform.ts';
import { readInterrupts, sumLines } from '../../../measure/interrupts.ts';
import { createRandom } from '../../../measure/random.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import type { Source, Sources } from './sources.ts';

/** Nobody calls for longer than this in a run that works. */
const LIMIT_MS = 2000;
const WARMUP_CALLS = 200;
const OFTEN = 0.9;
const MOST_IN_VAIN = 1000;

/** What the program does when it was woken. */
export interface Awake {
  readonly sources: readonly Source[];
  /** Does the kernel say of this one that it has called? No question to a device. */
  told(index: number): boolean;
  /** Ask a device, which is counted. */
  ask(index: number): boolean;
  /** Serve a device that has called. */
  serve(index: number): void;
}

/** Bits: 1 the first calls, 2 the second, 3 both. */
function callsOf(who: string, calls: number, seed: number): Uint8Array {
  const random = createRandom(seed);
  const first = who === 'mostly-first' ? OFTEN : 1 - OFTEN;
  return Uint8Array.from({ length: calls }, () => {
    if (who === 'both') return 3;
    return random() < first ? 1 : 2;
  });
}

/** A list of struct pollfd for the sources and the recalls, and the call that sleeps on it. */
class Bell {
  readonly #platform: Platform;
  readonly #memory: Memory;
  readonly #address: readonly [number, null];
  readonly #events: Int16Array;
  readonly #sources: number;
  readonly #count: number;

  constructor(platform: Platform, sources: readonly Source[], recalls: readonly number[]) {
    this.#platform = platform;
    this.#sources = sources.length;
    this.#count = sources.length + recalls.length;
    this.#memory = platform.memory(POLLFD_BYTES * this.#count);
    this.#address = [this.#memory.address, null];
    const { buffer } = this.#memory.bytes;
    const fds = new Int32Array(buffer);
    this.#events = new Int16Array(buffer);
    for (const [i, fd] of [...sources.map(one => one.fd), ...recalls].entries()) {
      fds[(i * POLLFD_BYTES) / 4] = fd;
      this.#events[(i * POLLFD_BYTES + POLLFD_EVENTS) / 2] = POLLIN;
    }
  }

  sleep(): void {
    const { posix, errno } = this.#platform;
    for (;;) {
      const ready = posix.poll(this.#address[0], this.#count, LIMIT_MS);
      if (ready > 0) break;
      if (ready === 0) throw new TimedOut('a device has called and nobody was woken');
      if (errno() !== EINTR) throw new TimedOut(`poll(2) failed with ${errno()}`);
    }
    for (let i = this.#sources; i < this.#count; i++)
      if (this.rang(i)) throw new DeviceGone('a device on the line is being pulled out');
  }

  rang(index: number): boolean {
    return this.#events[(index * POLLFD_BYTES + POLLFD_REVENTS) / 2] !== 0;
  }

  free(): void {
    this.#memory.free();
  }
}

/** `answer` finds who has called and serves them, once for every time that the program wakes. */
export function measureCalls(
  { platform, target, parameters, counting, seed }: StageContext,
  open: (platform: Platform, path: string) => Sources,
  answer: (awake: Awake) => void,
): StageResult {
  const calls = whole(parameters, 'calls');
  const staged = callsOf(parameters.who ?? 'both', calls, seed);
  const sources = open(platform, target.path);
  const { all, recalls, lines, calls_to_serve } = sources;
  const bell = new Bell(platform, all, recalls);
  const latency_ns: number[] = [];
  const found = [0, 0];
  let asked = 0;
  let woken = 0;
  let began_ns = 0;
  const awake: Awake = {
    sources: all,
    told: index => bell.rang(index),
    ask(index) {
      asked++;
      return all[index]!.called();
    },
    serve(index) {
      all[index]!.serve();
      latency_ns.push(platform.now() - began_ns);
      found[index]!++;
    },
  };
  const call = (who: number): void => {
    const expected = found[0]! + found[1]! + (who === 3 ? 2 : 1);
    began_ns = platform.now();
    for (let i = 0; i < all.length; i++) if (who & (1 << i)) all[i]!.raise();
    for (let in_vain = 0; found[0]! + found[1]! < expected; ) {
      const before = found[0]! + found[1]!;
      bell.sleep();
      woken++;
      answer(awake);
      if (found[0]! + found[1]! > before) continue;
      // The descriptor of a device that is gone is ready for ever, and nobody says "I".
      if (!all.every(one => one.present())) throw new DeviceGone('a device was unplugged');
      if (++in_vain > MOST_IN_VAIN) throw new TimedOut('woken again and again, and nobody called');
    }
  };
  const count = () => sumLines(readInterrupts(), lines) ?? 0;
  try {
    for (let i = 0; i < WARMUP_CALLS; i++) call(staged[i % calls]!);
    found.fill(0);
    latency_ns.length = 0;
    asked = 0;
    woken = 0;
    const before = count();
    counting.begin();
    for (const who of staged) call(who);
    counting.end();
    const interrupts = count() - before;
    check(staged, found);
    const n = found[0]! + found[1]!;
    return {
      n,
      series: { latency_ns },
      totals: {
        asked_per_op: asked / n,
        wakeups_per_op: woken / n,
        interrupts_per_op: interrupts / n,
        syscalls_per_op: woken / n + calls_to_serve,
        found_first: found[0]!,
        found_second: found[1]!,
      },
    };
  } finally {
    bell.free();
    sources.close();
  }
}

/** Throws where somebody was served who had not called, or not served who had. */
function check(staged: Uint8Array, found: readonly number[]): void {
  for (const index of [0, 1]) {
    const called = staged.reduce((sum, who) => sum + ((who >> index) & 1), 0);
    if (called !== found[index])
      throw new Error(`device ${index + 1} called ${called} times and was served ${found[index]}`);
  }
}
