// Reads through Node's thread pool, of pipes that nobody has written to: each blocks a thread of the pool, so
// only as many are in flight as the pool has threads. Then the others get their bytes, and it is counted how
// many of them end nevertheless. The same on Windows and on Linux, because the pool is libuv's on both.
import { read } from 'node:fs';
import type { Platform } from '../../../ffi/platform.ts';

/** Of libuv's pool, where UV_THREADPOOL_SIZE says nothing else. */
export const POOL_THREADS = Number(process.env.UV_THREADPOOL_SIZE ?? 4);
/** So long the bytes may lie there before a read of them counts as starved. */
export const STARVE_MS = 300;
const READ_BYTES = 8;
const LIMIT_MS = 20_000;

export class PoolReads {
  ended = 0;
  failed = 0;
  readonly #all: Promise<void>;

  constructor(descriptors: readonly number[]) {
    const reads = descriptors.map(
      fd =>
        new Promise<void>(resolve => {
          read(fd, Buffer.alloc(READ_BYTES), 0, READ_BYTES, null, error => {
            if (error) this.failed++;
            this.ended++;
            resolve();
          });
        }),
    );
    this.#all = Promise.all(reads).then(() => {});
  }

  /** Until so many have ended, or the time is over. Returns how many have. */
  async until(count: number, limit_ms: number, platform: Platform): Promise<number> {
    const limit_ns = platform.now() + limit_ms * 1e6;
    while (this.ended < count && platform.now() < limit_ns) {
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    return this.ended;
  }

  /** Until all have; false where they do not in time. */
  async over(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>(resolve => {
      timer = setTimeout(() => resolve(false), LIMIT_MS);
    });
    return Promise.race([this.#all.then(() => true), late]).finally(() => clearTimeout(timer));
  }
}
