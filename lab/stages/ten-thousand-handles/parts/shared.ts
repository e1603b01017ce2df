// What the threads at the port write down: who took the packet of which handle, and what stood in it.

export const SERVED = 0;
export const ASLEEP = 1;
export const STOP = 2;
const COMMON_WORDS = 8;

/** A packet that ends its thread; handles have the keys from 1 on. */
export const END = 0;

/** By handle: packets taken, the thread that took the last, its bytes, its pointer in two words. */
export interface Taken {
  readonly common: Int32Array;
  readonly times: Int32Array;
  readonly thread: Int32Array;
  readonly bytes: Int32Array;
  readonly low: Int32Array;
  readonly high: Int32Array;
}

export interface Serving {
  readonly shared: SharedArrayBuffer;
  readonly handles: number;
  readonly port: number;
  readonly index: number;
}

export const sharedFor = (handles: number): SharedArrayBuffer =>
  new SharedArrayBuffer(4 * (COMMON_WORDS + 5 * handles));

export function takenIn(shared: SharedArrayBuffer, handles: number): Taken {
  const part = (at: number) => new Int32Array(shared, 4 * (COMMON_WORDS + at * handles), handles);
  return {
    common: new Int32Array(shared, 0, COMMON_WORDS),
    times: part(0),
    thread: part(1),
    bytes: part(2),
    low: part(3),
    high: part(4),
  };
}
