// Node's own event loop: libuv waits in epoll for every descriptor of the process and hands what
// arrived to a stream's callback. What a JavaScript program does when nobody thinks about it.
import type { Socket } from 'node:net';
import type { Driver, DriverFacts, EventEngine, OpenContext } from './driver.ts';
import { EventSlots, negatedErrno } from './parts/event-slots.ts';
import { probeByOperation } from './parts/open.ts';
import { openStream } from './parts/open-stream.ts';

const facts: DriverFacts = {
  id: 'node-stream',
  title: 'Node stream',
  form: 'asynchronous',
  reports: 'completion',
  mechanism: 'interrupt',
  loop: 'event',
  serves: ['stream'],
  platforms: ['linux', 'darwin'],
  cost: 'one turn of the event loop per wake-up: epoll, a read, a buffer, a callback',
  needs: 'nothing but Node',
  parameters: {},
  source: 'https://nodejs.org/api/net.html#class-netsocket',
  emulated_by: 'libuv: epoll, then a non-blocking read',
};

class NodeStream extends EventSlots implements EventEngine {
  readonly loop = 'event';
  readonly #stream: Socket;
  readonly #closed: Promise<void>;
  #open = true;

  constructor(context: OpenContext) {
    super(context);
    this.#stream = openStream(context);
    this.#closed = new Promise(resolve => {
      this.#stream.once('close', () => {
        this.ended();
        resolve();
      });
    });
    this.#stream.on('data', (chunk: Buffer) => this.arrived(chunk));
    this.#stream.on('end', () => this.ended());
    this.#stream.on('error', error => this.ended(negatedErrno(error)));
  }

  submit(slots: Uint32Array, count: number): number {
    return this.start(slots, count, slot => {
      const length = this.operations.length_bytes[slot]!;
      // A copy, because the stream keeps what it is given until the bytes are out.
      const bytes = Buffer.from(this.slot(slot).subarray(0, length));
      this.#stream.write(bytes, error => this.wrote(slot, error ? negatedErrno(error) : length));
    });
  }

  async close(): Promise<void> {
    if (!this.#open) return this.#closed;
    this.#open = false;
    this.#stream.destroy();
    await this.#closed;
    this.free();
  }
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => new NodeStream(context).close()),
  open: async context => new NodeStream(context),
};
