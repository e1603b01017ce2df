// Node's own stream over a target: one handle of libuv's, for the drivers that differ only in how the
// program hears from it.
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { ReadStream } from 'node:tty';
import { Unsupported } from '../../errors.ts';
import type { OpenContext } from '../driver.ts';
import { openTarget } from './open.ts';

/** A terminal needs libuv's terminal handle, a pipe or a socket its pipe handle. */
export function openStream(context: OpenContext): Socket {
  const { tty, writable } = context.target;
  const fd = openTarget(context, true);
  try {
    if (!tty) return new Socket({ fd, readable: true, writable });
    const stream = new ReadStream(fd);
    // libuv opens a terminal a second time for itself (uv_tty_init) and leaves the first to us.
    const { _handle: handle } = stream as unknown as { _handle: { fd: number } };
    if (handle.fd !== fd) closeSync(fd);
    return stream;
  } catch (error) {
    closeSync(fd);
    throw new Unsupported((error as Error).message, 'choose a pipe or a terminal');
  }
}
