// The message loop: take the next message out of this thread's queue, make characters of keys, and call
// the window procedure. Whatever a thread's windows do is done inside it. Bounded here, because a lab may
// not hang. Source: "Using Messages and Message Queues", https://learn.microsoft.com/windows/win32/winmsg
import { TimedOut } from '../errors.ts';
import type { Memory } from '../ffi/platform.ts';
import {
  MSG_BYTES,
  MSG_HWND,
  MSG_LPARAM,
  MSG_MESSAGE,
  MSG_WPARAM,
  MWMO_INPUTAVAILABLE,
  PM_REMOVE,
  QS_ALLINPUT,
  WM_QUIT,
  WM_TIMER,
} from '../ffi/windows/messages.ts';
import type { Desk } from './desk.ts';

/** Told of every message that came out of the queue, before its window procedure is called. */
export type Taken = (hwnd: number, message: number, wParam: number, lParam: number) => void;

export class MessageLoop {
  /** Messages that came out of the queue. What is sent never does. */
  taken = 0;
  readonly #desk: Desk;
  readonly #memory: Memory;
  readonly #msg: DataView;
  readonly #told: Taken;
  readonly #translate: boolean;

  /** `translate`: call TranslateMessage, as nearly every loop does. */
  constructor(desk: Desk, told: Taken = () => {}, translate = true) {
    this.#desk = desk;
    this.#told = told;
    this.#translate = translate;
    this.#memory = desk.memory(MSG_BYTES);
    this.#msg = new DataView(this.#memory.bytes.buffer);
  }

  get hwnd(): number {
    return Number(this.#msg.getBigInt64(MSG_HWND, true));
  }

  get message(): number {
    return this.#msg.getUint32(MSG_MESSAGE, true);
  }

  get wParam(): number {
    return Number(this.#msg.getBigUint64(MSG_WPARAM, true));
  }

  get lParam(): number {
    return Number(this.#msg.getBigInt64(MSG_LPARAM, true));
  }

  /**
   * The classic loop, until somebody posts WM_QUIT: the code that came with it. Throws TimedOut when
   * that takes longer; a timer without a window wakes the loop for it.
   */
  run(limit_ms: number): number {
    const { user, platform } = this.#desk;
    const { address } = this.#memory;
    const deadline_ns = platform.now() + limit_ms * 1e6;
    const timer = user.SetTimer(0, 0, limit_ms, 0);
    try {
      for (;;) {
        const got = user.GetMessageW(address, 0, 0, 0);
        if (got < 0) throw this.#desk.failure('GetMessage');
        if (got === 0) return this.wParam;
        const alarm = this.message === WM_TIMER && this.hwnd === 0 && this.wParam === timer;
        if (!alarm) this.#pass();
        if (platform.now() > deadline_ns) throw tooLate('no WM_QUIT', limit_ms);
      }
    } finally {
      user.KillTimer(0, timer);
    }
  }

  /**
   * The same loop, until `done`; what is sent is seen too, although it never comes out of the queue.
   * `handles` points at `count` handles that wake it as well. Throws TimedOut.
   */
  until(done: () => boolean, limit_ms: number, count = 0, handles = 0): void {
    if (!this.within(limit_ms, done, count, handles))
      throw tooLate('what was waited for did not come', limit_ms);
  }

  /** As `until`, for what may never come: false where it did not in time. */
  within(limit_ms: number, done: () => boolean, count = 0, handles = 0): boolean {
    const { user, platform } = this.#desk;
    const deadline_ns = platform.now() + limit_ms * 1e6;
    for (;;) {
      this.drain(done);
      if (done()) return true;
      const left_ms = Math.ceil((deadline_ns - platform.now()) / 1e6);
      if (left_ms <= 0) return false;
      const flags = MWMO_INPUTAVAILABLE;
      user.MsgWaitForMultipleObjectsEx(count, handles, left_ms, QS_ALLINPUT, flags);
      // What was sent is answered inside these calls, and may have failed there.
      this.#desk.rethrow();
    }
  }

  /** All that is in the queue now, or until `enough`. */
  drain(enough: () => boolean = () => false): void {
    while (!enough() && this.take()) this.#pass();
  }

  /** PeekMessage: takes the next message out of the queue, if there is one, and does nothing with it. */
  take(): boolean {
    return this.#desk.user.PeekMessageW(this.#memory.address, 0, 0, 0, PM_REMOVE) !== 0;
  }

  #pass(): void {
    const { user } = this.#desk;
    if (this.message === WM_QUIT) return;
    this.taken++;
    this.#told(this.hwnd, this.message, this.wParam, this.lParam);
    if (this.#translate) user.TranslateMessage(this.#memory.address);
    user.DispatchMessageW(this.#memory.address);
    this.#desk.rethrow();
  }

  close(): void {
    this.#memory.free();
  }
}

const tooLate = (what: string, limit_ms: number): TimedOut =>
  new TimedOut(`message loop: ${what} within ${limit_ms} ms`);
