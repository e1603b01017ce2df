// First way: the call returns when it has something. Nothing is shorter, and the thread does nothing else.
import { constants } from 'node:fs';
import { type Job, READ_BYTES, run } from './messages.ts';

function read({ platform, path, messages }: Job): void {
  const { posix } = platform;
  const fd = posix.open(path, constants.O_RDONLY);
  const memory = platform.memory(READ_BYTES);
  try {
    while (!messages.over) {
      const got = posix.read(fd, memory.address, READ_BYTES);
      messages.take(memory.bytes, got < 0 ? -platform.errno() : got, platform.errnoName);
    }
  } finally {
    posix.close(fd);
    memory.free();
  }
}

await run(read);
