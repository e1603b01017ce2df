// A lock that dies with its holder: a listening socket whose name only one process can own. On
// Linux the name is abstract (unix(7)) and leaves no file; elsewhere a socket file is checked by
// connecting to it. Whoever finds it taken connects and is told who holds it.
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  statSync,
  unlinkSync,
} from 'node:fs';
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
/** A socket that is bound and does not listen yet refuses as a stale one does. */
const SECOND_LOOK_MS = 50;
/** Taking a stale file away takes a moment: whoever claimed it longer ago is no more. */
const CLAIM_LIMIT_MS = 10_000;
/** TMPDIR is another folder for each user, and a port is one port. */
const SHARED_FOLDER = '/tmp/iolab-locks';

/** The same for all users of the machine: a port is one port, whoever opens it. */
function addressOf(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 24);
  if (process.platform === 'linux') return `\0iolab-${hash}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\iolab-${hash}`;
  return join(lockFolder(SHARED_FOLDER), `iolab-${hash}.lock`);
}

/**
 * The folder of socket files, which every user may write and clear: in /tmp itself nobody could take away
 * what a killed run of somebody else left. One’s own temporary folder where that cannot be had.
 */
export function lockFolder(shared: string): string {
  try {
    mkdirSync(shared);
    // The umask has taken the others' part away.
    chmodSync(shared, 0o777);
  } catch {
    // It is there already, or cannot be.
  }
  try {
    accessSync(shared, constants.W_OK | constants.X_OK);
    return shared;
  } catch {
    return tmpdir();
  }
}

const isFile = (address: string): boolean => address.startsWith('/');

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
    // Other users ask, too: to connect, one needs the right to write.
    const open = isFile(address) ? { readableAll: true, writableAll: true } : {};
    server.listen({ path: address, ...open });
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

/** Is somebody holding this lock now? A test gives an `address` of its own. */
export async function isHeld(name: string, address = addressOf(name)): Promise<boolean> {
  return (await askHolder(address)) !== undefined;
}

/**
 * Take the lock, waiting at most `limit_ms` while another holds it. `holder` is what others are
 * told. Throws TimedOut that names the holder. `onWait` is called once, with the holder. A test gives an
 * `address` of its own.
 */
export async function takeLock(
  name: string,
  holder: string,
  limit_ms: number,
  onWait?: (holder: string) => void,
  signal?: AbortSignal,
  address = addressOf(name),
): Promise<Lock> {
  const end = Date.now() + limit_ms;
  let told = false;
  for (;;) {
    signal?.throwIfAborted();
    const held = await listen(address, holder);
    if (held) return { release: () => release(held) };
    const other = await askHolder(address);
    if (other === undefined) {
      // Its holder died and left the socket file (not on Linux): take it over.
      const removed = isFile(address) && (await removeStale(address));
      if (removed || Date.now() < end) continue;
    }
    if (!told && other !== undefined) onWait?.(other);
    told = true;
    if (Date.now() >= end) {
      throw new TimedOut(`${name} is held by ${other || 'another run'}; waited ${limit_ms} ms`);
    }
    await pause(RETRY_MS);
  }
}

/** Whoever is still asking is cut off: a stopped asker must not hold up our end. */
function release({ server, askers }: Held): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  for (const socket of askers) socket.destroy();
  return closed;
}

/**
 * Takes away the socket file of a holder that died, and no other: between the look and the removal somebody
 * else may have done so and be listening at the same name. Whoever removes one particular file claims it
 * first, so while the claim is held and the file is still that one, nobody can have replaced it. True where
 * the way is free.
 */
async function removeStale(address: string): Promise<boolean> {
  const stale = identityOf(address);
  if (stale === undefined) return true;
  const claim = `${address}.${stale}`;
  try {
    closeSync(openSync(claim, 'wx'));
  } catch {
    await pause(RETRY_MS);
    if (ageOf_ms(claim) > CLAIM_LIMIT_MS) tryUnlink(claim);
    return false;
  }
  try {
    await pause(SECOND_LOOK_MS);
    const dead = (await askHolder(address)) === undefined;
    return dead && identityOf(address) === stale && tryUnlink(address);
  } finally {
    tryUnlink(claim);
  }
}

const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));

/** A number of a file may be given again; not at the same nanosecond. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.ino}-${found.ctimeNs}`;
}

const ageOf_ms = (path: string): number =>
  Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());

function tryUnlink(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    // Another run was quicker, or it belongs to somebody else.
    return false;
  }
}
