// Loaded before the program by Node for Windows under Wine: its streams on standard output and standard
// error fail there (EBADF: Wine's file information of a pipe is not what libuv asks for), plain writes do
// not. And its temporary files belong into the session's folder.
import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { isMainThread } from 'node:worker_threads';

function plainly(fd) {
  const stream = new Writable({
    decodeStrings: true,
    write(chunk, _encoding, done) {
      try {
        for (let sent = 0; sent < chunk.length; ) sent += writeSync(fd, chunk, sent);
        done();
      } catch (error) {
        done(error);
      }
    },
  });
  return Object.assign(stream, { fd, isTTY: false });
}

// A thread's streams lead to the main thread's, and Node speaks to them by calls of its own.
const streams = isMainThread
  ? [
      ['stdout', 1],
      ['stderr', 2],
    ]
  : [];
for (const [name, fd] of streams) {
  const stream = plainly(fd);
  Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => stream });
}

const folder = process.env.IOLAB_WINE_TEMP;
if (folder) {
  process.env.TEMP = folder;
  process.env.TMP = folder;
}
