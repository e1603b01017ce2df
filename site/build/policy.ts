// Gives every built page a content security policy that allows this site's own files and, by hash,
// the page's own inline scripts and styles: nothing from elsewhere, no `unsafe-inline`. (Astro's own
// policy has no hashes for style attributes, which highlighted code uses; CSP Level 3 has them
// through 'unsafe-hashes'.)
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { builtPages, unescapeAttribute } from './pages.ts';

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}

function hashes(texts: Iterable<string>): string {
  return [...new Set(texts)].map(hash).sort().join(' ');
}

/** The policy for this page's markup. */
export function policyFor(html: string): string {
  // Scripts first, then out of the way: a script's text may hold what looks like an attribute.
  const scripts: string[] = [];
  const rest = html.replace(
    /<script\b([^>]*)>([\s\S]*?)<\/script>/gi,
    (_, attributes: string, body: string) => {
      const data = /\btype="(?:application\/(?:ld\+)?json|speculationrules)"/i.test(attributes);
      if (!data && !/\bsrc=/.test(attributes)) scripts.push(body);
      return '';
    },
  );
  const styles = [...rest.matchAll(/<style\b[^>]*>([\s\S]*?)<\/style>/gi)].map(found => found[1]!);
  const attributes = [...rest.matchAll(/<[a-z][^<>]*?\sstyle=(?:"([^"]*)"|'([^']*)')/gi)].map(
    found => unescapeAttribute(found[1] ?? found[2] ?? ''),
  );
  return [
    "default-src 'none'",
    // Search is WebAssembly from this site's own folder.
    `script-src 'self' 'wasm-unsafe-eval' ${hashes(scripts)}`.trim(),
    `style-src 'self' 'unsafe-hashes' ${hashes([...styles, ...attributes])}`.trim(),
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The page with its policy as the first thing in its head. */
export function withPolicy(html: string): string {
  const meta = `<meta http-equiv="content-security-policy" content="${policyFor(html)}">`;
  // After the charset, which must come within the first kilobyte; before anything that loads.
  const charset = /<meta charset="utf-8"\s*\/?>/i;
  if (!charset.test(html)) throw new Error('A built page has no <meta charset="utf-8"> to follow');
  return html.replace(charset, found => found + meta);
}

export function contentPolicy(): AstroIntegration {
  return {
    name: 'iolab-content-policy',
    hooks: {
      'astro:build:done': ({ dir }) => {
        for (const page of builtPages(fileURLToPath(dir))) {
          writeFileSync(page.file, withPolicy(page.html));
        }
      },
    },
  };
}
