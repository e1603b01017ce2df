// The bus as the processor and the DMA see it: memory at once, peripherals by address, each with its
// price in cycles. Peripherals that this folder replaces come first, the rest is rp2040js's. RP2040
// datasheet, chapters "Bus Fabric" and "Address Map".
import type { RP2040 } from 'rp2040js';
import type { Clock } from './clock.ts';

/** A peripheral of ours: registers by offset. */
export interface Device {
  read(offset: number): number;
  /** `value` is what the register would become; `raw` what was written (for write-one-to-clear). */
  write(offset: number, value: number, raw: number): void;
}

export const RAM_START = 0x2000_0000;
export const RAM_BYTES = 264 * 1024;
export const FLASH_START = 0x1000_0000;
export const FLASH_BYTES = 2 * 1024 * 1024;
const ROM_BYTES = 16 * 1024;
/** Cycles that an access costs beyond one to memory (datasheet, "APB Bridge"). */
const APB_READ_EXTRA = 2;
const APB_WRITE_EXTRA = 3;
/** The single-cycle IO port saves one (datasheet, "SIO"). */
const SIO_EXTRA = -1;

const SLOTS = 512;
const SIO_END = 0xd000_0180;
/** What rp2040js's SIO does not know and would complain of: reads as 0, writes are ignored. */
const SIO_WRITE_ONLY = new Set([0xbc, 0xfc]);
const SIO_DEAF = new Set([0x0c, 0x50, 0x54, 0x58, 0x7c]);
const SIO_READ_ONLY = new Set(
  [
    0x00, 0x04, 0x08, 0x5c, 0x78, 0x94, 0x98, 0x9c, 0xa0, 0xa4, 0xa8, 0xd4, 0xd8, 0xdc, 0xe0, 0xe4,
  ].concat(0xe8),
);

export class Bus {
  /** An access went nowhere, or was not aligned. */
  onFault: () => void = () => {};
  readonly #chip: RP2040;
  readonly #clock: Clock;
  readonly #ram8: Uint8Array;
  /** The memory in half-words: instructions. */
  readonly ram16: Uint16Array;
  readonly #ram32: Int32Array;
  readonly #flash16: Uint16Array;
  readonly #flash32: Int32Array;
  /** By slot(). */
  readonly #devices: (Device | undefined)[] = new Array<undefined>(SLOTS).fill(undefined);
  readonly #ppb: Device;
  #for_dma = false;
  #dma_failed = false;

  constructor(chip: RP2040, clock: Clock, ppb: Device) {
    this.#chip = chip;
    this.#clock = clock;
    this.#ppb = ppb;
    const { buffer } = chip.sram;
    this.#ram8 = chip.sram;
    this.ram16 = new Uint16Array(buffer);
    this.#ram32 = new Int32Array(buffer);
    this.#flash16 = chip.flash16;
    this.#flash32 = new Int32Array(chip.flash.buffer);
  }

  attach(address: number, device: Device): void {
    this.#devices[slot(address)] = device;
  }

  /** An instruction; where there is no memory, an undefined one. */
  fetch(address: number): number {
    const offset = (address - RAM_START) >>> 0;
    if (offset < RAM_BYTES) return this.ram16[offset >> 1]!;
    const flash = (address - FLASH_START) >>> 0;
    if (flash < FLASH_BYTES) return this.#flash16[flash >> 1]!;
    return 0xde00;
  }

  load32(address: number): number {
    const offset = (address - RAM_START) >>> 0;
    if (offset < RAM_BYTES && (offset & 3) === 0) return this.#ram32[offset >> 2]!;
    if (address & 3) return this.#fault();
    const value = this.read(address >>> 0);
    this.#clock.cycles += extra(address >>> 0, APB_READ_EXTRA);
    return value;
  }

  load16(address: number): number {
    const offset = (address - RAM_START) >>> 0;
    if (offset < RAM_BYTES && (offset & 1) === 0) return this.ram16[offset >> 1]!;
    if (address & 1) return this.#fault();
    return (this.load32(address & ~3) >>> ((address & 2) * 8)) & 0xffff;
  }

  load8(address: number): number {
    const offset = (address - RAM_START) >>> 0;
    if (offset < RAM_BYTES) return this.#ram8[offset]!;
    return (this.load32(address & ~3) >>> ((address & 3) * 8)) & 0xff;
  }

  store32(address: number, value: number): void {
    const offset = (address - RAM_START) >>> 0;
    if (offset < RAM_BYTES && (offset & 3) === 0) this.#ram32[offset >> 2] = value;
    else if (address & 3) this.#fault();
    else this.#storeFar(address, value, 4);
  }

  store16(address: number, value: number): void {
    const offset = (address - RAM_START) >>> 0;
    if (offset < RAM_BYTES && (offset & 1) === 0) this.ram16[offset >> 1] = value;
    else if (address & 1) this.#fault();
    else this.#storeFar(address, value, 2);
  }

  store8(address: number, value: number): void {
    const offset = (address - RAM_START) >>> 0;
    if (offset < RAM_BYTES) this.#ram8[offset] = value;
    else this.#storeFar(address, value, 1);
  }

