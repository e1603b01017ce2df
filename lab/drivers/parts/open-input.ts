// What a reader of an input device sets for its own descriptor before it reads: the clock of the kernel's
// stamps, and if the user wants it, that nobody else hears the device meanwhile. The kernel keeps both for
// each opening (drivers/input/evdev.c), so no other process can do it in its stead.
import { SystemCallError, Unsupported } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';
import type { InputTarget } from '../driver.ts';

/** Why it cannot be listened to, or undefined where all is set. */
export function listenTo(
  platform: Platform,
  fd: number,
  input: InputTarget | undefined,
): Error | undefined {
  if (input?.node !== 'evdev') return undefined;
  try {
    const calls = platform.linux!.input();
    calls.useMonotonicClock(fd);
    if (input.grab_s !== undefined) calls.grab(fd, input.grab_s);
    return undefined;
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    return error.errno === 'EBUSY' ? grabbed() : error;
  }
}

const grabbed = () =>
  new Unsupported(
    'another program has the device to itself (EVIOCGRAB)',
    'end that program, or leave out --set grab=yes',
    'EBUSY',
  );
