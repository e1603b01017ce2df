// Fifth way: a handler is registered for a descriptor once, and called whenever that can be read. Many
// descriptors would cost many handlers and still one loop and one thread.
import { constants } from 'node:fs';
import { EAGAIN, POLLIN } from '../../ffi/linux/constants.ts';
import { Reactor } from '../reactor.ts';
import { type Job, READ_BYTES, run } from './messages.ts';

function read({ platform, path, messages }: Job): void {
  const { posix } = platform;
  const fd = posix.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const memory = platform.memory(READ_BYTES);
  const reactor = new Reactor(platform);
  reactor.addHandler(fd, POLLIN, () => {
    const got = posix.read(fd, memory.address, READ_BYTES);
    const result = got < 0 ? -platform.errno() : got;
    if (result === -EAGAIN) return;
    messages.take(memory.bytes, result, platform.errnoName);
    if (messages.over) reactor.stop();
  });
  try {
    reactor.run();
  } finally {
    reactor.close();
    posix.close(fd);
    memory.free();
  }
}

await run(read);
