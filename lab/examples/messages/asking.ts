// Asks the hidden window of another program, which it knows by name only: waits until the window is there,
// asks, checks each answer, and tells the other program to end. Every question is bounded, because nobody
// knows what another program does.
import { TimedOut } from '../../errors.ts';
import { HWND_MESSAGE, SMTO_ABORTIFHUNG } from '../../ffi/windows/messages.ts';
import type { Desk } from '../../messages/desk.ts';
import { ASK, COUNT, registered, STOP } from './names.ts';

const LIMIT_MS = 10_000;
const LOOK_EVERY_NS = 5e6;

export interface Asked {
  readonly asked: number;
  readonly wrong: number;
  /** How many the other program says that it was asked. */
  readonly counted: number;
  /** The window's thread belongs to another process. */
  readonly elsewhere: boolean;
}

export function ask(desk: Desk, name: string, wanted: number): Asked {
  const { user, platform } = desk;
  const deadline_ns = platform.now() + LIMIT_MS * 1e6;
  let hwnd = 0;
  while (hwnd === 0) {
    hwnd = user.FindWindowExW(HWND_MESSAGE, 0, name, null);
    if (hwnd !== 0) break;
    if (platform.now() > deadline_ns) throw new TimedOut(`no window ${name} in ${LIMIT_MS} ms`);
    platform.sleepUntil(platform.now() + LOOK_EVERY_NS);
  }
  const result = platform.memory(8);
  const words = new BigInt64Array(result.bytes.buffer, 0, 1);
  const send = (message: string, number: number): number => {
    const to = registered(desk, message);
    const call = user.SendMessageTimeoutW;
    const came = call(hwnd, to, number, 0, SMTO_ABORTIFHUNG, LIMIT_MS, result.address);
    if (came === 0) throw desk.failure('SendMessageTimeout', message);
    return Number(words[0]);
  };
  try {
    let wrong = 0;
    for (let number = 1; number <= wanted; number++) {
      if (send(ASK, number) !== 2 * number) wrong++;
    }
    const counted = send(COUNT, 0);
    user.GetWindowThreadProcessId(hwnd, result.address);
    const process_id = new Uint32Array(result.bytes.buffer, 0, 1)[0];
    const elsewhere = process_id !== platform.windows!.GetCurrentProcessId();
    send(STOP, 0);
    return { asked: wanted, wrong, counted, elsewhere };
  } finally {
    result.free();
  }
}
