// A place may start a command before its devices are there: then Node is up by the time that they are.
import { existsSync } from 'node:fs';

/** Set in a place to the path of a file that is there once all its devices are. */
export const UP_VARIABLE = 'IOLAB_PLACE_UP';
const LOOK_EVERY_MS = 10;

/** Resolves when the devices of the place that this process runs in are there; elsewhere at once. */
export async function untilPlaceIsUp(): Promise<void> {
  const path = process.env[UP_VARIABLE];
  // Whoever started the place bounds the wait: a device that does not come ends the place.
  while (path !== undefined && !existsSync(path))
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS));
}
