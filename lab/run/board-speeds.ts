// The speeds of the emulated boards, each measured in a process of its own (lab/boards/speed.ts): how
// much faster than the real board is the emulated one on this machine?
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BoardSpeed } from '../boards/speed.ts';
import { emulated } from '../devices/parts/emulated.ts';

const script = fileURLToPath(new URL('../boards/speed.ts', import.meta.url));
const LIMIT_MS = 20_000;

/** One board after the other, so that they do not slow each other down. Rejects when aborted. */
export async function measureBoardSpeeds(signal: AbortSignal): Promise<readonly BoardSpeed[]> {
  const speeds: BoardSpeed[] = [];
  for (const [board, { images }] of Object.entries(emulated)) {
    const args = [script, '--board', board, '--image', images.lab!];
    const env = {
      ...process.env,
      NODE_NO_WARNINGS: '1',
      IOLAB_PARENT_PID: String(process.pid),
    };
    const options = { signal, timeout: LIMIT_MS, env };
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    speeds.push(JSON.parse(stdout) as BoardSpeed);
  }
  return speeds;
}