  #storeFar(address: number, value: number, bytes: number): void {
    this.write(address >>> 0, value, bytes);
    this.#clock.cycles += extra(address >>> 0, APB_WRITE_EXTRA);
  }

  #fault(): number {
    if (this.#for_dma) this.#dma_failed = true;
    else this.onFault();
    return 0;
  }

  /** A transfer of the DMA's: false when an end of it is nowhere. Addresses unsigned, `bytes` 1, 2, 4. */
  move(from: number, to: number, bytes: number, swap: boolean): boolean {
    this.#for_dma = true;
    this.#dma_failed = from >>> 28 > 5 || to >>> 28 > 5; // SIO and PPB are the processors' own
    if (!this.#dma_failed) {
      const value = this.read((from & ~3) >>> 0) >>> ((from & 3 & -bytes) * 8);
      this.write((to & -bytes) >>> 0, swap ? swapped(value, bytes) : value, bytes);
    }
    this.#for_dma = false;
    return !this.#dma_failed;
  }

  /** A whole word, without its price. `address` is unsigned and aligned. */
  read(address: number): number {
    const ram = address - RAM_START;
    if (ram >= 0 && ram < RAM_BYTES) return this.#ram32[ram >> 2]!;
    switch (address >>> 28) {
      case 0:
        return address < ROM_BYTES ? 0 : this.#fault();
      case 1: {
        // Flash appears four times, with and without the cache (datasheet, "XIP").
        const flash = address & 0xff_ffff;
        if (address >= 0x1400_0000) return this.#readDevice(address);
        return flash < FLASH_BYTES ? this.#flash32[flash >> 2]! : -1;
      }
      case 4:
      case 5:
        return this.#readDevice(address);
      case 13:
        if (address >= SIO_END) return this.#fault();
        return this.#readSio(address & 0xfff);
      case 14:
        return address >>> 12 === 0xe000e ? this.#ppb.read(address & 0xfff) : this.#fault();
      default:
        return this.#fault();
    }
  }

  #readDevice(address: number): number {
    const device = this.#devices[slot(address)];
    if (device !== undefined) return device.read(address & 0xfff);
    const theirs = this.#chip.findPeripheral(address);
    return theirs === undefined ? this.#fault() : theirs.readUint32(address & 0xfff);
  }

  /** 1, 2 or 4 bytes, without their price. `address` is unsigned and aligned. */
  write(address: number, value: number, bytes: number): void {
    const ram = address - RAM_START;
    if (ram >= 0 && ram < RAM_BYTES) {
      if (bytes === 4) this.#ram32[ram >> 2] = value;
      else if (bytes === 2) this.ram16[ram >> 1] = value;
      else this.#ram8[ram] = value;
      return;
    }
    // A narrow write reaches a register as copies side by side (datasheet, "Narrow IO Register Writes").
    const wide =
      bytes === 4 ? value : bytes === 2 ? (value & 0xffff) * 0x1_0001 : (value & 0xff) * 0x101_0101;
    const at = (address & ~3) >>> 0;
    switch (address >>> 28) {
      case 4:
      case 5:
        this.#writeDevice(at, wide >>> 0);
        return;
      case 13:
        if (address >= SIO_END) this.#fault();
        else this.#writeSio(at & 0xfff, wide | 0);
        return;
      case 14:
        if (address >>> 12 === 0xe000e) this.#ppb.write(at & 0xfff, wide | 0, wide | 0);
        else this.#fault();
        return;
      default:
        this.#fault();
    }
  }

  #readSio(offset: number): number {
    const nothing = SIO_WRITE_ONLY.has(offset) || SIO_DEAF.has(offset);
    return nothing ? 0 : this.#chip.sio.readUint32(offset);
  }

  #writeSio(offset: number, value: number): void {
    const ignored = SIO_READ_ONLY.has(offset) || SIO_DEAF.has(offset);
    if (!ignored) this.#chip.sio.writeUint32(offset, value);
  }

  #writeDevice(address: number, raw: number): void {
    const device = this.#devices[slot(address)];
    const offset = address & 0xfff;
    const atomic = (address >>> 12) & 3;
    if (device !== undefined) {
      // Aliases that flip, set or clear bits (datasheet, "Atomic Register Access").
      const old = atomic === 0 ? 0 : device.read(offset);
      const value =
        atomic === 0 ? raw : atomic === 1 ? old ^ raw : atomic === 2 ? old | raw : old & ~raw;
      device.write(offset, value >>> 0, raw);
      return;
    }
    const theirs = this.#chip.findPeripheral(address);
    if (theirs === undefined) this.#fault();
    else theirs.writeUint32Atomic(offset, raw, atomic);
  }
}

/** The place of a peripheral in a table: 16 KiB each, APB first, then AHB; beyond them nothing. */
function slot(address: number): number {
  if ((address & 0x0fff_ffff) >= 0x0040_0000) return SLOTS;
  return ((address >>> 14) & 0xff) | ((address >>> 20) & 0x100);
}

function extra(address: number, apb: number): number {
  const region = address >>> 28;
  return region === 4 ? apb : region === 13 ? SIO_EXTRA : 0;
}

function swapped(value: number, bytes: number): number {
  if (bytes === 1) return value;
  const pairs = ((value >>> 8) & 0xff00ff) | ((value & 0xff00ff) << 8);
  return bytes === 2 ? pairs : (pairs >>> 16) | (pairs << 16);
}
