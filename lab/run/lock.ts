// A lock that dies with its holder: a listening socket whose name only one process can own. On
// Linux the name is abstract (unix(7)) and leaves no file; elsewhere a socket file is checked by
// connecting to it. Whoever finds it taken connects and is told who holds it.
import { createHash } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TimedOut } from '../errors.ts';

interface Held {
  readonly server: Server;
  readonly askers: ReadonlySet<Socket>;
}

export interface Lock {
  release(): Promise<void>;
}

const RETRY_MS = 100;
const ANSWER_LIMIT_MS = 500;

/** The same for all users of the machine: a port is one port, whoever opens it. */
function addressOf(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 24);
  if (process.platform === 'linux') return `\0iolab-${hash}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\iolab-${hash}`;
  return join(tmpdir(), `iolab-${hash}.lock`);
}

function listen(address: string, holder: string): Promise<Held | undefined> {
  return new Promise((resolve, reject) => {
    const askers = new Set<Socket>();
    const server = createServer(socket => {
      askers.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => askers.delete(socket));
      socket.end(holder);
    });
    // Holding a lock must not keep the process alive.
    server.unref();
    server.once('listening', () => resolve({ server, askers }));
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
    // Only these two mean that nobody listens; any other failure is no reason to take a lock.
    socket.once('error', (error: NodeJS.ErrnoException) => {
      finish(['ECONNREFUSED', 'ENOENT'].includes(error.code ?? '') ? undefined : said);
    });
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
    const held = await listen(address, holder);
    if (held) return { release: () => release(held) };
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

/** Whoever is still asking is cut off: a stopped asker must not hold up our end. */
function release({ server, askers }: Held): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  for (const socket of askers) socket.destroy();
  return closed;
}

function removeStale(address: string): void {
  try {
    unlinkSync(address);
  } catch {
    // Another run was quicker.
  }
}
