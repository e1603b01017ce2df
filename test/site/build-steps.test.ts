// The steps around the build: links under a base path, the link check, the content policy.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withBase } from '../../site/build/base.ts';
import { counted, focusable } from '../../site/build/code.ts';
import { clockOfBrowser } from '../../site/build/eval.ts';
import { brokenLinks } from '../../site/build/links.ts';
import { policyFor, withPolicy } from '../../site/build/policy.ts';

describe('listings', () => {
  const line = '<div class="ec-line highlight"><div class="code">x</div></div>';
  const listing = (lines: number) =>
    `<div class="expressive-code"><figure><pre data-language="ts"><code>${line.repeat(lines)}</code></pre></figure></div>`;

  it('are told how many lines they have, each its own', () => {
    const html = counted(`<p>a</p>${listing(2)}<p>b</p>${listing(31)}<p>${line}</p>`);
    expect(html.match(/--lines:\d+/g)).toEqual(['--lines:2', '--lines:31']);
    expect(html.replace(/ style="[^"]*"/g, '')).toContain(`<p>b</p>${listing(31)}`);
    expect(counted('<p>no code</p>')).toBe('<p>no code</p>');
  });

  it('are reached by the keyboard', () => {
    expect(focusable(listing(1))).toContain(
      '<pre tabindex="0" role="group" aria-label="Code" data-language="ts">',
    );
  });
});

describe('base path', () => {
  it.each([
    ['/polling/#why', '/lab', '/lab/polling/#why'],
    ['/polling/', '/lab/', '/lab/polling/'],
    ['/lab/polling/', '/lab', '/lab/polling/'],
    ['/labels/', '/lab', '/lab/labels/'],
    ['/polling/', '/', '/polling/'],
    ['#here', '/lab', '#here'],
    ['https://example.org/', '/lab', 'https://example.org/'],
    ['//example.org/', '/lab', '//example.org/'],
  ])('%s under %s becomes %s', (link, base, expected) => {
    expect(withBase(link, base)).toBe(expected);
  });
});

describe('link check', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'iolab-links-'));
    mkdirSync(join(folder, 'a'));
    writeFileSync(join(folder, 'data.json'), '{}');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const pages = (index: string, a = '<h2 id="there">x</h2>') => {
    writeFileSync(join(folder, 'index.html'), index);
    writeFileSync(join(folder, 'a', 'index.html'), a);
    return brokenLinks(folder, '/lab');
  };

  it('accepts pages, files, hashes, relative and outside links', () => {
    expect(
      pages(
        '<a href="/lab/a/">1</a><a href="a/#there">2</a><a href="/lab/data.json">3</a><a href="https://example.org/x">4</a>',
        '<h2 id="there">x</h2><a href="../">5</a><a href="#there">6</a>',
      ),
    ).toEqual([]);
  });

  it.each([
    ['<a href="/lab/b/">', 'no file'],
    ['<a href="/a/">', 'no file'],
    ['<a href="/lab/a">', 'no file'],
    ['<a class="x" href="/lab/a/#nowhere">', 'no such place'],
    ['<a href="#nowhere">', 'no such place'],
    ['<img src="/lab/x.png">', 'no file'],
  ])('finds %s', (markup, complaint) => {
    expect(pages(markup).join()).toContain(complaint);
  });

  it('does not take the text of a script for a link', () => {
    expect(pages('<script>const x = \'<a href="/nowhere/">\';</script>')).toEqual([]);
  });
});

describe('content policy', () => {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

  it('allows this page’s inline scripts, styles and style attributes by hash, and nothing else', () => {
    const policy = policyFor(
      '<script>let a = 1;</script><script src="/x.js"></script><script type="application/json">{}</script>' +
        '<style>a{}</style><p style="--x:1">t</p>',
    );
    expect(policy).toContain(hash('let a = 1;'));
    expect(policy).toContain(hash('a{}'));
    expect(policy).toContain(hash('--x:1'));
    expect(policy).not.toContain(hash('{}'));
    expect(policy).not.toContain("'unsafe-inline'");
    expect(policy).not.toMatch(/https?:|\*/);
    expect(policy).toContain("default-src 'none'");
  });

  it('hashes an attribute as the browser reads it, entities resolved', () => {
    expect(policyFor('<p style="content:&quot;x&quot;">t</p>')).toContain(hash('content:"x"'));
  });

  it('stands before anything that loads', () => {
    const html = withPolicy(
      '<head><meta charset="utf-8"><link rel="stylesheet" href="/a.css"></head>',
    );
    expect(html.indexOf('content-security-policy')).toBeLessThan(html.indexOf('stylesheet'));
  });

  it('fails on a page it cannot protect', () => {
    expect(() => withPolicy('<p>no head</p>')).toThrow(/charset/);
  });
});

describe('the simulator’s libraries', () => {
  it('lose their eval where the browser has the clock', () => {
    const file = new URL('../../node_modules/rp2040js/dist/esm/utils/time.js', import.meta.url);
    const code = readFileSync(file, 'utf8');
    expect(clockOfBrowser(code), 'rp2040js changed: look at site/build/eval.ts').not.toContain(
      'eval(',
    );
    expect(clockOfBrowser('eval(text)')).toBe('eval(text)');
  });
});
