// What a sound card lets a stage open: the stream that plays, and how the card calls itself. It is asked
// without waiting for somebody else who plays, and nothing is played here.
import { constants } from 'node:fs';
import { SystemCallError, Unsupported } from '../../errors.ts';
import type { Platform } from '../../ffi/platform.ts';
import type { DeviceSession } from '../device.ts';

/** `/dev/snd/pcmC0D0p`: card 0, its device 0, playback. */
export const PLAYBACK = /^pcmC(\d+)D\d+p$/;

/** Throws SystemCallError, and Unsupported where another program plays on it. */
export function soundSession(platform: Platform, device: string, path: string): DeviceSession {
  const { linux } = platform;
  if (!linux) throw new Unsupported('sound is played by Linux’s own interface', 'use Linux');
  let fd: number;
  try {
    fd = platform.posix.open(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (!(error instanceof SystemCallError) || error.errno !== 'EBUSY') throw error;
    throw new Unsupported(`${path} is played on by another program`, 'end that one first');
  }
  try {
    const name = linux.sound().nameOf(fd);
    return {
      target: { device, kind: 'stream', path, tty: false, writable: true },
      identity: { card: name },
      close: async () => {},
    };
  } finally {
    platform.posix.close(fd);
  }
}
