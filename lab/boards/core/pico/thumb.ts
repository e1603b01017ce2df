// Executes ARMv6-M instructions, one switch on the upper bits: rp2040js asks up to seventy questions
// about each. Registers and special registers are rp2040js's; cycles are those of the Cortex-M0+
// technical reference manual (DDI 0484), section "Instruction set summary". Encodings: ARMv6-M
// architecture reference manual (DDI 0419), chapter A5.
import type { RP2040 } from 'rp2040js';
import { Alu } from './alu.ts';
import { type Bus, RAM_BYTES, RAM_START } from './bus.ts';
import type { Clock } from './clock.ts';

const SP = 13;
const LR = 14;
const PC = 15;

/** What the processor around it does for an instruction. */
export interface Surroundings {
  /** An address was written to the PC in handler mode that means "return from the exception". */
  leaveException(code: number): void;
  /** WFI, or WFE when `event` is set. */
  sleep(event: boolean): void;
  /** No such instruction, or a breakpoint without a debugger. */
  fault(): void;
}

export class Thumb extends Alu {
  readonly #core: RP2040['core'];
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #around: Surroundings;

  constructor(core: RP2040['core'], bus: Bus, clock: Clock, around: Surroundings) {
    super(core.registers as Uint32Array<ArrayBuffer>);
    this.#core = core;
    this.#bus = bus;
    this.#clock = clock;
    this.#around = around;
  }

  /** Execute until the clock says stop. One long function: a call per instruction would cost a third. */
  run(): void {
    const { r } = this;
    const bus = this.#bus;
    const clock = this.#clock;
    const { ram16 } = bus;
    while (clock.cycles < clock.stop) {
      const at = r[PC]!;
      const place = (at - RAM_START) >>> 0;
      const code = place < RAM_BYTES ? ram16[place >> 1]! : bus.fetch(at);
      r[PC] = at + 2;
      const format = code >> 11;
      // What the instruction takes, but for waits on the bus, which the bus adds. Formats 9 to 19 are the
      // loads and stores.
      let cycles = (format - 9) >>> 0 < 11 ? 2 : 1;
      const low = code & 7;
      const mid = (code >> 3) & 7;
      const five = (code >> 6) & 31;
      const eight = code & 0xff;
      const high = (code >> 8) & 7;
      switch (format) {
        case 0: {
          const value = r[mid]!;
          if (five !== 0) this.c = (value >>> (32 - five)) & 1;
          this.n = this.z = r[low] = value << five;
          break;
        }
        case 1: {
          const value = r[mid]!;
          this.c = (value >>> (five === 0 ? 31 : five - 1)) & 1;
          this.n = this.z = five === 0 ? 0 : (value >>> five) | 0;
          r[low] = this.z;
          break;
        }
        case 2: {
          const value = r[mid]!;
          this.c = (value >> (five === 0 ? 31 : five - 1)) & 1;
          this.n = this.z = r[low] = value >> (five === 0 ? 31 : five);
          break;
        }
        case 3: {
          const operand = code & 0x400 ? (code >> 6) & 7 : r[(code >> 6) & 7]!;
          r[low] = code & 0x200 ? this.add(r[mid]!, ~operand, 1) : this.add(r[mid]!, operand, 0);
          break;
        }
        case 4:
          this.n = this.z = r[high] = eight;
          break;
        case 5:
          this.add(r[high]!, ~eight, 1);
          break;
        case 6:
          r[high] = this.add(r[high]!, eight, 0);
          break;
        case 7:
          r[high] = this.add(r[high]!, ~eight, 1);
          break;
        case 8:
          if (code & 0x400) cycles = this.#highRegisters(code, at);
          else this.dataProcessing(code);
          break;
        case 9:
          r[high] = bus.load32(((at + 4) & ~3) + eight * 4);
          break;
        case 10: {
          const address = (r[mid]! + r[(code >> 6) & 7]!) | 0;
          switch ((code >> 9) & 3) {
            case 0:
              bus.store32(address, r[low]!);
              break;
            case 1:
              bus.store16(address, r[low]!);
              break;
            case 2:
              bus.store8(address, r[low]!);
              break;
            default:
              r[low] = (bus.load8(address) << 24) >> 24;
              break;
          }
          break;
        }
        case 11: {
          const address = (r[mid]! + r[(code >> 6) & 7]!) | 0;
          switch ((code >> 9) & 3) {
            case 0:
              r[low] = bus.load32(address);
              break;
            case 1:
              r[low] = bus.load16(address);
              break;
            case 2:
              r[low] = bus.load8(address);
              break;
            default:
              r[low] = (bus.load16(address) << 16) >> 16;
              break;
          }
          break;
        }
        case 12:
          bus.store32((r[mid]! + five * 4) | 0, r[low]!);
          break;
        case 13:
          r[low] = bus.load32((r[mid]! + five * 4) | 0);
          break;
        case 14:
          bus.store8((r[mid]! + five) | 0, r[low]!);
          break;
        case 15:
          r[low] = bus.load8((r[mid]! + five) | 0);
          break;
        case 16:
          bus.store16((r[mid]! + five * 2) | 0, r[low]!);
          break;
        case 17:
          r[low] = bus.load16((r[mid]! + five * 2) | 0);
          break;
        case 18:
          bus.store32((r[SP]! + eight * 4) | 0, r[high]!);
          break;
        case 19:
          r[high] = bus.load32((r[SP]! + eight * 4) | 0);
          break;
        case 20:
          r[high] = ((at + 4) & ~3) + eight * 4;
          break;
        case 21:
          r[high] = r[SP]! + eight * 4;
          break;
        case 22:
        case 23:
          cycles = this.#miscellaneous(code);
          break;
        case 24:
          cycles = this.#storeMany(high, eight);
          break;
        case 25:
          cycles = this.#loadMany(high, eight);
          break;
        case 26:
        case 27: {
          const condition = (code >> 8) & 15;
          if (condition === 15) {
            this.#core.pendingSVCall = true;
            this.#clock.attention();
            break;
          }
          if (condition === 14) {
            this.#around.fault();
            break;
          }
          if (this.holds(condition)) {
            r[PC] = at + 4 + ((code << 24) >> 23);
            cycles = 2;
          }
          break;
        }
        case 28:
          r[PC] = at + 4 + ((code << 21) >> 20);
          cycles = 2;
          break;
        case 30:
          cycles = this.#wide(code, at);
          break;
        default:
          this.#around.fault();
          break;
      }
      clock.cycles += cycles;
    }
  }

