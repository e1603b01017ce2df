// Blocks that go to a device and come back, compared byte for byte. What is counted is what the processor
// had to do for them: touch registers, ask whether it is over, be interrupted.
import { createRandom } from '../../../measure/random.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import type { CountedRegisters } from './counting.ts';

export const BLOCK_BYTES = 1024;

/** A device that takes a block and gives it back. */
export interface Mover {
  readonly registers: CountedRegisters;
  /** Questions whether it is over, and interrupts that told so. */
  asked: number;
  interrupts: number;
  /** There and back: what comes back stands in `back`. Throws DeviceGone, TimedOut. */
  move(block: Uint8Array, back: Uint8Array): void;
  close(): void;
}

export function measureMoves(context: StageContext, open: () => Mover): StageResult {
  const { platform, parameters, counting, seed } = context;
  const blocks = whole(parameters, 'blocks');
  const random = createRandom(seed);
  const block = new Uint8Array(BLOCK_BYTES);
  const back = new Uint8Array(BLOCK_BYTES);
  const latency_ns: number[] = [];
  const mover = open();
  try {
    mover.registers.accesses = 0;
    counting.begin();
    for (let i = 0; i < blocks; i++) {
      for (let at = 0; at < BLOCK_BYTES; at++) block[at] = Math.floor(random() * 256);
      back.fill(0);
      const start_ns = platform.now();
      mover.move(block, back);
      latency_ns.push(platform.now() - start_ns);
      const wrong = back.findIndex((byte, at) => byte !== block[at]);
      if (wrong >= 0) throw new Error(`byte ${wrong} of block ${i} came back as ${back[wrong]}`);
    }
    counting.end();
  } finally {
    mover.close();
  }
  const { registers, asked, interrupts } = mover;
  return {
    n: blocks,
    series: { latency_ns },
    totals: {
      accesses_per_kB: registers.accesses / blocks,
      asked_per_kB: asked / blocks,
      interrupts_per_kB: interrupts / blocks,
    },
    notes: ['per kB: 1024 bytes to the device and back; QEMU’s edu takes 100 ms for each transfer'],
  };
}
