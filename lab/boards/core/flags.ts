// The processor's status register: what each kind of instruction leaves in it. Source: AVR Instruction
// Set Manual (Microchip DS40002198). Each function stores the flags and returns the result.
const SREG = 95;
const CARRY = 0x01;
const ZERO = 0x02;
const KEPT_BY_ARITHMETIC = 0xc0; // I and T
const KEPT_BY_LOGIC = 0xe1; // I, T, H and C

/** N, and S as its exclusive-or with V; V stands in bit 7 of `overflow`. */
const signs = (result: number, overflow: number) =>
  ((result & 0x80) >> 5) | ((overflow & 0x80) >> 4) | (((result ^ overflow) & 0x80) >> 3);
export function add(data: Uint8Array, a: number, b: number, carry: number): number {
  const result = (a + b + carry) & 0xff;
  const carries = (a & b) | ((a | b) & ~result); // out of each bit
  const flags = signs(result, (a ^ result) & (b ^ result)) | (result === 0 ? ZERO : 0);
  const out = ((carries & 0x80) >> 7) | ((carries & 0x08) << 2);
  data[SREG] = (data[SREG]! & KEPT_BY_ARITHMETIC) | flags | out;
  return result;
}
export function subtract(data: Uint8Array, a: number, b: number): number {
  const result = (a - b) & 0xff;
  const flags = borrow(a, b, result) | (result === 0 ? ZERO : 0);
  data[SREG] = (data[SREG]! & KEPT_BY_ARITHMETIC) | flags;
  return result;
}
/** item "wide-zero": Z stays as it was when this byte's result is 0. */
export function subtractWithCarry(data: Uint8Array, a: number, b: number): number {
  const before = data[SREG]!;
  const result = (a - b - (before & CARRY)) & 0xff;
  const zero = result === 0 ? before & ZERO : 0;
  data[SREG] = (before & KEPT_BY_ARITHMETIC) | borrow(a, b, result) | zero;
  return result;
}
/** item "half-carry": H is the borrow out of bit 3. */
function borrow(a: number, b: number, result: number): number {
  const borrows = (~a & b) | ((~a | b) & result); // out of each bit
  const out = ((borrows & 0x80) >> 7) | ((borrows & 0x08) << 2);
  return signs(result, (a ^ b) & (a ^ result)) | out;
}
export function logic(data: Uint8Array, result: number): number {
  const flags = signs(result, 0) | (result === 0 ? ZERO : 0);
  data[SREG] = (data[SREG]! & KEPT_BY_LOGIC) | flags;
  return result;
}
/** INC and DEC: V where the sign changed by the step. */
export function step(data: Uint8Array, result: number, overflows: number): number {
  const flags = signs(result, result === overflows ? 0x80 : 0) | (result === 0 ? ZERO : 0);
  data[SREG] = (data[SREG]! & KEPT_BY_LOGIC) | flags;
  return result;
}
/** LSR and ROR: V is N exclusive-or C. */
export function shift(data: Uint8Array, value: number, top: number): number {
  const result = (value >> 1) | top;
  const carry = value & 1;
  const flags = signs(result, result ^ (carry << 7)) | (result === 0 ? ZERO : 0) | carry;
  data[SREG] = (data[SREG]! & 0xe0) | flags;
  return result;
}
/** ADIW and SBIW: `overflow` and `carry` in bit 15. */
export function wordFlags(data: Uint8Array, result: number, overflow: number, carry: number): void {
  const flags = signs(result >> 8, overflow >> 8) | (result === 0 ? ZERO : 0);
  data[SREG] = (data[SREG]! & 0xe0) | flags | ((carry >> 15) & 1);
}
