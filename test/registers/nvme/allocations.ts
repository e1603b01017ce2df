// Runs in a process of its own (node --expose-gc): many reads by our NVMe driver, from a controller in memory
// that answers at once, and what they allocated. queue.test.ts starts it.
import { setTimeout as sleep } from 'node:timers/promises';
import { NvmePoll } from '../../../lab/drivers/nvme-poll.ts';
import { assemble } from './assemble.ts';
import { FakeController } from './fake-controller.ts';

const READS = 400_000;
const fake = new FakeController();
const { context, disk } = assemble(fake, { depth: 8 });
const engine = new NvmePoll(context, disk);
fake.beSwift();
const slots = Uint32Array.from({ length: 8 }, (_, slot) => slot);
const { offset_bytes } = engine.operations;

/** As a cell's loop does: all handed over together, all collected. */
function reads(count: number): void {
  for (let done = 0; done < count; ) {
    for (let slot = 0; slot < 8; slot++) offset_bytes[slot] = ((done + slot) % 500) * 4096;
    engine.submit(slots, 8);
    done += engine.wait(8, Number.POSITIVE_INFINITY);
  }
}

reads(READS);
gc!();
gc!();
await sleep(20);
const before = process.memoryUsage().heapUsed;
reads(READS);
const heap_bytes = process.memoryUsage().heapUsed - before;
console.log(JSON.stringify({ reads: READS, heap_bytes, doorbells: engine.counters.doorbells }));
process.exit(0);
