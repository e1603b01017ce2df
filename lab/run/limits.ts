// How long the lab waits for its own processes.
import { placeOfThisProcess } from '../places/place.ts';

/**
 * Node, the foreign-function library and a driver are up well within this, even on a busy machine; on an
 * emulated processor it takes several times as long.
 */
export const START_LIMIT_MS = placeOfThisProcess() === 'host' ? 15_000 : 60_000;
/** So long a process may take to end by itself. */
export const END_GRACE_MS = 1000;
