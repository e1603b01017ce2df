// Folders are made with those above them, and no folder keeps the lab waiting for ever.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from '../../lab/records/folder.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'iolab-folder-'));
});
afterEach(() => rmSync(home, { recursive: true }));

it('makes all that are missing, and takes what is there', () => {
  const path = join(home, 'a', 'b', 'c');
  makeFolder(path);
  makeFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

it('says when a file is in the way', () => {
  writeFileSync(join(home, 'file'), '');
  expect(() => makeFolder(join(home, 'file'))).toThrow(/EEXIST/);
  expect(() => makeFolder(join(home, 'file', 'below'))).toThrow(/EEXIST|ENOTDIR/);
});

it('gives up where the folder above takes nothing: in a process of its own, which may hang', () => {
  if (process.platform !== 'linux') return console.log('left out: there is no /proc here');
  const file = fileURLToPath(new URL('../../lab/records/folder.ts', import.meta.url));
  const code = `import { makeFolder } from ${JSON.stringify(file)}; makeFolder('/proc/iolab/x')`;
  const { stderr, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  expect(signal, 'it hung: makeFolder must not use the recursive mkdir of Node').toBe(null);
  expect(stderr).toMatch(/ENOENT|EACCES|EPERM/);
});
