// The board's core and the codec also run in a reader's browser: no import may lead out of them.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const core = readdirSync(join(root, 'lab/boards/core'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => `lab/boards/core/${name}`);
const emulators = ['avr8js', 'rp2040js'];

test.each([...core, 'firmware/protocol/codec.ts'])('%s runs in a browser', file => {
  const text = readFileSync(join(root, file), 'utf8');
  const imports = [...text.matchAll(/\bfrom '([^']+)'|\bimport\(?\s*'([^']+)'/g)].map(
    match => match[1] ?? match[2]!,
  );
  const inside = (name: string) =>
    name.startsWith('./') || join(dirname(file), name).startsWith('lab/boards/core/');
  const outside = imports.filter(name => !emulators.includes(name) && !inside(name));
  expect(outside, 'only the emulators and files of this room').toEqual([]);
  expect(text).not.toMatch(/\b(process|Buffer|require|__dirname)\b\s*[.(]/);
});
