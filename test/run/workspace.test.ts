// What killed runs left is removed at the next start, and what cannot be removed stops nobody.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openWorkspace, sweep } from '../../lab/run/workspace.ts';
import { temporaryFolder } from '../helpers/cli.ts';

function homeWith(...names: string[]): string {
  const home = temporaryFolder();
  for (const name of names) mkdirSync(join(home, 'tmp', name), { recursive: true });
  return home;
}

it('sweeps the folders of runs that are no more, and of none that measures', async () => {
  const home = homeWith('dead');
  const alive = await openWorkspace(`alive-${process.pid}`, home);
  expect(await sweep(home)).toBe(1);
  expect(existsSync(join(home, 'tmp', 'dead'))).toBe(false);
  expect(existsSync(join(home, 'tmp', `alive-${process.pid}`))).toBe(true);
  await alive.remove();
  expect(existsSync(join(home, 'tmp', `alive-${process.pid}`))).toBe(false);
});

it('goes on where one folder is not ours to remove, and throws nothing', async () => {
  const home = homeWith('roots', 'mine');
  const refusing: typeof rmSync = (path, options) => {
    if (String(path).endsWith('roots')) throw Object.assign(new Error('no'), { code: 'EACCES' });
    rmSync(path, options);
  };
  expect(await sweep(home, refusing)).toBe(1);
  expect(existsSync(join(home, 'tmp', 'mine'))).toBe(false);
});
