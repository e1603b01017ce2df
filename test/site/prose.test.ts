// No measured number is typed into a page: it comes from a record through <Num>, or it is someone
// else's and stands inside <Cited>. Code, commands and properties are not prose.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../../site/content/docs');
const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
  name.endsWith('.mdx'),
);

/** What a reader reads as running text. */
function proseOf(source: string): string {
  return source
    .replace(/^---[\s\S]*?^---/m, '')
    .replace(/^import .*$/gm, '')
    .replace(/```[\s\S]*?```/g, '')
    .replace(/<Cited\b[\s\S]*?<\/Cited>/g, '')
    .replace(/<[A-Z]\w*\b(?:"[^"]*"|\{(?:[^{}]|\{[^{}]*\})*\}|[^>"{}])*>/g, '')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/`[^`]*`/g, '');
}

/** A number with a unit of time, rate, ratio or size behind it. */
const MEASURED =
  /\d[\d.,\u202f]*\s*(?:ns|µs|us|ms|s|nanoseconds?|microseconds?|milliseconds?|seconds?|[kMG]?Hz|[kMG]i?B|bytes?|cycles?|×|x|times|fold|IOPS|ops)(?![\w-])/g;

describe('prose', () => {
  it.each(pages)('%s types no measured number', name => {
    const found = proseOf(readFileSync(join(folder, name), 'utf8')).match(MEASURED);
    expect(found, 'use <Num …> for our records, <Cited …> for others’ numbers').toBeNull();
  });

  it.each(pages)('%s names its sources or is made of records', name => {
    const source = readFileSync(join(folder, name), 'utf8');
    const generated = [
      'index.mdx',
      'machines.mdx',
      'results.mdx',
      'glossary.mdx',
      '404.mdx',
    ].includes(name);
    expect(generated || /^## Where it comes from$/m.test(source)).toBe(true);
  });

  it.each(pages)('%s titles every column of its tables', name => {
    const source = readFileSync(join(folder, name), 'utf8');
    const titles = source.match(/^\|.*\|\n(?=\|[-|: ]+\|$)/gm) ?? [];
    for (const row of titles)
      expect(row, 'a screen reader has no word for it').not.toMatch(/\|\s*\|/);
  });

  it('is told apart from code, properties and citations', () => {
    const found = proseOf(
      'It took 12 µs and 3× more. <Cited href="x" title="y">4.4 µs</Cited> `5 ms` <Num prefer={{ rate_hz: 7 }} />\n```sh\n8 ms\n```',
    ).match(MEASURED);
    expect(found).toEqual(['12 µs', '3×']);
  });
});
