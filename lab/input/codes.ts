// Numbers of the kernel's input interface (linux/input-event-codes.h, linux/input.h; kernel
// Documentation/input/event-codes.rst). Only what tells devices and kinds of events apart: which key is
// which, the lab does not want to know.

/** struct input_event on 64-bit systems: two words of time, u16 type, u16 code, s32 value. */
export const INPUT_EVENT_BYTES = 24;

export const EV_SYN = 0x00;
export const EV_KEY = 0x01;
export const EV_REL = 0x02;
export const EV_ABS = 0x03;
/** The largest type of an event that there is. */
export const EV_MAX = 0x1f;

export const SYN_REPORT = 0;
/** The reader was too slow and the kernel threw events away. */
export const SYN_DROPPED = 3;

/** The largest code of each type; an event beyond it is no event of the kernel's. */
export const MOST_CODE: Readonly<Record<number, number>> = {
  [EV_SYN]: 0x0f,
  [EV_KEY]: 0x2ff,
  [EV_REL]: 0x0f,
  [EV_ABS]: 0x3f,
};
export const KEY_BYTES = 0x300 / 8;

/** Values of a key event: let go, pressed, and pressed for so long that the kernel repeats it. */
export const RELEASED = 0;
export const PRESSED = 1;
export const REPEATED = 2;

export const REL_X = 0x00;
export const REL_Y = 0x01;
export const REL_RX = 0x03;
export const REL_RY = 0x04;
export const REL_RZ = 0x05;
export const REL_DIAL = 0x07;
export const ABS_X = 0x00;
export const ABS_Y = 0x01;

/** Buttons begin here; what is below are keys of a keyboard. */
export const BTN_MISC = 0x100;
export const BTN_LEFT = 0x110;
export const BTN_JOYSTICK = 0x120;
export const BTN_GAMEPAD = 0x130;
export const BTN_DIGI = 0x140;
export const BTN_TOOL_PEN = 0x140;
export const BTN_TOOL_FINGER = 0x145;
export const BTN_TOUCH = 0x14a;
export const BTN_STYLUS = 0x14b;
