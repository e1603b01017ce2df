// Starts what stands at the other end of a serial port in these tests (test/helpers/line.ts or the
// emulated board) and tells where the port is.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pinnedNode, root } from './cli.ts';

export interface OtherEnd {
  /** The port that programs open. */
  readonly path: string;
  readonly pid: number;
  /** End it; idempotent. */
  close(): Promise<void>;
}

/** A port where nothing, an echo or noise answers. */
export const otherEnd = (manner: 'silent' | 'echo' | 'noise'): Promise<OtherEnd> =>
  serve([join(root, 'test/helpers/line.ts'), manner]);

/** An emulated board with the lab's firmware behind a link with a steady name. */
export const emulated = (
  board: 'uno' | 'pico',
  link: string,
  ...more: string[]
): Promise<OtherEnd> => {
  const image = join(root, 'firmware/images', board === 'uno' ? 'uno.hex' : 'pico.uf2');
  const words = ['--board', board, '--image', image, '--link', link];
  return serve([join(root, 'lab/boards/emulator.ts'), ...words, ...more]);
};

export const emulatedUno = (link: string): Promise<OtherEnd> => emulated('uno', link);

/** A boot loader that takes programs, as a real Uno's, behind a link; `words` as in its file. */
export const bootloader = (link: string, ...words: string[]): Promise<OtherEnd> =>
  serve([join(root, 'test/helpers/bootloader.ts'), link, ...words]);

async function serve(args: readonly string[]): Promise<OtherEnd> {
  const child: ChildProcess = spawn(pinnedNode, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const first = once(createInterface({ input: child.stdout! }), 'line');
  const said = await Promise.race([first, ended.then(() => undefined)]);
  if (!said) throw new Error(`${args.join(' ')} ended before it was ready`);
  const { path } = JSON.parse(String(said[0])) as { path: string };
  return {
    path,
    pid: child.pid!,
    async close() {
      child.stdin!.end();
      child.kill('SIGTERM');
      await ended;
    },
  };
}
