// The list of Wine's departures is held to its tests: each names one that is there, and says what Windows
// documents and where.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { divergences } from '../../../lab/places/wine/divergences.ts';
import { root } from '../../helpers/cli.ts';

describe('what Wine does otherwise', () => {
  it('has names of its own', () => {
    const ids = divergences.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(4);
  });

  it.each(divergences.map(one => [one.id, one] as const))('%s is shown by a test', (_, one) => {
    const { file, title } = one.test;
    const text = readFileSync(join(root, file), 'utf8');
    expect(text.includes(`it('${title}'`), `${file} has a test called "${title}"`).toBe(true);
    expect(new URL(one.source).hostname).toBe('learn.microsoft.com');
    for (const words of [one.windows, one.wine, one.so]) expect(words).toMatch(/\.$/);
  });
});
