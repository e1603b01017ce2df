// The shape of the window system's calls (user32.dll), without foreign code. A handle is a number, 0 is
// no window, and a call that fails returns 0 and leaves its reason in `errno()`. The names are the API's
// own.
import type { NativeCallback } from './calls.ts';

/**
 * A window procedure: the answer to a message, or undefined to leave it to DefWindowProc, which knows
 * what every window does. It must not throw: there is foreign code between it and whoever sent.
 */
export type WindowCall = (
  hwnd: number,
  message: number,
  wParam: number,
  lParam: number,
) => number | undefined;

export interface UserCalls {
  /** `windowClass` points at a WNDCLASSEXW; returns the class' atom. */
  RegisterClassExW(windowClass: number): number;
  UnregisterClassW(name: string, instance: number): number;
  /** `parent` may be HWND_MESSAGE. The window is the calling thread's. */
  CreateWindowExW(
    extended_style: number,
    name: string,
    title: string,
    style: number,
    x: number,
    y: number,
    width: number,
    height: number,
    parent: number,
    menu: number,
    instance: number,
    parameter: number,
  ): number;
  /** Only the thread that made it may. */
  DestroyWindow(hwnd: number): number;
  /** The next window of this class below `parent`. `title` may be null. */
  FindWindowExW(parent: number, after: number, name: string, title: string | null): number;
  /** `process` may be 0. */
  GetWindowThreadProcessId(hwnd: number, process: number): number;
  /** `after` is a window or HWND_TOPMOST. */
  SetWindowPos(
    hwnd: number,
    after: number,
    x: number,
    y: number,
    width: number,
    height: number,
    flags: number,
  ): number;
  /** A `rectangle` of 0 is the whole window. */
  InvalidateRect(hwnd: number, rectangle: number, erase: number): number;
  ValidateRect(hwnd: number, rectangle: number): number;
  /** The address of a window procedure of this thread's. Release it when no window has it any more. */
  windowProcedure(call: WindowCall): NativeCallback;

  /** Sleeps until there is one. 0 for WM_QUIT, −1 on failure. */
  GetMessageW(msg: number, hwnd: number, first: number, last: number): number;
  PeekMessageW(msg: number, hwnd: number, first: number, last: number, remove: number): number;
  TranslateMessage(msg: number): number;
  DispatchMessageW(msg: number): number;
  /** The upper half tells what is in the queue now. */
  GetQueueStatus(kinds: number): number;
  /** `handles` points at `count` handles. */
  MsgWaitForMultipleObjectsEx(
    count: number,
    handles: number,
    limit_ms: number,
    kinds: number,
    flags: number,
  ): number;

  PostMessageW(hwnd: number, message: number, wParam: number, lParam: number): number;
  PostThreadMessageW(thread: number, message: number, wParam: number, lParam: number): number;
  PostQuitMessage(code: number): void;
  SendMessageW(hwnd: number, message: number, wParam: number, lParam: number): number;
  SendNotifyMessageW(hwnd: number, message: number, wParam: number, lParam: number): number;
  /** The answer goes to `result`, which points at 8 bytes; 0 where it did not come in time. */
  SendMessageTimeoutW(
    hwnd: number,
    message: number,
    wParam: number,
    lParam: number,
    flags: number,
    limit_ms: number,
    result: number,
  ): number;
  /** The same number for the same name, in every process of the session. */
  RegisterWindowMessageW(name: string): number;

  /** Without a window the timer's number is returned. `procedure` may be 0. */
  SetTimer(hwnd: number, id: number, period_ms: number, procedure: number): number;
  KillTimer(hwnd: number, id: number): number;

  SetFocus(hwnd: number): number;
  SetForegroundWindow(hwnd: number): number;
  GetForegroundWindow(): number;
  SetCapture(hwnd: number): number;
  ReleaseCapture(): number;
  WindowFromPoint(x: number, y: number): number;
  /** `point` points at two ints. */
  GetCursorPos(point: number): number;
  SetCursorPos(x: number, y: number): number;
  GetSystemMetrics(index: number): number;
  /** `inputs` points at `count` INPUT of `bytes` each; returns how many were taken. */
  SendInput(count: number, inputs: number, bytes: number): number;
  /** `devices` points at `count` RAWINPUTDEVICE of `bytes` each. */
  RegisterRawInputDevices(devices: number, count: number, bytes: number): number;
  /** How many bytes it stored at `data`. `length` points at how many have room. */
  GetRawInputData(
    handle: number,
    command: number,
    data: number,
    length: number,
    header_bytes: number,
  ): number;
}
