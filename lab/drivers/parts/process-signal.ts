// Takes away a signal that is on its way to this process, before its handler goes: without one, most
// signals end the process. Blocked in this thread first, it can be taken like a message
// (sigtimedwait(2)), whichever thread it would have interrupted.
import { SIG_BLOCK, SIG_SETMASK } from '../../ffi/linux/constants.ts';
import { SIGSET_BYTES } from '../../ffi/linux/structs.ts';
import type { Platform } from '../../ffi/platform.ts';
import { Duration } from './duration.ts';

/** To be called when nothing sends `signal` any more. Linux only. */
export function takeSignal(platform: Platform, signal: number): void {
  const { pthread_sigmask, sigtimedwait } = platform.linux!;
  const memory = platform.memory(2 * SIGSET_BYTES);
  const none = new Duration(platform, 1);
  const [set, before] = [memory.address, memory.address + SIGSET_BYTES];
  new Uint32Array(memory.bytes.buffer)[(signal - 1) >> 5] = 1 << ((signal - 1) & 31);
  pthread_sigmask(SIG_BLOCK, set, before);
  while (sigtimedwait(set, 0, none.address[0]) === signal);
  pthread_sigmask(SIG_SETMASK, before, 0);
  none.free();
  memory.free();
}
