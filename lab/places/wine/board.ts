// The emulated Uno behind a serial port of Wine's: the board runs on the host, in a process of its own,
// and its pseudo-terminal is what the port leads to.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DeviceGone } from '../../errors.ts';
import { root } from './installation.ts';

export interface Board {
  /** The terminal that programs open. */
  readonly path: string;
  close(): Promise<void>;
}

/** Throws DeviceGone where the board does not start. */
export async function startBoard(link: string): Promise<Board> {
  const image = join(root, 'firmware/images/uno.hex');
  const words = ['--board', 'uno', '--image', image, '--link', link];
  const child: ChildProcess = spawn(
    process.execPath,
    [join(root, 'lab/boards/emulator.ts'), ...words],
    // It ends when its input closes, also because this process was killed.
    { stdio: ['pipe', 'pipe', 'ignore'], detached: true },
  );
  child.stdin!.on('error', () => {});
  const ended = once(child, 'exit');
  const first = once(createInterface({ input: child.stdout! }), 'line');
  const said = await Promise.race([first, ended.then(() => undefined)]);
  if (!said) throw new DeviceGone('the emulated Uno ended before it was ready');
  const { path } = JSON.parse(String(said[0])) as { path: string };
  // Held open through the run: an emulated board is reset when the last program closes its port, and on
  // Windows one program has a port at a time.
  const keeper = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  return {
    path,
    async close() {
      closeSync(keeper);
      child.stdin!.end();
      await ended;
    },
  };
}
