// A serial line whose other end sends everything back: two pins joined by a wire, or the host of a virtual
// machine. What the line and its USB bridge cost is then measured without a board and its firmware.
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Unsupported } from '../../errors.ts';
import { POLLIN } from '../../ffi/linux/constants.ts';
import { POLLFD_BYTES, POLLFD_EVENTS } from '../../ffi/linux/structs.ts';
import type { Platform } from '../../ffi/platform.ts';
import type { DeviceSession, Evidence } from '../device.ts';
import { latencyTimer, setLatencyTimer } from './latency-timer.ts';
import { openLine } from './open-line.ts';
import { isPseudoTerminal } from './port.ts';

const BAUD = 115_200;
const ECHO_LIMIT_NS = 2e9;
const PROBE_BYTES = 16;

/** Throws Unsupported where nothing, or something else, comes back; SystemCallError, WrongUsage. */
export function echoSession(
  platform: Platform,
  device: string,
  path: string,
  parameters: Readonly<Record<string, string>>,
  evidence: Evidence = isPseudoTerminal(path) ? 'simulated' : 'hardware',
): DeviceSession {
  const fd = openLine(platform, path, BAUD);
  let restore = () => {};
  try {
    const { latency_timer_ms } = parameters;
    if (latency_timer_ms !== undefined) restore = setLatencyTimer(path, latency_timer_ms);
    checkEcho(platform, fd, path);
    return {
      target: { device, kind: 'stream', path, tty: true, writable: true, baud: BAUD },
      evidence,
      identity: { about: 'a line whose other end sends everything back', ...bridgeOf(path) },
      async close() {
        restore();
        platform.posix.close(fd);
      },
    };
  } catch (error) {
    restore();
    platform.posix.close(fd);
    throw error;
  }
}

/** Send a few bytes that nobody sends by chance, and wait until they are back. */
function checkEcho({ posix, memory, now }: Platform, fd: number, path: string): void {
  const sent = createHash('sha256').update(String(now())).digest().subarray(0, PROBE_BYTES);
  const buffer = memory(PROBE_BYTES);
  const pollfd = memory(POLLFD_BYTES);
  new Int32Array(pollfd.bytes.buffer)[0] = fd;
  new Int16Array(pollfd.bytes.buffer)[POLLFD_EVENTS / 2] = POLLIN;
  try {
    posix.flushInput(fd);
    buffer.bytes.set(sent);
    posix.write(fd, buffer.address, PROBE_BYTES);
    buffer.bytes.fill(0);
    let have = 0;
    for (const end_ns = now() + ECHO_LIMIT_NS; have < PROBE_BYTES && now() < end_ns; ) {
      posix.poll(pollfd.address, 1, Math.ceil((end_ns - now()) / 1e6));
      const got = posix.read(fd, buffer.address + have, PROBE_BYTES - have);
      if (got > 0) have += got;
    }
    if (sent.equals(buffer.bytes.subarray(0, PROBE_BYTES))) return;
    const what = have === 0 ? 'nothing comes back' : 'something else comes back than was sent';
    throw new Unsupported(
      `${what} on ${path}`,
      'join the pins TX and RX of the adapter by a wire, with nothing else on them',
    );
  } finally {
    buffer.free();
    pollfd.free();
  }
}

/** What is known of the USB bridge: its driver and its timer. No serial number, no path. */
function bridgeOf(path: string): Record<string, string> {
  const known: Record<string, string> = {};
  try {
    const port = join('/sys/class/tty', basename(realpathSync(path)), 'device');
    known.driver = basename(readlinkSync(join(port, 'driver')));
    const usb = dirname(dirname(realpathSync(port)));
    const id = (name: string) => readFileSync(join(usb, name), 'latin1').trim();
    known.usb_id = `${id('idVendor')}:${id('idProduct')}`;
    known.speed_mbit_per_s = id('speed');
  } catch {
    // No USB bridge, or one that tells less: then less is said.
  }
  const timer_ms = latencyTimer(path);
  return timer_ms === undefined ? known : { ...known, latency_timer_ms: String(timer_ms) };
}
