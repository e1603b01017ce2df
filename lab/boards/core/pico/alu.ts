// Flags and arithmetic of ARMv6-M: what conditions ask and data processing instructions do. ARMv6-M
// architecture reference manual (DDI 0419), sections A2.2 and A5.2.2.

export class Alu {
  /** Negative: flag N. */
  n = 0;
  /** Zero: flag Z. */
  z = 1;
  c = 0;
  v = 0;
  protected readonly r: Int32Array;

  constructor(registers: Uint32Array<ArrayBuffer>) {
    this.r = new Int32Array(registers.buffer);
  }

  /** The flags as bits 31 to 28 of the APSR. */
  get flags(): number {
    const nz = (this.n < 0 ? 8 : 0) | (this.z === 0 ? 4 : 0);
    return (nz | (this.c << 1) | this.v) << 28;
  }

  set flags(apsr: number) {
    this.n = apsr;
    this.z = apsr & 0x4000_0000 ? 0 : 1;
    this.c = (apsr >>> 29) & 1;
    this.v = (apsr >>> 28) & 1;
  }

  /** a + b + carry, with flags. */
  protected add(a: number, b: number, carry: number): number {
    const sum = (a + b + carry) | 0;
    this.n = this.z = sum;
    this.c = ((a & b) | ((a | b) & ~sum)) >>> 31;
    this.v = ((a ^ sum) & (b ^ sum)) >>> 31;
    return sum;
  }

  protected holds(condition: number): boolean {
    const negative = this.n < 0;
    switch (condition) {
      case 0:
        return this.z === 0;
      case 1:
        return this.z !== 0;
      case 2:
        return this.c === 1;
      case 3:
        return this.c === 0;
      case 4:
        return negative;
      case 5:
        return !negative;
      case 6:
        return this.v === 1;
      case 7:
        return this.v === 0;
      case 8:
        return this.c === 1 && this.z !== 0;
      case 9:
        return this.c === 0 || this.z === 0;
      case 10:
        return negative === (this.v === 1);
      case 11:
        return negative !== (this.v === 1);
      case 12:
        return this.z !== 0 && negative === (this.v === 1);
      default:
        return this.z === 0 || negative !== (this.v === 1);
    }
  }

  /** Data processing on two low registers; always one cycle. */
  protected dataProcessing(code: number): void {
    const { r } = this;
    const to = code & 7;
    const a = r[to]!;
    const b = r[(code >> 3) & 7]!;
    let result = a;
    switch ((code >> 6) & 15) {
      case 0:
        result = a & b;
        break;
      case 1:
        result = a ^ b;
        break;
      case 2:
      case 3:
      case 4:
      case 7:
        result = this.#shift((code >> 6) & 15, a, b & 0xff);
        break;
      case 5:
        r[to] = this.add(a, b, this.c);
        return;
      case 6:
        r[to] = this.add(a, ~b, this.c);
        return;
      case 8:
        this.n = this.z = a & b;
        return;
      case 9:
        r[to] = this.add(0, ~b, 1);
        return;
      case 10:
        this.add(a, ~b, 1);
        return;
      case 11:
        this.add(a, b, 0);
        return;
      case 12:
        result = a | b;
        break;
      case 13:
        result = Math.imul(a, b); // one cycle on the RP2040 (datasheet, "Cortex-M0+")
        break;
      case 14:
        result = a & ~b;
        break;
      default:
        result = ~b;
    }
    this.n = this.z = r[to] = result;
    return;
  }

  /** Shifts by a register: by nothing they leave the carry, by 32 and more they end (DDI 0419, A2.2.1). */
  #shift(kind: number, value: number, by: number): number {
    if (by === 0) return value;
    switch (kind) {
      case 2:
        this.c = by > 32 ? 0 : by === 32 ? value & 1 : (value >>> (32 - by)) & 1;
        return by > 31 ? 0 : value << by;
      case 3:
        this.c = by > 32 ? 0 : (value >>> (by - 1)) & 1;
        return by > 31 ? 0 : (value >>> by) | 0;
      case 4:
        this.c = (value >> Math.min(by - 1, 31)) & 1;
        return value >> Math.min(by, 31);
      default: {
        const turned = (value >>> (by & 31)) | (value << ((32 - by) & 31));
        this.c = turned >>> 31;
        return turned;
      }
    }
  }
}
