// Raw input: what the devices said, before anything was routed by pointer or focus or merged. A window asks
// for it by kind of device and gets WM_INPUT. Source: "About Raw Input",
// https://learn.microsoft.com/windows/win32/inputdev/about-raw-input

import type { Memory } from '../ffi/platform.ts';
import {
  RAWINPUT_BYTES,
  RAWINPUT_TYPE,
  RAWINPUTDEVICE_BYTES,
  RAWINPUTDEVICE_FLAGS,
  RAWINPUTDEVICE_PAGE,
  RAWINPUTDEVICE_TARGET,
  RAWINPUTDEVICE_USAGE,
  RAWINPUTHEADER_BYTES,
  RAWKEYBOARD_FLAGS,
  RAWKEYBOARD_VKEY,
  RAWMOUSE_BUTTONS,
  RID_INPUT,
  RIDEV_INPUTSINK,
  RIDEV_REMOVE,
  RIM_TYPEKEYBOARD,
  RIM_TYPEMOUSE,
  USAGE_KEYBOARD,
  USAGE_MOUSE,
  USAGE_PAGE_GENERIC,
} from '../ffi/windows/messages.ts';
import type { Desk } from './desk.ts';

const KINDS = [USAGE_MOUSE, USAGE_KEYBOARD];
const FAILED = 0xffff_ffff;

/** One event of a device. */
export type RawEvent =
  | { readonly device: 'mouse'; readonly buttons: number }
  | { readonly device: 'keyboard'; readonly key: number; readonly up: boolean }
  | { readonly device: 'other' };

export class RawInput {
  readonly #desk: Desk;
  readonly #memory: Memory;
  readonly #fields: DataView;

  /** The window gets WM_INPUT of all mice and keyboards, whoever has the focus. */
  constructor(desk: Desk, hwnd: number) {
    this.#desk = desk;
    this.#memory = desk.memory(RAWINPUT_BYTES + KINDS.length * RAWINPUTDEVICE_BYTES + 8);
    this.#fields = new DataView(this.#memory.bytes.buffer);
    this.#register(RIDEV_INPUTSINK, hwnd);
  }

  #register(flags: number, hwnd: number): void {
    KINDS.forEach((usage, index) => {
      const at = index * RAWINPUTDEVICE_BYTES;
      this.#fields.setUint16(at + RAWINPUTDEVICE_PAGE, USAGE_PAGE_GENERIC, true);
      this.#fields.setUint16(at + RAWINPUTDEVICE_USAGE, usage, true);
      this.#fields.setUint32(at + RAWINPUTDEVICE_FLAGS, flags, true);
      this.#fields.setBigUint64(at + RAWINPUTDEVICE_TARGET, BigInt(hwnd), true);
    });
    const { user } = this.#desk;
    const { address } = this.#memory;
    if (user.RegisterRawInputDevices(address, KINDS.length, RAWINPUTDEVICE_BYTES) === 0)
      throw this.#desk.failure('RegisterRawInputDevices');
  }

  /** What a WM_INPUT says; its lParam is `handle`, valid until the window procedure returns. */
  read(handle: number): RawEvent {
    const fields = this.#fields;
    const length = this.#memory.address + RAWINPUT_BYTES;
    fields.setUint32(RAWINPUT_BYTES, RAWINPUT_BYTES, true);
    const call = this.#desk.user.GetRawInputData;
    const got = call(handle, RID_INPUT, this.#memory.address, length, RAWINPUTHEADER_BYTES);
    if (got === FAILED) throw this.#desk.failure('GetRawInputData');
    const device = fields.getUint32(RAWINPUT_TYPE, true);
    if (device === RIM_TYPEMOUSE) {
      return { device: 'mouse', buttons: fields.getUint16(RAWMOUSE_BUTTONS, true) };
    }
    if (device !== RIM_TYPEKEYBOARD) return { device: 'other' };
    return {
      device: 'keyboard',
      key: fields.getUint16(RAWKEYBOARD_VKEY, true),
      up: (fields.getUint16(RAWKEYBOARD_FLAGS, true) & 1) !== 0,
    };
  }

  close(): void {
    // To remove, no window may be named.
    this.#register(RIDEV_REMOVE, 0);
    this.#memory.free();
  }
}
