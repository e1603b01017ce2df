// Keys as the keyboard names them and as messages carry them. A letter's virtual key is its ASCII capital;
// its scan code is its place on the keyboard. Source: "Keystroke Message Flags",
// https://learn.microsoft.com/windows/win32/inputdev/about-keyboard-input

/** Places of the letters on a keyboard of the AT, row by row (scan code set 1). */
const ROWS: readonly (readonly [first: number, letters: string])[] = [
  [0x10, 'qwertyuiop'],
  [0x1e, 'asdfghjkl'],
  [0x2c, 'zxcvbnm'],
];

/** Bits of lParam: how often (0 … 15), scan code (16 … 23), down before (30), going up (31). */
const SCAN_AT = 2 ** 16;
const WAS_DOWN = 2 ** 30;
/** Bit 31 makes a signed 32-bit number negative. */
const GOES_UP = -(2 ** 31);

/** Throws RangeError for anything but a small letter. */
export function scanCode(letter: string): number {
  for (const [first, letters] of ROWS) {
    const at = letters.indexOf(letter);
    if (at >= 0 && letter.length === 1) return first + at;
  }
  throw new RangeError(`${letter} is no small letter`);
}

export const virtualKey = (letter: string): number => letter.toUpperCase().charCodeAt(0);

/** wParam and lParam of WM_KEYDOWN. */
export const keyDown = (letter: string): readonly [number, number] => [
  virtualKey(letter),
  1 + scanCode(letter) * SCAN_AT,
];

/** wParam and lParam of WM_KEYUP. */
export const keyUp = (letter: string): readonly [number, number] => [
  virtualKey(letter),
  1 + scanCode(letter) * SCAN_AT + WAS_DOWN + GOES_UP,
];
