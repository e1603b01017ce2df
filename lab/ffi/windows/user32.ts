// The window system's calls through koffi: windows, queues, messages, injected and raw input. A window
// belongs to the thread that made it, so each thread loads these for itself. Handles and addresses are
// numbers, as everywhere in this room. Source: winuser.h, https://learn.microsoft.com/windows/win32/winmsg
import koffi from 'koffi';
import { Unsupported } from '../../errors.ts';
import type { Library } from '../posix.ts';
import type { NativeCallback } from './calls.ts';
import type { UserCalls, WindowCall } from './user-calls.ts';
import { assertUserLayouts } from './user-layouts.ts';

const word = 'uint32_t';
const address = 'uint64_t';
/** Handles and LPARAM may be negative, WPARAM may not. */
const signed = 'int64_t';
const unsigned = 'uint64_t';
/** What a window procedure is given, and what gives a message to one. */
const MESSAGE = [signed, word, unsigned, signed];

const POINT = { x: 'int32_t', y: 'int32_t' };

function loadLibrary(): Library {
  try {
    return koffi.load('user32.dll');
  } catch {
    throw new Unsupported('there is no user32.dll here', 'use Windows, or run it with --in wine');
  }
}

/** Throws Unsupported where there is no window system. The calling thread becomes one with a queue. */
export function loadUser32(): UserCalls {
  assertUserLayouts();
  const user = loadLibrary();
  const procedure = koffi.pointer(koffi.proto('__stdcall', null, signed, MESSAGE));
  const windowFromPoint = user.func('WindowFromPoint', signed, [koffi.struct(POINT)]);
  const flags4 = [address, signed, word, word];
  return {
    RegisterClassExW: user.func('RegisterClassExW', 'uint16_t', [address]),
    UnregisterClassW: user.func('UnregisterClassW', 'int', ['str16', signed]),
    CreateWindowExW: user.func('CreateWindowExW', signed, [
      word,
      'str16',
      'str16',
      word,
      ...['int', 'int', 'int', 'int'],
      ...[signed, signed, signed, address],
    ]),
    DestroyWindow: user.func('DestroyWindow', 'int', [signed]),
    FindWindowExW: user.func('FindWindowExW', signed, [signed, signed, 'str16', 'str16']),
    GetWindowThreadProcessId: user.func('GetWindowThreadProcessId', word, [signed, address]),
    SetWindowPos: user.func('SetWindowPos', 'int', [
      ...[signed, signed],
      ...['int', 'int', 'int', 'int'],
      word,
    ]),
    InvalidateRect: user.func('InvalidateRect', 'int', [signed, address, 'int']),
    ValidateRect: user.func('ValidateRect', 'int', [signed, address]),
    windowProcedure: windowProcedures(user, procedure),

    GetMessageW: user.func('GetMessageW', 'int', flags4),
    PeekMessageW: user.func('PeekMessageW', 'int', [...flags4, word]),
    TranslateMessage: user.func('TranslateMessage', 'int', [address]),
    DispatchMessageW: user.func('DispatchMessageW', signed, [address]),
    GetQueueStatus: user.func('GetQueueStatus', word, [word]),
    MsgWaitForMultipleObjectsEx: user.func('MsgWaitForMultipleObjectsEx', word, [
      word,
      address,
      word,
      word,
      word,
    ]),

    PostMessageW: user.func('PostMessageW', 'int', MESSAGE),
    PostThreadMessageW: user.func('PostThreadMessageW', 'int', [word, word, unsigned, signed]),
    PostQuitMessage: user.func('PostQuitMessage', 'void', ['int']),
    SendMessageW: user.func('SendMessageW', signed, MESSAGE),
    SendNotifyMessageW: user.func('SendNotifyMessageW', 'int', MESSAGE),
    SendMessageTimeoutW: user.func('SendMessageTimeoutW', signed, [
      ...MESSAGE,
      word,
      word,
      address,
    ]),
    RegisterWindowMessageW: user.func('RegisterWindowMessageW', word, ['str16']),

    SetTimer: user.func('SetTimer', address, [signed, address, word, address]),
    KillTimer: user.func('KillTimer', 'int', [signed, address]),

    SetFocus: user.func('SetFocus', signed, [signed]),
    SetForegroundWindow: user.func('SetForegroundWindow', 'int', [signed]),
    GetForegroundWindow: user.func('GetForegroundWindow', signed, []),
    SetCapture: user.func('SetCapture', signed, [signed]),
    ReleaseCapture: user.func('ReleaseCapture', 'int', []),
    WindowFromPoint: (x, y) => windowFromPoint({ x, y }),
    GetCursorPos: user.func('GetCursorPos', 'int', [address]),
    SetCursorPos: user.func('SetCursorPos', 'int', ['int', 'int']),
    GetSystemMetrics: user.func('GetSystemMetrics', 'int', ['int']),
    SendInput: user.func('SendInput', word, [word, address, 'int']),
    RegisterRawInputDevices: user.func('RegisterRawInputDevices', 'int', [address, word, word]),
    GetRawInputData: user.func('GetRawInputData', word, [address, word, address, address, word]),
  };
}

/**
 * Window procedures written in JavaScript. The window system calls one on the thread that made the
 * window, inside a call of that same thread, so koffi runs it at once.
 */
function windowProcedures(user: Library, type: ReturnType<typeof koffi.pointer>) {
  const byDefault = user.func('DefWindowProcW', signed, MESSAGE);
  return (call: WindowCall): NativeCallback => {
    const procedure = (
      hwnd: number | bigint,
      message: number,
      wParam: number | bigint,
      lParam: number | bigint,
    ) =>
      call(Number(hwnd), message, Number(wParam), Number(lParam)) ??
      byDefault(hwnd, message, wParam, lParam);
    const handle = koffi.register(procedure, type);
    return { address: Number(handle), release: () => koffi.unregister(handle) };
  };
}
