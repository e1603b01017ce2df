// What a guest compiled goes into the next one; what a guest leaves is not trusted, and nothing is worth an
// error.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addCompiled, COMPILED, keepCompiled } from '../../../lab/places/vm/compiled.ts';
import { Tree } from '../../../lab/places/vm/tree.ts';
import { temporaryFolder } from '../../helpers/cli.ts';

/** A folder as a guest leaves it. */
function leftBy(files: Readonly<Record<string, string>>): { out: string; kept: string } {
  const folder = temporaryFolder();
  const out = join(folder, 'out');
  const left = join(out, '.compiled/v26-x64');
  mkdirSync(left, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(left, name), content);
  return { out, kept: join(folder, 'kept') };
}

const packed = (kept: string) => {
  const tree = new Tree();
  addCompiled(tree, kept);
  return tree.entries.flatMap(([path, entry]) => (entry.kind === 'file' ? [path] : []));
};

describe('what Node compiled in a guest', () => {
  it('is kept, handed to the next one, and taken out of the folder of records', () => {
    const { out, kept } = leftBy({ '0a1b': 'one', '2c3d': 'other' });
    expect(packed(kept)).toEqual([]);
    keepCompiled(out, kept);
    expect(readdirSync(out)).toEqual([]);
    expect(packed(kept)).toEqual([`${COMPILED}/v26-x64/0a1b`, `${COMPILED}/v26-x64/2c3d`]);
    expect(readFileSync(join(kept, 'v26-x64/0a1b'), 'utf8')).toBe('one');
  });

  it('is newer where both have it', () => {
    const { out, kept } = leftBy({ '0a1b': 'new' });
    mkdirSync(join(kept, 'v26-x64'), { recursive: true });
    writeFileSync(join(kept, 'v26-x64/0a1b'), 'old');
    keepCompiled(out, kept);
    expect(readFileSync(join(kept, 'v26-x64/0a1b'), 'utf8')).toBe('new');
  });

  it('is plain files of plain names: links and others stay behind', () => {
    const { out, kept } = leftBy({ '0a1b': 'one', 'x.sh': 'other' });
    symlinkSync('/etc/passwd', join(out, '.compiled/v26-x64/link'));
    keepCompiled(out, kept);
    expect(packed(kept)).toEqual([`${COMPILED}/v26-x64/0a1b`]);
    expect(existsSync(join(out, '.compiled'))).toBe(false);
  });

  it('is dropped where it is more than a guest compiles', () => {
    const { out, kept } = leftBy({ '0a1b': '' });
    truncateSync(join(out, '.compiled/v26-x64/0a1b'), 2 ** 30);
    keepCompiled(out, kept);
    expect(packed(kept)).toEqual([]);
    expect(readdirSync(out)).toEqual([]);
  });

  it('is no reason to fail where the disk refuses', () => {
    const { out, kept } = leftBy({ '0a1b': 'one' });
    writeFileSync(kept, 'a file where the folder should be');
    expect(() => keepCompiled(out, kept)).not.toThrow();
    expect(readdirSync(out)).toEqual([]);
  });
});
