// How often the bus asks an input device, and when it would hear of something. A device on USB never
// speaks of itself: the host asks every interval, and what happens meanwhile waits (USB 2.0, 5.7.4 and
// 9.6.6). The arithmetic only; who sleeps until then is another matter.

/** The first asking at or after `time_ns`; the bus began to ask at `origin_ns`. */
export function nextAsking(time_ns: number, origin_ns: number, interval_ns: number): number {
  const turns = Math.ceil((time_ns - origin_ns) / interval_ns);
  return origin_ns + Math.max(0, turns) * interval_ns;
}

/** `10ms` or `125us`, as the kernel writes the interval of an endpoint in sysfs, in milliseconds. */
export function parseInterval(text: string): number | undefined {
  const found = /^(\d{1,6})(ms|us)\s*$/.exec(text);
  if (!found) return undefined;
  return Number(found[1]) / (found[2] === 'us' ? 1000 : 1);
}
