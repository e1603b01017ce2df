// The board's core and the codec also run in a reader's browser: no import may lead out of them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const core = readdirSync(join(root, 'lab/boards/core')).map(name => `lab/boards/core/${name}`);

test.each([...core, 'firmware/protocol/codec.ts'])('%s runs in a browser', file => {
  const text = readFileSync(join(root, file), 'utf8');
  const imports = [...text.matchAll(/\bfrom '([^']+)'|\bimport\(?\s*'([^']+)'/g)].map(
    match => match[1] ?? match[2]!,
  );
  const outside = imports.filter(name => name !== 'avr8js' && !name.startsWith('./'));
  expect(outside, 'only avr8js and files beside it').toEqual([]);
  expect(text).not.toMatch(/\b(process|Buffer|require|__dirname)\b\s*[.(]/);
});
