// A command that is shown must be the one that was typed, word for word, when a shell reads it again.
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { typed } from '../../lab/cli/typed.ts';

it('leaves alone what means nothing to a shell', () => {
  const words = [
    'iolab',
    'run',
    '--device',
    'serial@/dev/ttyACM0',
    '--rate=1,100',
    '--out',
    'Größe',
  ];
  expect(typed(words)).toBe(words.join(' '));
});

it('quotes the value of an option, not its name', () => {
  expect(typed(['--out=/data/a b', '--out', "it's"])).toBe(`--out='/data/a b' --out 'it'\\''s'`);
});

it.skipIf(process.platform === 'win32')('is read by a shell as it was typed', () => {
  const words = ['a b', "it's", '~', '$HOME', '', 'a\nb', '*', '--out=x y', '--set', 'k="v"', '\\'];
  const script = `for word in ${typed(words)}; do printf '%s\\0' "$word"; done`;
  const read = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0');
  expect(read.slice(0, -1)).toEqual(words);
});
