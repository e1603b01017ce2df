// A window class whose window procedure is TypeScript, and windows of it. A window is a queue's address
// before it is anything to see: most of the lab's have no place on the screen. Source: "About Window
// Classes" and "About Window Procedures", https://learn.microsoft.com/windows/win32/winmsg
import { SystemCallError } from '../errors.ts';
import {
  HWND_MESSAGE,
  WNDCLASSEXW_BYTES,
  WNDCLASSEXW_CBSIZE,
  WNDCLASSEXW_CLASSNAME,
  WNDCLASSEXW_WNDPROC,
} from '../ffi/windows/messages.ts';
import type { UserCalls, WindowCall } from '../ffi/windows/user-calls.ts';
import type { Desk } from './desk.ts';

export interface WindowPlan {
  readonly title?: string;
  /** Another window, or HWND_MESSAGE; 0 makes a top-level window. */
  readonly parent?: number;
  readonly style?: number;
  readonly extended_style?: number;
  readonly place?: readonly [x: number, y: number, width: number, height: number];
}

/** Only messages reach it: no place on the screen, and no broadcast (HWND_MESSAGE). */
export const MESSAGE_ONLY: WindowPlan = { parent: HWND_MESSAGE };
/** A top-level window that is never shown: broadcasts reach it. */
export const HIDDEN: WindowPlan = {};

export class WindowClass {
  readonly name: string;
  readonly #desk: Desk;
  readonly #procedure: ReturnType<UserCalls['windowProcedure']>;
  readonly #windows = new Set<number>();
  #open = true;

  /** Throws SystemCallError where the name is taken. All its windows are the calling thread's. */
  constructor(desk: Desk, name: string, procedure: WindowCall) {
    this.name = name;
    this.#desk = desk;
    this.#procedure = desk.user.windowProcedure((hwnd, message, wParam, lParam) => {
      try {
        return procedure(hwnd, message, wParam, lParam);
      } catch (error) {
        desk.keep(error);
        return undefined;
      }
    });
    const text = Buffer.from(`${name}\0`, 'utf16le');
    const memory = desk.memory(WNDCLASSEXW_BYTES + text.length);
    try {
      const fields = new DataView(memory.bytes.buffer);
      fields.setUint32(WNDCLASSEXW_CBSIZE, WNDCLASSEXW_BYTES, true);
      fields.setBigUint64(WNDCLASSEXW_WNDPROC, BigInt(this.#procedure.address), true);
      fields.setBigUint64(WNDCLASSEXW_CLASSNAME, BigInt(memory.address + WNDCLASSEXW_BYTES), true);
      memory.bytes.set(text, WNDCLASSEXW_BYTES);
      if (desk.user.RegisterClassExW(memory.address) === 0)
        throw desk.failure('RegisterClassEx', name);
    } catch (error) {
      this.#procedure.release();
      throw error;
    } finally {
      memory.free();
    }
  }

  /** A new window's handle. Throws SystemCallError. */
  create(plan: WindowPlan = MESSAGE_ONLY): number {
    const { title = '', parent = 0, style = 0, extended_style = 0, place = [0, 0, 0, 0] } = plan;
    const [x, y, width, height] = place;
    const hwnd = this.#desk.user.CreateWindowExW(
      extended_style,
      this.name,
      title,
      style,
      x,
      y,
      width,
      height,
      parent,
      0,
      0,
      0,
    );
    this.#desk.rethrow();
    if (hwnd === 0) throw this.#desk.failure('CreateWindowEx', this.name);
    this.#windows.add(hwnd);
    return hwnd;
  }

  destroy(hwnd: number): void {
    if (this.#windows.delete(hwnd)) this.#desk.user.DestroyWindow(hwnd);
  }

  /** Destroys its windows, the youngest first, then the class. Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const hwnd of [...this.#windows].reverse()) this.destroy(hwnd);
    const removed = this.#desk.user.UnregisterClassW(this.name, 0);
    // A procedure that a window still has must stay callable: the process ends with it.
    if (removed === 0) throw new SystemCallError('UnregisterClass', this.#desk.lastErrorName());
    this.#procedure.release();
  }
}
