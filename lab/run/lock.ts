// A lock that dies with its holder: a listening socket whose name only one process can own. On
// Linux the name is abstract (unix(7)) and leaves no file; elsewhere a socket file is checked by
// connecting to it. Whoever finds it taken connects and is told who holds it.
import { createHash } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { TimedOut } from '../errors.ts';

export interface Lock {
  release(): Promise<void>;
}

const RETRY_MS = 100;
const ANSWER_LIMIT_MS = 500;

function addressOf(name: string): string {
  const user = process.platform === 'win32' ? userInfo().username : String(process.getuid?.());
  const hash = createHash('sha256').update(`${user}\n${name}`).digest('hex').slice(0, 24);
  if (process.platform === 'linux') return `\0iolab-${hash}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\iolab-${hash}`;
  return join(tmpdir(), `iolab-${hash}.lock`);
}

function listen(address: string, holder: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer(socket => {
      socket.on('error', () => {});
      socket.end(holder);
    });
    // Holding a lock must not keep the process alive.
    server.unref();
    server.once('listening', () => resolve(server));
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(address);
  });
}

/** Who holds it: what the holder says of itself, '' if it says nothing, undefined if nobody does. */
function askHolder(address: string): Promise<string | undefined> {
  return new Promise(resolve => {
    const socket = connect(address);
    let said = '';
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(said);
    }, ANSWER_LIMIT_MS);
    const finish = (answer: string | undefined) => {
      clearTimeout(timer);
      resolve(answer);
    };
    socket.on('data', text => {
      said += text.toString();
    });
    socket.once('end', () => finish(said));
    socket.once('error', () => finish(undefined));
  });
}

/** Is somebody holding this lock now? */
export async function isHeld(name: string): Promise<boolean> {
  return (await askHolder(addressOf(name))) !== undefined;
}

/**
 * Take the lock, waiting at most `limit_ms` while another holds it. `holder` is what others are
 * told. Throws TimedOut that names the holder. `onWait` is called once, with the holder.
 */
export async function takeLock(
  name: string,
  holder: string,
  limit_ms: number,
  onWait?: (holder: string) => void,
  signal?: AbortSignal,
): Promise<Lock> {
  const address = addressOf(name);
  const end = Date.now() + limit_ms;
  let told = false;
  for (;;) {
    signal?.throwIfAborted();
    const server = await listen(address, holder);
    if (server) {
      return { release: () => new Promise(resolve => server.close(() => resolve())) };
    }
    const other = await askHolder(address);
    if (other === undefined) {
      // Its holder died and left the socket file (not on Linux): take it over.
      if (address.startsWith('/')) removeStale(address);
      if (Date.now() < end) continue;
    }
    if (!told && other !== undefined) onWait?.(other);
    told = true;
    if (Date.now() >= end) {
      throw new TimedOut(`${name} is held by ${other || 'another run'}; waited ${limit_ms} ms`);
    }
    await new Promise(resolve => setTimeout(resolve, RETRY_MS));
  }
}

function removeStale(address: string): void {
  try {
    unlinkSync(address);
  } catch {
    // Another run was quicker.
  }
}
