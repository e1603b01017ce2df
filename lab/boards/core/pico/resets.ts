// The subsystem resets (RP2040 datasheet, chapter "Subsystem Resets"): what is held in reset hears and
// says nothing. rp2040js has everything running from the start, so a firmware that forgets to release
// a peripheral would work there and not on the chip. Item "resets".
import type { RP2040 } from 'rp2040js';
import type { Device } from './bus.ts';

const ALL = 0x1ff_ffff;
/** Bits of what a serial firmware needs. */
export const RESET_BITS = {
  dma: 2,
  io_bank0: 5,
  pads_bank0: 8,
  pll_sys: 12,
  pll_usb: 13,
  pwm: 14,
  timer: 21,
  uart0: 22,
  uart1: 23,
} as const;
/** The boot ROM has released what it needs for itself: the pads and pins of the flash, and SYSCFG. */
const AFTER_BOOT = ALL & ~((1 << 6) | (1 << 9) | (1 << 18));

interface Resettable extends Device {
  reset(): void;
}

export class Resets implements Device {
  #held = AFTER_BOOT;
  #watchdog = 0;
  readonly #parts: { bit: number; device: Resettable }[] = [];

  /** The device as the bus sees it. */
  guard(bit: number, device: Resettable): Device {
    this.#parts.push({ bit: 1 << bit, device });
    const held = () => (this.#held & (1 << bit)) !== 0;
    return {
      read: offset => (held() ? 0 : device.read(offset)),
      write: (offset, value, raw) => {
        if (!held()) device.write(offset, value, raw);
      },
    };
  }

  read(offset: number): number {
    if (offset === 0) return this.#held;
    return offset === 4 ? this.#watchdog : offset === 8 ? ALL & ~this.#held : 0;
  }

  write(offset: number, value: number): void {
    if (offset === 4) this.#watchdog = value & ALL;
    if (offset !== 0) return;
    const put = value & ~this.#held;
    this.#held = value & ALL;
    for (const { bit, device } of this.#parts) if (put & bit) device.reset();
  }
}

/** A peripheral of rp2040js's as one of ours; a reset leaves its registers as they are. */
export function foreign(theirs: ReturnType<RP2040['findPeripheral']>): Resettable {
  return {
    read: offset => theirs.readUint32(offset),
    // Written plainly: the bus has worked out what the aliases make of it.
    write: (offset, value) => theirs.writeUint32Atomic(offset, value, 0),
    reset: () => {},
  };
}
