// Second way: ask whether the read would block, and for how long to wait for that to change. So silence
// has an end, and the thread can do something else then.
import { constants } from 'node:fs';
import { TimedOut } from '../../errors.ts';
import { EAGAIN, EINTR, POLLIN } from '../../ffi/linux/constants.ts';
import { POLLFD_EVENTS } from '../../ffi/linux/structs.ts';
import { type Job, READ_BYTES, run } from './messages.ts';

/** The struct pollfd stands behind the buffer. */
const POLLFD_AT = READ_BYTES;

function read({ platform, path, messages, limit_ms }: Job): void {
  const { posix } = platform;
  const fd = posix.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const memory = platform.memory(READ_BYTES + 8);
  const pollfd = new DataView(memory.bytes.buffer, POLLFD_AT);
  pollfd.setInt32(0, fd, true);
  pollfd.setInt16(POLLFD_EVENTS, POLLIN, true);
  try {
    while (!messages.over) {
      const ready = posix.poll(memory.address + POLLFD_AT, 1, limit_ms);
      if (ready === 0)
        throw new TimedOut(`silence for ${limit_ms} ms after ${messages.read} messages`);
      if (ready < 0 && platform.errno() === EINTR) continue;
      const got = posix.read(fd, memory.address, READ_BYTES);
      const result = got < 0 ? -platform.errno() : got;
      // Another reader may have been faster.
      if (result !== -EAGAIN) messages.take(memory.bytes, result, platform.errnoName);
    }
  } finally {
    posix.close(fd);
    memory.free();
  }
}

await run(read);
