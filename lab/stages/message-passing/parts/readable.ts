// Is there something to be read, or its end, within so many milliseconds? (poll(2))
import { EINTR, POLLIN } from '../../../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS } from '../../../ffi/linux/structs.ts';
import type { Platform } from '../../../ffi/platform.ts';

/** A signal ends poll(2), as that of a child that has ended: what is left of the time is waited on. */
export function readable(platform: Platform, fd: number, limit_ms: number): boolean {
  const { posix, memory, now, errno } = platform;
  const poll = memory(POLLFD_BYTES);
  const fields = new DataView(poll.bytes.buffer);
  fields.setInt32(0, fd, true);
  fields.setInt16(POLLFD_EVENTS, POLLIN, true);
  const end_ns = now() + limit_ms * 1e6;
  try {
    for (let left_ms = limit_ms; ; left_ms = Math.max(0, Math.ceil((end_ns - now()) / 1e6))) {
      const ready = posix.poll(poll.address, 1, left_ms);
      if (ready >= 0 || errno() !== EINTR) return ready > 0;
    }
  } finally {
    poll.free();
  }
}
