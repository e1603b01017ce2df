// The words of the calibration listings are what their assembly says: assembled again where Debian's
// avr binutils are installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readProgram } from './programs.ts';

const here = spawnSync('avr-as', ['--version']).status === 0;
if (!here && process.env.IOLAB_REQUIRE?.split(',').includes('avr')) {
  throw new Error('IOLAB_REQUIRE asks for avr: apt install binutils-avr gcc-avr avr-libc');
}
if (!here) console.log('assembler test left out: no avr-as (apt install binutils-avr)');

const names = readdirSync(join(import.meta.dirname, 'programs')).map(file =>
  file.replace('.lst', ''),
);

test.runIf(here).each(names)('%s.lst holds the words of its assembly', name => {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-assembler-'));
  try {
    const path = (ending: string) => join(folder, `program.${ending}`);
    const program = readProgram(name);
    writeFileSync(path('s'), program.source);
    execFileSync('avr-as', ['-mmcu=atmega328p', '-o', path('o'), path('s')]);
    execFileSync('avr-ld', ['-mavr5', '-Ttext=0', '-o', path('elf'), path('o')]);
    execFileSync('avr-objcopy', ['-O', 'binary', '-j', '.text', path('elf'), path('bin')]);
    const assembled = readFileSync(path('bin'));
    const listed = Buffer.from(program.words.buffer);
    expect(listed.subarray(0, assembled.length).equals(assembled)).toBe(true);
    expect(listed.subarray(assembled.length).every(byte => byte === 0)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
