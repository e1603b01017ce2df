// Straight-line code over the event loop: one loop that awaits the next chunk, as a JavaScript program
// is written today. It stands on the same handle of libuv's as `node-stream`, so what differs is the
// language's own: Node's asynchronous iteration, whose every step makes a promise and comes back
// through the queue of microtasks. (Awaiting a FileHandle's reads would measure libuv's threads.)
import type { Socket } from 'node:net';
import type { Driver, DriverFacts, EventEngine, OpenContext } from './driver.ts';
import { EventSlots, negatedErrno } from './parts/event-slots.ts';
import { probeByOperation } from './parts/open.ts';
import { openStream } from './parts/open-stream.ts';

const facts: DriverFacts = {
  id: 'async-await',
  title: 'Coroutine, async/await',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'interrupt',
  loop: 'event',
  serves: ['stream'],
  platforms: ['linux', 'darwin'],
  cost: 'what a Node stream costs, and for every chunk an event more, a promise and a suspended function that is resumed',
  needs: 'nothing but Node',
  parameters: {},
  source: 'https://nodejs.org/api/stream.html#readablesymbolasynciterator',
  emulated_by: 'a state machine that the engine keeps, over libuv: epoll, then a non-blocking read',
};

class AsyncAwait extends EventSlots implements EventEngine {
  readonly loop = 'event';
  readonly #stream: Socket;
  readonly #over: Promise<void>;
  #open = true;

  constructor(context: OpenContext) {
    super(context);
    this.#stream = openStream(context);
    this.#over = this.#readAll();
  }

  /** All of reading, from the first byte to the last. */
  async #readAll(): Promise<void> {
    try {
      for await (const chunk of this.#stream) this.arrived(chunk);
      this.ended();
    } catch (error) {
      // Closed on purpose is no failure (ERR_STREAM_PREMATURE_CLOSE).
      if (this.#open) this.ended(negatedErrno(error));
      else this.ended();
    }
  }

  /** All of writing one slot. */
  async #writeOne(slot: number): Promise<void> {
    const length = this.operations.length_bytes[slot]!;
    // A copy, because the stream keeps what it is given until the bytes are out.
    const bytes = Buffer.from(this.slot(slot).subarray(0, length));
    try {
      await this.#send(bytes);
      this.wrote(slot, length);
    } catch (error) {
      this.wrote(slot, negatedErrno(error));
    }
  }

  #send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(bytes, error => (error ? reject(error) : resolve()));
    });
  }

  submit(slots: Uint32Array, count: number): number {
    return this.start(slots, count, slot => void this.#writeOne(slot));
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#stream.destroy();
    await this.#over;
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => new AsyncAwait(context).close()),
  open: async context => new AsyncAwait(context),
};
