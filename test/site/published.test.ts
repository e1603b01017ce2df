// The course as it is published: built from the committed records, every figure is drawn and every number
// is there, but for what is named here. A record that backs one of these takes its name off the list.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedFolder } from '../../lab/records/published.ts';
import { buildSite } from './build-site.ts';

/** Figures that no committed record backs yet, by page. */
const NOT_YET: Readonly<Record<string, readonly string[]>> = {};

const folder = mkdtempSync(join(tmpdir(), 'iolab-published-'));
beforeAll(() => buildSite(folder, publishedFolder(), '/'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pages = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('index.html'))
    .map(name => ({
      page: name.replace(/\/?index\.html$/, ''),
      html: readFileSync(join(folder, name), 'utf8'),
    }));

const figures = (html: string) =>
  [...html.matchAll(/<figure\b[^>]*>/g)].flatMap(([tag]) => {
    const [, id] = /\bid="([^"]+)"/.exec(tag) ?? [];
    const [, measured] = /\bdata-measured="(\w+)"/.exec(tag) ?? [];
    return id === undefined || measured === undefined ? [] : [{ id, measured }];
  });

describe('the published course', () => {
  it('draws every figure from a record, but for those that are named here', () => {
    const absent = Object.fromEntries(
      pages().flatMap(({ page, html }) => {
        const ids = figures(html).flatMap(({ id, measured }) => (measured === 'false' ? [id] : []));
        return ids.length > 0 ? [[page, ids]] : [];
      }),
    );
    expect(absent, 'measure it, or name it in NOT_YET; take off what is measured now').toEqual(
      NOT_YET,
    );
    const drawn = pages().flatMap(({ html }) => figures(html));
    expect(drawn.length, 'there are figures to look at').toBeGreaterThan(100);
  });
});