  #highRegisters(code: number, at: number): number {
    const { r } = this;
    const from = (code >> 3) & 15;
    const to = ((code >> 4) & 8) | (code & 7);
    const operand = from === PC ? at + 4 : r[from]!;
    switch ((code >> 8) & 3) {
      case 0:
        return this.#setAny(to, (to === PC ? at + 4 : r[to]!) + operand);
      case 1:
        this.add(r[to]!, ~operand, 1);
        return 1;
      case 2:
        return this.#setAny(to, operand);
      default:
        if (code & 0x80) r[LR] = (at + 2) | 1;
        this.#jump(operand, (code & 0x80) === 0);
        return 2;
    }
  }

  #setAny(to: number, value: number): number {
    if (to === PC) {
      this.r[PC] = value & ~1;
      return 2;
    }
    this.r[to] = to === SP ? value & ~3 : value;
    return 1;
  }

  #jump(target: number, may_leave: boolean): void {
    const handler = 1;
    if (may_leave && target >>> 28 === 15 && this.#core.currentMode === handler) {
      this.#around.leaveException(target);
    } else this.r[PC] = target & ~1;
  }

  #storeMany(base: number, list: number): number {
    const { r } = this;
    let address = r[base]!;
    let count = 0;
    for (let i = 0; i < 8; i++) {
      if ((list & (1 << i)) === 0) continue;
      this.#bus.store32(address, r[i]!);
      address = (address + 4) | 0;
      count++;
    }
    r[base] = address;
    return 1 + count;
  }

  #loadMany(base: number, list: number): number {
    const { r } = this;
    let address = r[base]!;
    let count = 0;
    for (let i = 0; i < 8; i++) {
      if ((list & (1 << i)) === 0) continue;
      r[i] = this.#bus.load32(address);
      address = (address + 4) | 0;
      count++;
    }
    if ((list & (1 << base)) === 0) r[base] = address;
    return 1 + count;
  }

  /** item "push-pop-cycles": 1 + N, and 3 + N for a return, N with the LR or PC. */
  #push(list: number, link: boolean): number {
    const { r } = this;
    let count = link ? 1 : 0;
    for (let i = 0; i < 8; i++) count += (list >> i) & 1;
    let address = (r[SP]! - 4 * count) | 0;
    r[SP] = address;
    for (let i = 0; i < 8; i++) {
      if ((list & (1 << i)) === 0) continue;
      this.#bus.store32(address, r[i]!);
      address = (address + 4) | 0;
    }
    if (link) this.#bus.store32(address, r[LR]!);
    return 1 + count;
  }

  #pop(list: number, and_return: boolean): number {
    const { r } = this;
    let address = r[SP]!;
    let count = 0;
    for (let i = 0; i < 8; i++) {
      if ((list & (1 << i)) === 0) continue;
      r[i] = this.#bus.load32(address);
      address = (address + 4) | 0;
      count++;
    }
    if (!and_return) {
      r[SP] = address;
      return 1 + count;
    }
    const target = this.#bus.load32(address);
    r[SP] = address + 4;
    this.#jump(target, true);
    return 3 + count + 1;
  }

  #miscellaneous(code: number): number {
    const { r } = this;
    const to = code & 7;
    const value = r[(code >> 3) & 7]!;
    switch ((code >> 8) & 15) {
      case 0:
        r[SP] = r[SP]! + (code & 0x80 ? -(code & 0x7f) : code & 0x7f) * 4;
        return 1;
      case 2:
        r[to] = extend((code >> 6) & 3, value);
        return 1;
      case 4:
      case 5:
        return this.#push(code & 0xff, (code & 0x100) !== 0);
      case 6:
        if (code === 0xb672) this.#core.PM = true;
        else if (code === 0xb662) {
          this.#core.PM = false;
          this.#clock.attention();
        } else this.#around.fault();
        return 1;
      case 10: {
        const swapped = ((value >>> 8) & 0xff00ff) | ((value & 0xff00ff) << 8);
        const kind = (code >> 6) & 3;
        if (kind === 0) r[to] = (swapped >>> 16) | (swapped << 16);
        else if (kind === 1) r[to] = swapped;
        else if (kind === 3) r[to] = (swapped << 16) >> 16;
        else this.#around.fault();
        return 1;
      }
      case 12:
      case 13:
        return this.#pop(code & 0xff, (code & 0x100) !== 0);
      case 15:
        return this.#hint(code);
      default: // BKPT among them
        this.#around.fault();
        return 1;
    }
  }

  #hint(code: number): number {
    if (code === 0xbf30 || code === 0xbf20) {
      this.#around.sleep(code === 0xbf20);
      return 2;
    }
    if (code === 0xbf40) this.#core.eventRegistered = true; // item "send-event"
    return 1;
  }

  /** BL, MRS, MSR and the barriers: the 32-bit instructions there are. */
  #wide(code: number, at: number): number {
    const { r } = this;
    const second = this.#bus.fetch(at + 2);
    r[PC] = at + 4;
    if ((second & 0xd000) === 0xd000) {
      const sign = (code >> 10) & 1;
      const i1 = 1 ^ ((second >> 13) & 1) ^ sign;
      const i2 = 1 ^ ((second >> 11) & 1) ^ sign;
      const upper = (sign << 24) | (i1 << 23) | (i2 << 22) | ((code & 0x3ff) << 12);
      const distance = ((upper | ((second & 0x7ff) << 1)) << 7) >> 7;
      r[LR] = (at + 4) | 1;
      r[PC] = at + 4 + distance;
      return 3;
    }
    const core = this.#core;
    if (code === 0xf3ef && second >> 12 === 8) {
      core.APSR = this.flags;
      r[(second >> 8) & 15] = core.readSpecialRegister(second & 0xff);
      return 3;
    }
    if ((code & 0xfff0) === 0xf380 && second >> 8 === 0x88) {
      core.APSR = this.flags;
      core.writeSpecialRegister(second & 0xff, r[code & 15]! >>> 0);
      this.flags = core.APSR;
      this.#clock.attention();
      return 3;
    }
    if (code !== 0xf3bf) this.#around.fault();
    return 3;
  }
}

/** SXTH, SXTB, UXTH, UXTB. */
function extend(kind: number, value: number): number {
  if (kind === 0) return (value << 16) >> 16;
  if (kind === 1) return (value << 24) >> 24;
  return kind === 2 ? value & 0xffff : value & 0xff;
}
