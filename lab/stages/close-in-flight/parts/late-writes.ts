// Reads are in flight when the program closes what it read through, and takes its buffers for something
// else. Do they change afterwards? The buffers stay mapped here, so that a late write is seen and crashes
// nothing.
import { closeSync, constants, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ring } from '../../../drivers/parts/ring.ts';
import { Unsupported } from '../../../errors.ts';
import { IORING_OP_READ } from '../../../ffi/linux/constants.ts';
import type { Memory, Platform } from '../../../ffi/platform.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';

const BUFFER_BYTES = 65536;
/** What the program keeps in the buffers after it took them back. */
const PATTERN = 0xa5a5a5a5;
/** A disk is done with what it was given long before. */
const SETTLE_MS = 300;

export interface InFlight {
  readonly ring: Ring;
  readonly reads: number;
  readonly platform: Platform;
}

/** Start reads into buffers, let `close` end it, take the buffers back, and count those written to. */
export async function measureLateWrites(
  { platform, target, parameters }: StageContext,
  close: (inFlight: InFlight) => void,
): Promise<StageResult> {
  const reads = whole(parameters, 'depth');
  const { O_RDONLY, O_DIRECT = 0 } = constants;
  if (!target.direct || !target.bytes) {
    throw new Unsupported('the file cannot be read past the page cache', 'choose another disk');
  }
  const fd = openSync(target.path, O_RDONLY | O_DIRECT);
  const ring = new Ring(platform, reads + 1, 0);
  const arena: Memory = platform.memory(reads * BUFFER_BYTES);
  const words = new Uint32Array(arena.bytes.buffer);
  for (let i = 0; i < reads; i++) {
    const address = arena.address + i * BUFFER_BYTES;
    const offset = (i * BUFFER_BYTES) % (target.bytes - BUFFER_BYTES);
    ring.prepare(IORING_OP_READ, fd, offset, address >>> 0, address / 2 ** 32, BUFFER_BYTES, i);
  }
  ring.enter(0);
  const start_ns = platform.now();
  close({ ring, reads, platform });
  const latency_ns = [platform.now() - start_ns];
  // From here on the memory is the program's, or so it thinks.
  words.fill(PATTERN);
  await sleep(SETTLE_MS);
  let changed = 0;
  for (let i = 0; i < reads; i++) {
    const from = (i * BUFFER_BYTES) / 4;
    if (words.subarray(from, from + BUFFER_BYTES / 4).some(word => word !== PATTERN)) changed++;
  }
  closeSync(fd);
  arena.free();
  return {
    n: reads,
    series: { latency_ns },
    totals: { reads, changed_buffers: changed },
    notes: changed > 0 ? ['the kernel wrote into memory that the program had taken back'] : [],
  };
}
