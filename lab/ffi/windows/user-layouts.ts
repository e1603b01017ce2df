// Compares the sizes and offsets of messages.ts with the C declarations of winuser.h, as koffi lays them
// out for this processor, before the first call: a wrong offset would read and write something else.
import koffi from 'koffi';
import * as layout from './messages.ts';

const word = 'uint32_t';
const address = 'uint64_t';
const signed = 'int64_t';
const unsigned = 'uint64_t';

/** Throws where a structure is not as `messages.ts` says: then every call would read the wrong bytes. */
export function assertUserLayouts(): void {
  const point = koffi.struct({ x: 'int32_t', y: 'int32_t' });
  const message = koffi.struct({
    hwnd: signed,
    message: word,
    wParam: unsigned,
    lParam: signed,
    time: word,
    pt: point,
  });
  const windowClass = koffi.struct({
    cbSize: word,
    style: word,
    lpfnWndProc: address,
    cbClsExtra: 'int32_t',
    cbWndExtra: 'int32_t',
    hInstance: address,
    hIcon: address,
    hCursor: address,
    hbrBackground: address,
    lpszMenuName: address,
    lpszClassName: address,
    hIconSm: address,
  });
  const mouse = koffi.struct({
    dx: 'int32_t',
    dy: 'int32_t',
    mouseData: word,
    dwFlags: word,
    time: word,
    dwExtraInfo: address,
  });
  const keyboard = koffi.struct({
    wVk: 'uint16_t',
    wScan: 'uint16_t',
    dwFlags: word,
    time: word,
    dwExtraInfo: address,
  });
  const input = koffi.struct({ type: word, event: koffi.union({ mouse, keyboard }) });
  const rawDevice = koffi.struct({
    usUsagePage: 'uint16_t',
    usUsage: 'uint16_t',
    dwFlags: word,
    hwndTarget: address,
  });
  const rawHeader = koffi.struct({ dwType: word, dwSize: word, hDevice: address, wParam: address });
  const size = koffi.sizeof;
  const at = koffi.offsetof;
  const event = at(input, 'event');
  const pairs: readonly (readonly [string, number, number])[] = [
    ['MSG', size(message), layout.MSG_BYTES],
    ['MSG.message', at(message, 'message'), layout.MSG_MESSAGE],
    ['MSG.wParam', at(message, 'wParam'), layout.MSG_WPARAM],
    ['MSG.lParam', at(message, 'lParam'), layout.MSG_LPARAM],
    ['MSG.time', at(message, 'time'), layout.MSG_TIME],
    ['MSG.pt', at(message, 'pt'), layout.MSG_X],
    ['WNDCLASSEXW', size(windowClass), layout.WNDCLASSEXW_BYTES],
    ['WNDCLASSEXW.lpfnWndProc', at(windowClass, 'lpfnWndProc'), layout.WNDCLASSEXW_WNDPROC],
    ['WNDCLASSEXW.hInstance', at(windowClass, 'hInstance'), layout.WNDCLASSEXW_INSTANCE],
    ['WNDCLASSEXW.lpszClassName', at(windowClass, 'lpszClassName'), layout.WNDCLASSEXW_CLASSNAME],
    ['INPUT', size(input), layout.INPUT_BYTES],
    ['MOUSEINPUT.dx', event + at(mouse, 'dx'), layout.MOUSEINPUT_DX],
    ['MOUSEINPUT.dwFlags', event + at(mouse, 'dwFlags'), layout.MOUSEINPUT_FLAGS],
    ['KEYBDINPUT.wVk', event + at(keyboard, 'wVk'), layout.KEYBDINPUT_VK],
    ['KEYBDINPUT.dwFlags', event + at(keyboard, 'dwFlags'), layout.KEYBDINPUT_FLAGS],
    ['RAWINPUTDEVICE', size(rawDevice), layout.RAWINPUTDEVICE_BYTES],
    ['RAWINPUTDEVICE.hwndTarget', at(rawDevice, 'hwndTarget'), layout.RAWINPUTDEVICE_TARGET],
    ['RAWINPUTHEADER', size(rawHeader), layout.RAWINPUTHEADER_BYTES],
  ];
  for (const [name, declared, used] of pairs) {
    if (declared !== used)
      throw new Error(`${name} is ${declared} here and ${used} in messages.ts`);
  }
}
