// The teaching device moves whole blocks by itself: it is told where from, where to and how many, and
// reads and writes the program's memory. The IOMMU shows it that memory and no other.
import { DeviceGone, TimedOut, Unsupported } from '../../../errors.ts';
import { VFIO_PCI_MSI_IRQ_INDEX } from '../../../ffi/linux/constants.ts';
import type { Platform } from '../../../ffi/platform.ts';
import { MappedRegisters } from '../../../registers/access.ts';
import {
  DMA_BUFFER,
  DMA_INTERRUPT,
  DMA_REACH_BYTES,
  DMA_TO_MEMORY,
  Edu,
} from '../../../registers/edu.ts';
import { addressOf, claim, region } from '../../../registers/pci.ts';
import { VfioFunction } from '../../../registers/vfio.ts';
import { InterruptWait } from '../../parts/interrupt-wait.ts';
import { CountedRegisters } from './counting.ts';
import { BLOCK_BYTES, type Mover } from './measure.ts';

const LIMIT_NS = 2e9;
const FLAG_BYTES = 8;
const PAGE_BYTES = 4096;
const ASKED_PER_CLOCK_READING = 512;

/** `interrupt`: sleep until the device says that it is over; else ask it. */
export function openBlocks(platform: Platform, path: string, interrupt: boolean): Mover {
  const give_back = claim(path, 'vfio-pci');
  const memory = platform.memory(2 * PAGE_BYTES);
  let vfio: VfioFunction | undefined;
  let bell: InterruptWait | undefined;
  const release = () => {
    bell?.free();
    vfio?.close();
    memory.free();
    give_back();
  };
  try {
    vfio = new VfioFunction(platform, addressOf(path));
    vfio.enable();
    const registers = new CountedRegisters(
      new MappedRegisters(vfio.mapBar(0, region(path, 0).length)),
    );
    const edu = new Edu(registers);
    edu.begin();
    const { device_address } = vfio.share(memory);
    if (device_address + memory.length > DMA_REACH_BYTES)
      throw new Unsupported(`edu does not reach the address ${device_address}`, '');
    if (interrupt) bell = bellOf(platform, vfio);
    else vfio.watchRecall();
    const wait = bell ? sleeper(bell, edu) : asker(platform, edu, vfio);
    const flags = interrupt ? DMA_INTERRUPT : 0;
    return {
      registers,
      asked: 0,
      interrupts: 0,
      move(block, back) {
        memory.bytes.set(block);
        edu.startTransfer(device_address, DMA_BUFFER, BLOCK_BYTES, flags);
        wait(this);
        edu.startTransfer(
          DMA_BUFFER,
          device_address + PAGE_BYTES,
          BLOCK_BYTES,
          flags | DMA_TO_MEMORY,
        );
        wait(this);
        // By Atomics, because the device has written there and the compiler does not know.
        for (let at = 0; at < BLOCK_BYTES; at++)
          back[at] = Atomics.load(memory.bytes, PAGE_BYTES + at);
      },
      close() {
        edu.end();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

function bellOf(platform: Platform, vfio: VfioFunction): InterruptWait {
  const [flag] = vfio.interruptFlags(VFIO_PCI_MSI_IRQ_INDEX, 1) as [number];
  vfio.recallBy(flag);
  const counters = { syscalls: 0, polls: 0 };
  return new InterruptWait(platform, flag, FLAG_BYTES, { counters, title: 'edu' });
}

type Wait = (mover: Mover) => void;

function asker(platform: Platform, edu: Edu, vfio: VfioFunction): Wait {
  return mover => {
    const start_ns = platform.now();
    for (let asked = 1; ; asked++) {
      mover.asked++;
      if (!edu.transferring()) break;
      if (asked % ASKED_PER_CLOCK_READING !== 0) continue;
      vfio.keep();
      if (platform.now() - start_ns > LIMIT_NS)
        throw new TimedOut('edu does not come to the end of a transfer');
    }
  };
}

function sleeper(interrupt: InterruptWait, edu: Edu): Wait {
  return mover => {
    interrupt.sleep();
    // The kernel raises the same flag when it wants the device back.
    if (edu.transferring()) throw new DeviceGone('edu is pulled out during a transfer');
    mover.interrupts++;
    edu.acknowledge();
  };
}
