// What helps a reader along: words that are explained, time to read, the log of results and its feed.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GLOSSARY } from '../../site/data/glossary.ts';
import { readingMinutes } from '../../site/data/reading.ts';
import { loadLibrary, publishedFolder } from '../../site/data/records.ts';
import { feedOf, type Result, resultsOf } from '../../site/data/results.ts';
import { SIDEBAR } from '../../site/data/sidebar.ts';

const docs = join(import.meta.dirname, '../../site/content/docs');
const slugs = new Set(SIDEBAR.flatMap(({ items }) => items.map(({ slug }) => slug)));

describe('the glossary', () => {
  it('explains each word once, on a page of the course', () => {
    const words = GLOSSARY.flatMap(({ term, also = [] }) => [term, ...also]).map(one =>
      one.toLowerCase(),
    );
    expect(words.length).toBe(new Set(words).size);
    for (const { term, page, means } of GLOSSARY) {
      expect(slugs.has(page.split('#')[0]!), `${term} leads to ${page}`).toBe(true);
      expect(means, `${term}: a phrase, without its full stop`).toMatch(/[^.]$/u);
    }
  });
});

describe('the index', () => {
  it('knows every page: each is in the sidebar, each with its one sentence', () => {
    for (const name of readdirSync(docs).filter(one => one.endsWith('.mdx'))) {
      const slug = name.replace('.mdx', '');
      if (slug !== 'index' && slug !== '404')
        expect(slugs.has(slug), `${slug} is in no group`).toBe(true);
      const text = readFileSync(join(docs, name), 'utf8');
      expect(/^description: .{20,}/m.test(text), `${name} needs a description`).toBe(true);
    }
  });
});

describe('the time to read', () => {
  it('counts prose by words, and a figure or listing by a look', () => {
    expect(readingMinutes('One word.')).toBe(1);
    expect(readingMinutes('word '.repeat(900))).toBe(5);
    expect(readingMinutes('<Figure kind="scaling" id="a" />\n'.repeat(12))).toBe(5);
    expect(readingMinutes(`import X from 'x';\n${'word '.repeat(360)}`)).toBe(2);
  });
});

describe('the log of results', () => {
  const results = resultsOf(loadLibrary(publishedFolder()));

  it('has every published run, newest first, with the command that measures it again', () => {
    expect(results.length).toBeGreaterThan(20);
    const ended = results.map(one => one.ended);
    expect(ended).toEqual(ended.toSorted().reverse());
    for (const { command, run_id } of results) expect(command, run_id).toMatch(/iolab /);
  });

  it('is a feed that no text of a record can break', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(text, text, (command, subject) => {
        const one: Result = {
          run_id: 'a',
          machine: 'm',
          ended: '2026-01-01T00:00:00Z',
          command,
          status: 'ok',
          records: 1,
          subjects: [subject],
          path: 'm/a/run.json',
        };
        const feed = feedOf([one], path => `/${path}`);
        expect(feed.match(/<entry>/g)).toHaveLength(1);
        expect(feed.replace(/<\/?[a-z]+(?: [a-z]+="[^"<]*")*\/?>|<\?xml[^>]*\?>/g, '')).not.toMatch(
          /[<>]/,
        );
        // XML 1.0, section 2.2: not even as references.
        expect(feed).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
      }),
      { numRuns: 300 },
    );
  });
});
