// Small work for Node: messages to and fro over one connection, one at a time, or reads of a file, one after
// the other. It is the same on every system; what Node asks of the system meanwhile is what is counted.
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, read, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Kind = 'socket' | 'file';

const MESSAGE = Buffer.alloc(16, 7);

/** `begun` is called when only the exchanges are left, `ended` when they are through. */
export async function work(kind: Kind, exchanges: number, begun: () => void, ended: () => void) {
  if (kind === 'socket') await talk(exchanges, begun, ended);
  else await readOften(exchanges, begun, ended);
}

async function talk(exchanges: number, begun: () => void, ended: () => void): Promise<void> {
  const server = createServer(socket => socket.setNoDelay().pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay();
  await once(socket, 'connect');
  const exchange = async (): Promise<void> => {
    socket.write(MESSAGE);
    for (let got = 0; got < MESSAGE.length; ) {
      const [bytes] = (await once(socket, 'data')) as [Buffer];
      got += bytes.length;
    }
  };
  // The first one still finds the other end being accepted.
  await exchange();
  begun();
  for (let i = 0; i < exchanges; i++) await exchange();
  ended();
  socket.destroy();
  server.close();
  await once(server, 'close');
}

async function readOften(exchanges: number, begun: () => void, ended: () => void): Promise<void> {
  // A name that can be guessed in a folder for all may be somebody else's link already.
  const folder = mkdtempSync(join(tmpdir(), 'iolab-read-'));
  try {
    const path = join(folder, 'file');
    writeFileSync(path, Buffer.alloc(4096, 1));
    await readFrom(path, exchanges, begun, ended);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readFrom(path: string, exchanges: number, begun: () => void, ended: () => void) {
  const fd = openSync(path, 'r');
  const buffer = Buffer.alloc(64);
  const one = () =>
    new Promise<void>((resolve, reject) => {
      read(fd, buffer, 0, buffer.length, 0, error => (error ? reject(error) : resolve()));
    });
  try {
    await one();
    begun();
    for (let i = 0; i < exchanges; i++) await one();
    ended();
  } finally {
    closeSync(fd);
  }
}
