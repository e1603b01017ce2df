// The bench of the five languages asks each toolchain by running it, says what is missing by its name, and
// never asks for .NET, which no package of Debian brings.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bench } from '../../../lab/benches/languages.ts';
import { folder } from './run.ts';

const path = process.env.PATH;
let bin: string;
let made = 0;
beforeEach(() => {
  bin = join(folder, `bench-${made++}`);
  mkdirSync(bin);
  process.env.PATH = bin;
});
afterEach(() => {
  process.env.PATH = path;
});

function fake(name: string, says: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\necho '${says}'\n`);
  chmodSync(join(bin, name), 0o755);
}
const ALL = { 'g++': 'g++ (Debian) 12', rustc: 'rustc 1.63.0', python3: 'Python 3.11.2' };

describe.runIf(process.platform === 'linux')('the bench of five languages', () => {
  it('names what is missing', async () => {
    for (const name of ['g++', 'rustc', 'mono']) fake(name, `${name} 1`);
    const { ok, missing } = await bench.check();
    expect(ok).toBe(false);
    // Mono runs C# and does not compile it.
    expect(missing).toEqual(['python3', 'C# (mono with mcs, or dotnet)']);
  });

  it('is content with Mono, and says where .NET comes from', async () => {
    for (const [name, says] of Object.entries(ALL)) fake(name, says);
    fake('mono', 'Mono JIT compiler version 6.8 (Debian)');
    fake('mcs', 'Mono C# compiler version 6.8');
    expect(await bench.check()).toEqual({
      ok: true,
      detail: [
        ...Object.values(ALL),
        'Mono JIT compiler version 6.8 (not .NET, whose SDK is no package of Debian: https://dotnet.microsoft.com)',
      ].join(', '),
    });
  });

  it('is content with .NET alone', async () => {
    for (const [name, says] of Object.entries(ALL)) fake(name, says);
    fake('dotnet', '8.0.404');
    expect(await bench.check()).toEqual({
      ok: true,
      detail: [...Object.values(ALL), 'dotnet 8.0.404'].join(', '),
    });
  });

  it('asks the package manager for nothing of .NET', () => {
    expect(bench.packages.apt.join(' ')).not.toMatch(/dotnet/);
    expect(bench.packages.apt).toEqual(expect.arrayContaining(['g++', 'rustc', 'python3']));
  });
});
