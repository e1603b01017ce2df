// One JSON document a line over pipes, written whole and at once: a child may be killed right after.
import { readSync, writeSync } from 'node:fs';
import { SystemCallError, Unsupported } from '../errors.ts';
import type { Failure } from './protocol.ts';

const STDIN = 0;
const STDOUT = 1;

/** Say one thing. Blocks until the pipe took it. Silent when nobody listens any more. */
export function say(message: object): void {
  let rest = Buffer.from(`${JSON.stringify(message)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(STDOUT, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') continue;
      if (code === 'EPIPE') process.exit(0);
      throw error;
    }
  }
}

/** Read the first line of input. Ends the process when the input closes before. */
export function readLine(): string {
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(65536);
  for (;;) {
    let got = 0;
    try {
      got = readSync(STDIN, chunk);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') continue;
      if (code !== 'EOF') throw error;
    }
    if (got === 0) process.exit(0);
    chunks.push(Buffer.from(chunk.subarray(0, got)));
    if (chunk.subarray(0, got).includes(10)) break;
  }
  return Buffer.concat(chunks).toString();
}

/** An error as the other side understands it. */
export function failure(error: unknown): Failure {
  if (!(error instanceof Error)) return { event: 'failed', name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  const more: { errno?: string; fix?: string } = {};
  if (error instanceof SystemCallError) {
    more.errno = error.errno;
    if (error.hint) more.fix = error.hint;
  }
  if (error instanceof Unsupported) {
    if (error.errno) more.errno = error.errno;
    more.fix = error.fix;
  }
  return { event: 'failed', name, message, ...(stack ? { stack } : {}), ...more };
}
