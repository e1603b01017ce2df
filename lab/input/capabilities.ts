// What a device is, told from what it can do and never from its name: names are the makers' and lie, the
// bits are what a program will be sent (the rules are those of udev's input_id, src/udev/
// udev-builtin-input_id.c of systemd). The kernel shows the bits in sysfs, so nothing is opened.
import {
  ABS_X,
  ABS_Y,
  BTN_GAMEPAD,
  BTN_JOYSTICK,
  BTN_LEFT,
  BTN_STYLUS,
  BTN_TOOL_FINGER,
  BTN_TOOL_PEN,
  BTN_TOUCH,
  EV_ABS,
  EV_KEY,
  EV_REL,
  REL_X,
  REL_Y,
} from './codes.ts';

export type InputKind =
  | 'keyboard'
  | 'mouse'
  | 'tablet'
  | 'touchpad'
  | 'touchscreen'
  | 'joystick'
  | 'other';

/** The files of …/capabilities in sysfs: words of hexadecimal digits, the highest first. */
export interface CapabilityTexts {
  readonly ev: string;
  readonly key: string;
  readonly rel: string;
  readonly abs: string;
}

const MOST_WORDS = 64;

/** Which bits are set. What is no word of digits counts as none. */
export function bitsOf(text: string, word_bits = 64): ReadonlySet<number> {
  const set = new Set<number>();
  const words = text.trim().split(/\s+/).slice(0, MOST_WORDS).reverse();
  for (const [at, word] of words.entries()) {
    if (!/^[\da-f]{1,16}$/i.test(word)) continue;
    const value = BigInt(`0x${word}`);
    for (let bit = 0; bit < word_bits; bit++) {
      if ((value >> BigInt(bit)) & 1n) set.add(at * word_bits + bit);
    }
  }
  return set;
}

/** Escape, the digits and the first letters: a device without them all is none to write on. */
const FIRST_KEYS = Array.from({ length: 31 }, (_, i) => i + 1);

export function classify(texts: CapabilityTexts, word_bits = 64): InputKind {
  const [ev, key, rel, abs] = [texts.ev, texts.key, texts.rel, texts.abs].map(text =>
    bitsOf(text, word_bits),
  ) as [ReadonlySet<number>, ReadonlySet<number>, ReadonlySet<number>, ReadonlySet<number>];
  const keys = ev.has(EV_KEY);
  const has = (code: number) => keys && key.has(code);
  const places = ev.has(EV_ABS) && abs.has(ABS_X) && abs.has(ABS_Y);
  const moves = ev.has(EV_REL) && rel.has(REL_X) && rel.has(REL_Y);
  if (places) {
    const pen = has(BTN_STYLUS) || has(BTN_TOOL_PEN);
    if (pen) return 'tablet';
    if (has(BTN_TOOL_FINGER)) return 'touchpad';
    // A pointer that is told where it is, as virtual machines and drawing boards without a pen have.
    if (has(BTN_LEFT)) return 'tablet';
    if (has(BTN_TOUCH)) return 'touchscreen';
  }
  if (moves && has(BTN_LEFT)) return 'mouse';
  if (has(BTN_JOYSTICK) || has(BTN_GAMEPAD)) return 'joystick';
  return FIRST_KEYS.every(has) ? 'keyboard' : 'other';
}
