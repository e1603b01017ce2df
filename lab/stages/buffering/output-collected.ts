// A stream's output buffer, as stdio and every language's writers have one: requests are collected, and go
// to the kernel together when there are enough of them, or at the end. With a threshold of one byte it is
// no buffer: every request goes to the driver.
import { SystemCallError } from '../../errors.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import type { Stage, StageContext, StageResult } from '../stage.ts';
import { byteAt } from './parts/pattern.ts';
import { openPipe } from './parts/pipe.ts';
import { makeDense, requestsOf, Times, warmUp } from './parts/requests.ts';

class Output {
  /** Bytes put, and bytes in the buffer. */
  total = 0;
  used = 0;
  syscalls = 0;
  readonly #platform: Platform;
  readonly #fd: number;
  readonly #threshold: number;
  readonly #memory: Memory;
  readonly #first: Times;

  constructor(platform: Platform, fd: number, threshold: number, first: Times) {
    this.#platform = platform;
    this.#fd = fd;
    this.#threshold = threshold;
    this.#memory = platform.memory(threshold);
    this.#first = first;
  }

  put(): void {
    if (this.used === 0) this.#first.note(this.total);
    this.#memory.bytes[this.used++] = byteAt(this.total++);
    if (this.used >= this.#threshold) this.flush();
  }

  /** One call, as long as the kernel takes everything at once. */
  flush(): void {
    const { posix, errno, errnoName } = this.#platform;
    for (let sent = 0; sent < this.used; ) {
      this.syscalls++;
      const moved = posix.write(this.#fd, this.#memory.address + sent, this.used - sent);
      if (moved < 0) throw new SystemCallError('write', errnoName(errno()));
      sent += moved;
    }
    this.used = 0;
  }

  free(): void {
    this.#memory.free();
  }
}

async function run(context: StageContext): Promise<StageResult> {
  const { platform, counting } = context;
  const requests = requestsOf(context);
  const { rare, threshold_bytes } = requests;
  const pipe = await openPipe(context, 'read');
  const first = new Times(platform, requests);
  const output = new Output(platform, pipe.fd, threshold_bytes, first);
  try {
    const put = () => output.put();
    if (!rare) warmUp(platform, put);
    output.flush();
    first.clear();
    output.syscalls = 0;
    const begun_ns = counting.begin();
    const n = rare ? rare.count : makeDense(platform, put);
    for (let i = 0; rare && i < rare.count; i++) {
      platform.sleepUntil(begun_ns + ((i + 1) * 1e9) / rare.rate_hz);
      put();
    }
    const left_bytes = output.used;
    output.flush();
    counting.end();
    const seconds = (platform.now() - begun_ns) / 1e9;
    const passage = await pipe.finish();
    if (passage.total !== output.total) {
      throw new Error(`${output.total} bytes were written and ${passage.total} arrived`);
    }
    return {
      n,
      series: { latency_ns: first.until(passage, 1) },
      totals: { ops_per_s: n / seconds, syscalls_per_op: output.syscalls / n, left_bytes },
      notes: [
        'output, first: from the first byte in an empty buffer until the process at the other end has it',
      ],
    };
  } finally {
    pipe.abandon();
    output.free();
  }
}

export const stage: Stage = {
  id: 'output-collected',
  title: 'Output through a buffer',
  experiment: 'buffering',
  mechanism: 'interrupt',
  about: 'requests of one byte are collected and written to a pipe when a threshold is reached',
  source: 'https://man7.org/linux/man-pages/man3/setbuf.3.html',
  run,
};
