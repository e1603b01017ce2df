// A place may start a command before its devices are there: then Node is up by the time that they are.
import { existsSync } from 'node:fs';
import { TimedOut } from '../errors.ts';

/** Set in a place to the path of a file that is there once all its devices are. */
export const UP_VARIABLE = 'IOLAB_PLACE_UP';
const LOOK_EVERY_MS = 10;
/** Longer than whoever started the place waits for its devices. */
const LIMIT_MS = 240_000;

/**
 * Resolves when the devices of the place that this process runs in are there; elsewhere at once. Throws the
 * signal's reason, and TimedOut.
 */
export async function untilPlaceIsUp(signal: AbortSignal, limit_ms = LIMIT_MS): Promise<void> {
  const path = process.env[UP_VARIABLE];
  if (path === undefined) return;
  const until_ms = performance.now() + limit_ms;
  while (!existsSync(path)) {
    signal.throwIfAborted();
    if (performance.now() > until_ms)
      throw new TimedOut(`the place is not up after ${limit_ms / 1000} s: no ${path}`);
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
