// A program is asked again when its file, or a file that it was given, has changed, and where it did not
// answer; otherwise its answer is remembered from scan to scan.
import { chmodSync, existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keep, remember, rememberedNow } from '../../lab/benches/parts/memory.ts';
import { findsHeader, outputOf } from '../../lab/benches/parts/programs.ts';
import { temporaryFolder } from '../helpers/cli.ts';

function program(folder: string, script: string): string {
  const path = join(folder, 'program');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** One scan: what is asked in it, with the memory in this file. */
async function scan<T>(file: string, ask: () => Promise<T>): Promise<T> {
  remember(file);
  try {
    return await ask();
  } finally {
    keep(file);
  }
}

describe.runIf(process.platform !== 'win32')('what programs said', () => {
  it('is remembered while they are the same, and asked again when they change', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'answers.json');
    const asked = join(folder, 'asked');
    const path = program(folder, `echo x >>${asked}; wc -l <${asked} | tr -d ' '`);
    const ask = () => scan(file, () => outputOf(path, ['--version']));
    expect([await ask(), await ask(), await ask()]).toEqual(['1\n', '1\n', '1\n']);
    expect(await outputOf(path, ['--version']), 'outside of a scan').toBe('2\n');
    utimesSync(path, new Date(), new Date(Date.now() + 60_000));
    expect([await ask(), await ask()]).toEqual(['3\n', '3\n']);
  });

  it('is remembered for whoever cannot wait as well', async () => {
    const folder = temporaryFolder();
    const path = program(folder, 'true');
    let asked = 0;
    const answer = () => String(++asked);
    const ask = () =>
      scan(join(folder, 'answers.json'), async () => rememberedNow(path, ['--version'], answer));
    expect([await ask(), await ask()]).toEqual(['1', '1']);
    expect(rememberedNow(path, ['--version'], answer), 'outside of a scan').toBe('2');
    expect(rememberedNow(path, [], () => undefined)).toBeUndefined();
  });

  it('depends on the files that they were given', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'answers.json');
    const source = join(folder, 'source');
    const path = program(folder, 'cat "$1"');
    const ask = () => scan(file, () => outputOf(path, [source]));
    writeFileSync(source, 'one');
    expect(await ask()).toBe('one');
    writeFileSync(source, 'other');
    expect(await ask()).toBe('other');
  });

  it('of a library counts while its files are there', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'answers.json');
    const header = join(folder, 'my header.h');
    const asked = join(folder, 'asked');
    // As gcc -M says it: a line that goes on, and a space behind a backslash.
    const rule = join(folder, 'rule');
    writeFileSync(rule, `null.o: /dev/null \\\n ${header.replaceAll(' ', '\\ ')}\n`);
    const path = program(folder, `echo x >>'${asked}'; [ -e '${header}' ] && cat '${rule}'`);
    const ask = () => scan(file, () => findsHeader(path, ['-mmine'], 'header.h'));
    const times = () => readFileSync(asked, 'utf8').length / 2;
    writeFileSync(header, '');
    expect([await ask(), await ask(), times()], 'remembered').toEqual([true, true, 1]);
    rmSync(header);
    const hint = 'a remembered library whose file is gone: ask its compiler again';
    expect([await ask(), times()], hint).toEqual([false, 2]);
    writeFileSync(header, '');
    expect([await ask(), times()], 'and found where it is there again').toEqual([true, 3]);
  });

  it('is nothing to remember where they did not answer', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'answers.json');
    const mark = join(folder, 'mark');
    const path = program(folder, `[ -e ${mark} ] && echo here`);
    const ask = () => scan(file, () => outputOf(path, []));
    expect(await ask()).toBeUndefined();
    writeFileSync(mark, '');
    expect(await ask()).toBe('here\n');
  });

  it('is asked anew where the file is broken, and written nowhere where it cannot be', async () => {
    const folder = temporaryFolder();
    const path = program(folder, 'echo here');
    for (const text of ['{', '[1]', 'null', '{"a": 1}']) {
      const file = join(folder, 'answers.json');
      writeFileSync(file, text);
      expect(await scan(file, () => outputOf(path, []))).toBe('here\n');
    }
    const nowhere = join(folder, 'no/answers.json');
    expect(await scan(nowhere, () => outputOf(path, []))).toBe('here\n');
    expect(existsSync(nowhere)).toBe(false);
  });
});
