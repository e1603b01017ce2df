// The lab as a device: cards handed to Hercules' card reader over a local socket, at a chosen pace. A
// socket of the file system, so that no port is open at all (sockdev, Hercules' configuration manual).
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface CardFeed {
  /** Card images of 80 bytes. */
  readonly cards: readonly Uint8Array[];
  /** Time between two cards, in milliseconds. */
  readonly gap_ms: number;
  /** The program prints this when its subchannel is open: only then does the lab connect. */
  readonly sign: string;
}

const RETRY_MS = 2;

/** Resolves when all cards are sent, or when the signal says that nobody reads any more. */
export async function feedCards(
  { socket: path, printed }: { readonly socket: string; readonly printed: string },
  feed: CardFeed,
  signal: AbortSignal,
): Promise<void> {
  let socket: Socket | undefined;
  try {
    await signOf(printed, feed.sign, signal);
    socket = await connected(path, signal);
    for (const card of feed.cards) {
      await sleep(feed.gap_ms, undefined, { signal });
      socket.write(card);
    }
    // The reader's end of file would be our hanging up: stay until the machine is through.
    await new Promise<void>(resolve => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    socket?.destroy();
  }
}

/** Who connects earlier is not noticed: an interrupt of a closed subchannel is lost. */
async function signOf(printed: string, sign: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      if (readFileSync(printed, 'latin1').includes(sign)) return;
    } catch {
      // The printer's file is not there yet.
    }
    await sleep(RETRY_MS, undefined, { signal });
  }
}

/** Hercules listens a few milliseconds after its start. Throws AbortError where it never does. */
async function connected(path: string, signal: AbortSignal): Promise<Socket> {
  for (;;) {
    const socket = connect(path);
    const open = await new Promise<boolean>(resolve => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    if (open) {
      socket.on('error', () => undefined);
      return socket;
    }
    socket.destroy();
    await sleep(RETRY_MS, undefined, { signal });
  }
}
