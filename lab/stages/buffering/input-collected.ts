// A stream's input buffer: one call asks the kernel for as much as the buffer holds and takes what is
// there, and requests are served from that. It never waits for more than there is, so unlike an output
// buffer it delays nothing.
import { SystemCallError } from '../../errors.ts';
import type { Memory, Platform } from '../../ffi/platform.ts';
import type { Stage, StageContext, StageResult } from '../stage.ts';
import { byteAt } from './parts/pattern.ts';
import { openPipe } from './parts/pipe.ts';
import { makeDense, requestsOf, Times, warmUp } from './parts/requests.ts';

class Input {
  total = 0;
  syscalls = 0;
  /** Bytes that were not the next ones of the stream. */
  wrong = 0;
  readonly #platform: Platform;
  readonly #fd: number;
  readonly #memory: Memory;
  #next = 0;
  #end = 0;

  constructor(platform: Platform, fd: number, threshold: number) {
    this.#platform = platform;
    this.#fd = fd;
    this.#memory = platform.memory(threshold);
  }

  take(): void {
    if (this.#next === this.#end) this.#fill();
    if (this.#memory.bytes[this.#next++] !== byteAt(this.total++)) this.wrong++;
  }

  #fill(): void {
    const { posix, errno, errnoName } = this.#platform;
    this.syscalls++;
    const got = posix.read(this.#fd, this.#memory.address, this.#memory.length);
    if (got <= 0) throw new SystemCallError('read', got < 0 ? errnoName(errno()) : 'EPIPE');
    this.#next = 0;
    this.#end = got;
  }

  free(): void {
    this.#memory.free();
  }
}

async function run(context: StageContext): Promise<StageResult> {
  const { platform, counting } = context;
  const requests = requestsOf(context);
  const { rare, threshold_bytes } = requests;
  const feeding = rare ? [rare.count, 1000 / rare.rate_hz] : [];
  const pipe = await openPipe(context, 'feed', feeding);
  const taken = new Times(platform, requests);
  const input = new Input(platform, pipe.fd, threshold_bytes);
  try {
    const take = () => input.take();
    if (!rare) warmUp(platform, take);
    input.syscalls = 0;
    const begun_ns = counting.begin();
    const n = rare ? rare.count : makeDense(platform, take);
    for (let i = 0; rare && i < rare.count; i++) {
      take();
      taken.note(i);
    }
    counting.end();
    const seconds = (platform.now() - begun_ns) / 1e9;
    const passage = await pipe.finish();
    if (input.wrong > 0) throw new Error(`${input.wrong} bytes were not the next of the stream`);
    return {
      n,
      ...(rare ? { series: { latency_ns: taken.until(passage, -1) } } : {}),
      totals: { ops_per_s: n / seconds, syscalls_per_op: input.syscalls / n },
      notes: ['input, first: from the writing of a byte until the request for it is served'],
    };
  } finally {
    pipe.abandon();
    input.free();
  }
}

export const stage: Stage = {
  id: 'input-collected',
  title: 'Input through a buffer',
  experiment: 'buffering',
  mechanism: 'interrupt',
  about: 'requests of one byte are served from a buffer that one read fills with what is there',
  source: 'https://man7.org/linux/man-pages/man3/setbuf.3.html',
  run,
};
