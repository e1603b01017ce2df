// protocol.h compiled for this machine (native.c), for the tests that hold it against codec.ts.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const source = join(import.meta.dirname, 'native.c');
export const compiler = ['cc', 'gcc', 'clang'].find(
  name => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);

/** Compiles before the tests of this block; `run` feeds the program and returns what it prints. */
export function useNative(): (mode: string, input: Uint8Array | string) => Buffer {
  let folder: string;
  let program: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'iolab-native-'));
    program = join(folder, 'native');
    const flags = ['-std=c11', '-O1', '-Wall', '-Wextra', '-Werror', '-o', program, source];
    // With the sanitizers a write beyond a buffer ends the program; not every compiler has them.
    const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
    if (spawnSync(compiler!, [...sanitizers, ...flags]).status !== 0) {
      console.log('no sanitizers here: a write beyond a buffer may go unnoticed');
      execFileSync(compiler!, flags);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (mode, input) =>
    execFileSync(program, [mode], { input, maxBuffer: 1 << 28, timeout: 60_000 });
}

/** Says why native tests are missing, or fails where IOLAB_REQUIRE asks for a compiler. */
export function explainMissing(): void {
  if (compiler) return;
  console.log('native codec tests left out: no C compiler (cc, gcc, clang) found');
  if (!process.env.IOLAB_REQUIRE?.split(',').includes('cc')) return;
  test('IOLAB_REQUIRE asks for a C compiler', () => expect(compiler).toBeDefined());
}

/** Pseudo-random numbers below a bound, the same on every run (xorshift, Marsaglia 2003). */
export function xorshift(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
