// Input that a program makes: clicks, moves and keys that Windows treats as if the devices had made them.
// It goes wherever the pointer or the focus is, so each is made only while that is a window of this
// program. Source: SendInput, https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-sendinput
import { Unsupported } from '../errors.ts';
import type { Memory } from '../ffi/platform.ts';
import {
  INPUT_BYTES,
  INPUT_KEYBOARD,
  INPUT_MOUSE,
  INPUT_TYPE,
  KEYBDINPUT_FLAGS,
  KEYBDINPUT_SCAN,
  KEYBDINPUT_VK,
  KEYEVENTF_KEYUP,
  MOUSEEVENTF_ABSOLUTE,
  MOUSEEVENTF_LEFTDOWN,
  MOUSEEVENTF_LEFTUP,
  MOUSEEVENTF_MOVE,
  MOUSEINPUT_DX,
  MOUSEINPUT_DY,
  MOUSEINPUT_FLAGS,
  SM_CXSCREEN,
  SM_CYSCREEN,
} from '../ffi/windows/messages.ts';
import type { Desk } from './desk.ts';
import { scanCode, virtualKey } from './keys.ts';

/** An absolute place counts from 0 to one less than this, whatever the screen's size. */
const SCREEN_UNITS = 65_536;
const MOST = 64;

export class Injector {
  readonly #desk: Desk;
  readonly #inputs: Memory;
  readonly #fields: DataView;
  readonly #windows: ReadonlySet<number>;
  readonly #cursor: readonly [number, number];
  #count = 0;

  /** `windows`: all that input may reach. Throws Unsupported where there is no screen. */
  constructor(desk: Desk, windows: Iterable<number>) {
    this.#desk = desk;
    this.#windows = new Set(windows);
    this.#inputs = desk.memory(MOST * INPUT_BYTES);
    this.#fields = new DataView(this.#inputs.bytes.buffer);
    if (desk.user.GetSystemMetrics(SM_CXSCREEN) < 1) {
      this.#inputs.free();
      throw new Unsupported('this session has no screen', 'run it where somebody is logged in');
    }
    desk.user.GetCursorPos(this.#inputs.address);
    this.#cursor = [this.#fields.getInt32(0, true), this.#fields.getInt32(4, true)];
  }

  /** Moves the pointer there. Throws Unsupported where another program's window is. */
  move(x: number, y: number): void {
    this.#begin();
    this.#mouse(MOUSEEVENTF_MOVE + MOUSEEVENTF_ABSOLUTE, x, y);
    this.#send(this.#desk.user.WindowFromPoint(x, y));
  }

  /** Moves the pointer there, presses the left button and lets it go. Throws as `move`. */
  click(x: number, y: number): void {
    this.#begin();
    this.#mouse(MOUSEEVENTF_MOVE + MOUSEEVENTF_ABSOLUTE, x, y);
    this.#mouse(MOUSEEVENTF_LEFTDOWN, x, y);
    this.#mouse(MOUSEEVENTF_LEFTUP, x, y);
    this.#send(this.#desk.user.WindowFromPoint(x, y));
  }

  /** A small letter's key, down and up. Throws Unsupported where another program has the keyboard. */
  press(letter: string): void {
    this.#begin();
    this.#key(letter, 0);
    this.#key(letter, KEYEVENTF_KEYUP);
    this.#send(this.#desk.user.GetForegroundWindow());
  }

  #begin(): void {
    this.#count = 0;
    this.#inputs.bytes.fill(0);
  }

  #mouse(flags: number, x: number, y: number): void {
    const { user } = this.#desk;
    const at = INPUT_BYTES * this.#count++;
    // The middle of the pixel, so that rounding leads back to it.
    const units = (pixel: number, metric: number) =>
      Math.floor(((pixel + 0.5) * SCREEN_UNITS) / user.GetSystemMetrics(metric));
    this.#fields.setUint32(at + INPUT_TYPE, INPUT_MOUSE, true);
    this.#fields.setInt32(at + MOUSEINPUT_DX, units(x, SM_CXSCREEN), true);
    this.#fields.setInt32(at + MOUSEINPUT_DY, units(y, SM_CYSCREEN), true);
    this.#fields.setUint32(at + MOUSEINPUT_FLAGS, flags, true);
  }

  #key(letter: string, flags: number): void {
    const at = INPUT_BYTES * this.#count++;
    this.#fields.setUint32(at + INPUT_TYPE, INPUT_KEYBOARD, true);
    this.#fields.setUint16(at + KEYBDINPUT_VK, virtualKey(letter), true);
    this.#fields.setUint16(at + KEYBDINPUT_SCAN, scanCode(letter), true);
    this.#fields.setUint32(at + KEYBDINPUT_FLAGS, flags, true);
  }

  #send(to: number): void {
    if (!this.#windows.has(to)) {
      throw new Unsupported(
        'the input would reach a window that is not the lab’s',
        'leave the lab’s windows in front while it runs, in a session with a screen',
      );
    }
    const { user } = this.#desk;
    const taken = user.SendInput(this.#count, this.#inputs.address, INPUT_BYTES);
    if (taken !== this.#count) throw this.#desk.failure('SendInput');
  }

  /** Puts the pointer back where it was. */
  close(): void {
    this.#desk.user.SetCursorPos(...(this.#cursor as [number, number]));
    this.#inputs.free();
  }
}
