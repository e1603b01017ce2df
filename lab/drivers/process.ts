// A process per flow, joined by pipes: one process blocks on the device and copies it into a pipe, this
// one blocks on the pipe. Dataflow in the way of Unix: neither knows of the other, and the pipe between
// them is buffer and brake. A pipe ends without a reason, so a device that fails looks like one that ends.
import { Unsupported } from '../errors.ts';
import {
  type BlockingEngine,
  type Driver,
  type DriverFacts,
  type OpenContext,
  READ,
} from './driver.ts';
import { AtOnce } from './parts/at-once.ts';
import { Flow, pipe } from './parts/flow.ts';
import { openTarget, probeByOperation } from './parts/open.ts';

const facts: DriverFacts = {
  id: 'process',
  title: 'A process per flow',
  form: 'synchronous',
  reports: 'completion',
  mechanism: 'interrupt',
  loop: 'blocking',
  serves: ['stream', 'events'],
  platforms: ['linux'],
  cost: 'a process for each direction; every byte is read twice and written once more, and each event wakes two processes',
  needs: 'the programs setpriv and dd; a start that takes longer than that of a thread',
  parameters: {},
  source: 'https://man7.org/linux/man-pages/man7/pipe.7.html',
  emulated_by: 'dd(1): a blocking read and a write into a pipe; then a blocking read of the pipe',
};

class ProcessPerFlow extends AtOnce implements BlockingEngine {
  readonly #context: OpenContext;
  readonly #fd: number;
  readonly #flows: Flow[] = [];
  /** Our end of the pipe that is read, and of the one that is written. */
  #input = -1;
  #output = -1;
  #open = true;

  constructor(context: OpenContext) {
    super(context);
    this.#context = context;
    this.#fd = openTarget(context, false);
    try {
      const { read, write } = pipe(this.platform);
      this.#input = read;
      this.#join(this.#fd, write, write);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Processes that work for this one: what they use is part of its cost. */
  get processes(): readonly number[] {
    return this.#flows.map(flow => flow.pid);
  }

  /** A process copies `from` into `to`. Kept open here, `theirs` would keep a pipe from ending. */
  #join(from: number, to: number, theirs: number): void {
    try {
      this.#flows.push(new Flow(this.platform, from, to));
    } finally {
      this.platform.posix.close(theirs);
    }
  }

  protected perform(slot: number): number {
    if (this.operations.opcode[slot] === READ) return this.transfer(this.#input, slot);
    // What may not be written is refused by the kernel itself.
    if (!this.#context.target.writable) return this.transfer(this.#fd, slot);
    if (this.#output < 0) this.#beginWriting();
    return this.transfer(this.#output, slot);
  }

  /** The other direction is a process of its own, begun when it is first used. */
  #beginWriting(): void {
    const { read, write } = pipe(this.platform);
    this.#output = write;
    this.#join(read, this.#fd, read);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const { posix } = this.platform;
    if (this.#output >= 0) posix.close(this.#output);
    const [reading, writing] = this.#flows;
    reading?.end();
    // What was written is still to arrive, where the device takes it.
    writing?.finish();
    if (this.#input >= 0) posix.close(this.#input);
    posix.close(this.#fd);
    this.free();
  }
}

/** A pipe keeps bytes and no borders: reports that come together would be read as one. */
function make(context: OpenContext): ProcessPerFlow {
  const { input } = context.target;
  if (input?.node !== 'hidraw' || input.stamped) return new ProcessPerFlow(context);
  const reason = 'a pipe joins reports that come together, and none of them tells where it ends';
  throw new Unsupported(reason, 'use --set node=evdev, or another driver');
}

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => make(context).close()),
  open: async context => make(context),
};
