// Numbers of the window system's interface (winuser.h of the Windows SDK): messages, flags, and where the
// fields of its structures lie in a 64-bit process. Pure: pages and stages read it, nothing runs.
// `user-layouts.ts` compares the layouts with the C declarations before the first call.

/** Messages. From WM_APP on the numbers are the program's own. */
export const WM_PAINT = 0x000f;
export const WM_QUIT = 0x0012;
export const WM_MOUSEACTIVATE = 0x0021;
export const WM_NCHITTEST = 0x0084;
export const WM_INPUT = 0x00ff;
export const WM_KEYDOWN = 0x0100;
export const WM_KEYUP = 0x0101;
export const WM_CHAR = 0x0102;
export const WM_SYSKEYDOWN = 0x0104;
export const WM_TIMER = 0x0113;
export const WM_MOUSEMOVE = 0x0200;
export const WM_LBUTTONDOWN = 0x0201;
export const WM_APP = 0x8000;

/** In the place of a window: every top-level window; and the parent of windows that only get messages. */
export const HWND_BROADCAST = 0xffff;
export const HWND_MESSAGE = -3;
export const HWND_TOPMOST = -1;

/** Styles of windows: CreateWindowEx. */
export const WS_POPUP = 0x8000_0000;
export const WS_CHILD = 0x4000_0000;
export const WS_VISIBLE = 0x1000_0000;
/** Siblings that overlap do not draw over each other. */
export const WS_CLIPSIBLINGS = 0x0400_0000;
export const WS_EX_TOPMOST = 0x0000_0008;
/** Not on the task bar. */
export const WS_EX_TOOLWINDOW = 0x0000_0080;

/** An answer to WM_NCHITTEST: look through me, ask the window beneath. */
export const HTTRANSPARENT = -1;

/** Answer to WM_MOUSEACTIVATE: the click is the window's, and the window stays where it is. */
export const MA_NOACTIVATE = 3;

/** SendMessageTimeout: what the sender answers while it waits. */
export const SMTO_NORMAL = 0x0000;
export const SMTO_BLOCK = 0x0001;
export const SMTO_ABORTIFHUNG = 0x0002;

/** PeekMessage: take the message out of the queue. */
export const PM_REMOVE = 0x0001;

/** GetQueueStatus and MsgWaitForMultipleObjectsEx: kinds of things in a queue. */
export const QS_SENDMESSAGE = 0x0040;
export const QS_ALLINPUT = 0x04ff;
/** Wake also for what was seen before and is still there. */
export const MWMO_INPUTAVAILABLE = 0x0004;

/** GetSystemMetrics: size of the main screen in pixels. */
export const SM_CXSCREEN = 0;
export const SM_CYSCREEN = 1;

export const ERROR_TIMEOUT = 1460;
export const ERROR_NOT_ENOUGH_QUOTA = 1816;

/** MSG: what GetMessage fills in. */
export const MSG_BYTES = 48;
export const MSG_HWND = 0;
export const MSG_MESSAGE = 8;
export const MSG_WPARAM = 16;
export const MSG_LPARAM = 24;
export const MSG_TIME = 32;
export const MSG_X = 36;

/** WNDCLASSEXW: what RegisterClassEx reads. */
export const WNDCLASSEXW_BYTES = 80;
export const WNDCLASSEXW_CBSIZE = 0;
export const WNDCLASSEXW_WNDPROC = 8;
export const WNDCLASSEXW_INSTANCE = 24;
export const WNDCLASSEXW_CLASSNAME = 64;

/** INPUT: what SendInput reads, a union of mouse and keyboard. */
export const INPUT_BYTES = 40;
export const INPUT_TYPE = 0;
export const INPUT_MOUSE = 0;
export const INPUT_KEYBOARD = 1;
export const MOUSEINPUT_DX = 8;
export const MOUSEINPUT_DY = 12;
export const MOUSEINPUT_FLAGS = 20;
export const KEYBDINPUT_VK = 8;
export const KEYBDINPUT_SCAN = 10;
export const KEYBDINPUT_FLAGS = 12;

export const MOUSEEVENTF_MOVE = 0x0001;
export const MOUSEEVENTF_LEFTDOWN = 0x0002;
export const MOUSEEVENTF_LEFTUP = 0x0004;
/** The place is a share of the screen, from 0 to 65 535, and no distance. */
export const MOUSEEVENTF_ABSOLUTE = 0x8000;
export const KEYEVENTF_KEYUP = 0x0002;

/** RAWINPUTDEVICE: which devices a window hears of. */
export const RAWINPUTDEVICE_BYTES = 16;
export const RAWINPUTDEVICE_PAGE = 0;
export const RAWINPUTDEVICE_USAGE = 2;
export const RAWINPUTDEVICE_FLAGS = 4;
export const RAWINPUTDEVICE_TARGET = 8;
/** HID usage tables: page 1, generic desktop. */
export const USAGE_PAGE_GENERIC = 1;
export const USAGE_MOUSE = 2;
export const USAGE_KEYBOARD = 6;
/** To this window whoever has the focus. */
export const RIDEV_INPUTSINK = 0x0000_0100;
export const RIDEV_REMOVE = 0x0000_0001;

/** RAWINPUT: a header, then what the device said. */
export const RAWINPUTHEADER_BYTES = 24;
export const RAWINPUT_BYTES = 48;
export const RAWINPUT_TYPE = 0;
export const RAWMOUSE_BUTTONS = 28;
export const RAWKEYBOARD_FLAGS = 26;
export const RAWKEYBOARD_VKEY = 30;
export const RIM_TYPEMOUSE = 0;
export const RIM_TYPEKEYBOARD = 1;
export const RID_INPUT = 0x1000_0003;
