// Numbers of ioctl(2)'s requests, put together as the kernel does it (asm-generic/ioctl.h): direction,
// size of the argument, letter of the family, number within it. Pure.

/** As seen by the program: what the kernel is told, and what it tells. */
export const TELL = 1;
export const ASK = 2;

export const request = (direction: number, letter: string, number: number, bytes: number): number =>
  direction * 2 ** 30 + bytes * 2 ** 16 + letter.charCodeAt(0) * 2 ** 8 + number;
