// Completes everything at once and touches nothing: what it costs is what the lab itself costs.
// The idea is fio's null engine.

import { Unsupported } from '../errors.ts';
import type { BlockingEngine, Driver, DriverFacts, OpenContext } from './driver.ts';
import { probeByOperation } from './parts/open.ts';
import { Slots } from './parts/slots.ts';

const facts: DriverFacts = {
  id: 'null',
  title: 'Nothing at all',
  form: 'synchronous',
  reports: 'completion',
  mechanism: 'reference',
  loop: 'blocking',
  serves: ['block'],
  platforms: ['linux', 'darwin', 'win32'],
  cost: 'no system call: only the lab around it',
  needs: 'the null device',
  parameters: {},
  source: 'https://fio.readthedocs.io/en/latest/fio_doc.html#i-o-engine',
  emulated_by: 'nothing: it does nothing',
};

class Nothing extends Slots implements BlockingEngine {
  readonly loop = 'blocking';
  #open = true;

  submit(slots: Uint32Array, count: number): number {
    const accepted = Math.min(count, this.room());
    for (let i = 0; i < accepted; i++) {
      this.finish(slots[i]!, this.operations.length_bytes[slots[i]!]!);
    }
    return accepted;
  }

  wait(): number {
    return this.take();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.free();
  }
}

const open = (context: OpenContext): Nothing => {
  if (context.target.device === 'null') return new Nothing(context);
  throw new Unsupported('null moves no bytes, so it measures no real device', 'use --device null');
};

export const driver: Driver = {
  ...facts,
  probe: context => probeByOperation(facts, context, () => open(context).close()),
  open: async context => open(context),
};
