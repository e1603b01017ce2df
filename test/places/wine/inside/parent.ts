// Dies with its parent, however that ends: three processes, of which the middle one kills itself while its
// child is blocked in a foreign call. Prints `gone` or `alive`.
//   node … inside/parent.ts
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPlatform } from '../../../../lab/ffi/load.ts';
import { SYNCHRONIZE } from '../../../../lab/ffi/windows/constants.ts';

const [role = 'first', file = join(mkdtempSync(join(tmpdir(), 'iolab-parent-')), 'pid')] =
  process.argv.slice(2);
const LIMIT_MS = 20_000;
const SETTLE_MS = 200;
const pause = (length_ms: number) => new Promise(resolve => setTimeout(resolve, length_ms));
const start = (next: string, detached: boolean) =>
  spawn(process.execPath, [process.argv[1]!, next, file], { detached, stdio: 'ignore' });

if (role === 'child') {
  const platform = await loadPlatform();
  platform.dieWithParent();
  writeFileSync(file, String(process.pid));
  const windows = platform.windows!;
  windows.WaitForSingleObject(windows.CreateEventW(0, 1, 0, 0), LIMIT_MS);
} else if (role === 'middle') {
  // Detached: it belongs to no job object that would end it with this process.
  start('child', true).unref();
  while (!existsSync(file)) await pause(20);
  await pause(SETTLE_MS);
  process.kill(process.pid, 'SIGKILL');
} else {
  await once(start('middle', false), 'exit');
  const { windows } = await loadPlatform();
  const child = windows!.OpenProcess(SYNCHRONIZE, 0, Number(readFileSync(file, 'utf8')));
  const gone = child === 0 || windows!.WaitForSingleObject(child, LIMIT_MS / 4) === 0;
  rmSync(join(file, '..'), { recursive: true, force: true });
  console.log(gone ? 'gone' : 'alive');
}
process.exit(0);
