// Linux's event flag: a write adds to its count, a read takes the count, or one of it where the flag is a
// semaphore. Source: eventfd(2).
import { EFD_NONBLOCK } from '../../../ffi/linux/constants.ts';
import type { Platform } from '../../../ffi/platform.ts';
import { Descriptors } from '../../parts/descriptors.ts';
import type { Flag } from './shared.ts';
import { FLAG_BYTES } from './turns.ts';

/** `kind` is EFD_SEMAPHORE or 0. */
export const eventfd =
  (kind: number) =>
  (platform: Platform): Flag => {
    const descriptors = new Descriptors(platform);
    const fd = descriptors.eventfd(EFD_NONBLOCK | kind);
    return {
      raise: () => descriptors.raise(fd),
      take: () => (descriptors.read(fd, FLAG_BYTES) > 0 ? descriptors.words[0]! : 0),
      close: () => descriptors.close(),
    };
  };
