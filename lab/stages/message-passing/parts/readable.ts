// Is there something to be read, or its end, within so many milliseconds? (poll(2))
import { POLLIN } from '../../../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS } from '../../../ffi/linux/structs.ts';
import type { Platform } from '../../../ffi/platform.ts';

export function readable({ posix, memory }: Platform, fd: number, limit_ms: number): boolean {
  const poll = memory(POLLFD_BYTES);
  const fields = new DataView(poll.bytes.buffer);
  fields.setInt32(0, fd, true);
  fields.setInt16(POLLFD_EVENTS, POLLIN, true);
  const ready = posix.poll(poll.address, 1, limit_ms);
  poll.free();
  return ready > 0;
}
