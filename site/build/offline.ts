// The course as a zip to take along: every link relative, so that its pages can be opened as files (text,
// figures and links work; a browser runs no module from a file) or put behind any static server, under any
// path (its scripts find each other and the search from where they lie, late-search.ts). It lies beside
// the pages, and the pages that link to it are the ones it holds.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { type Zippable, zipSync } from 'fflate';

/** Below the site's base, and linked as such. */
export const OFFLINE_PATH = 'offline/iolab-course.zip';
const FOLDER = 'iolab-course';
/** Text is made a quarter of its size in a second; the rest of the levels take ten for a tenth more. */
const LEVEL = 4;

/**
 * A page whose links lead on from where it lies; `name` below the site, with forward slashes. What a script
 * reads from the page (a data attribute in JSON) may name files too: a text there is one where `has` knows it.
 */
export function relativeLinks(
  html: string,
  name: string,
  base: string,
  has: (file: string) => boolean = () => false,
): string {
  const prefix = `${base.replace(/\/+$/, '')}/`;
  const here = posix.dirname(name);
  const fileOf = (link: string): { readonly file: string; readonly rest: string } | undefined => {
    if (link.startsWith('//') || !link.startsWith(prefix)) return undefined;
    const [, path = '', rest = ''] = /^([^?#]*)(.*)$/.exec(link.slice(prefix.length)) ?? [];
    return { file: path === '' || path.endsWith('/') ? `${path}index.html` : path, rest };
  };
  const from = (file: string): string => posix.relative(here, file) || posix.basename(file);
  return html
    .replace(
      /(<[a-z][^<>]*?\s(?:href|src)=")(\/[^"]*)(?=")/gi,
      (whole, before: string, link: string) => {
        const found = fileOf(link);
        return found === undefined ? whole : before + from(found.file) + found.rest;
      },
    )
    .replace(/(\sdata-[\w-]+=")(\{[^"]*\})(?=")/g, (_, before: string, json: string) => {
      const texts = /(&quot;|&#34;)(\/.*?)(?=\1)/g;
      return (
        before +
        json.replace(texts, (whole, quote: string, link: string) => {
          const found = fileOf(link);
          const known = found !== undefined && has(decodeURI(found.file));
          return known ? quote + from(found.file) + found.rest : whole;
        })
      );
    });
}

/** The copy does not hold itself: what led to it is plain text there. */
const withoutArchive = (html: string): string =>
  html.replace(
    /<a\b[^>]*\shref="([^"]*)"[^>]*>([^<]*)<\/a>/g,
    (whole, link: string, text: string) => (link.endsWith(`/${OFFLINE_PATH}`) ? text : whole),
  );

/** All files of a built site, as they go into the zip. The archive itself stays out. */
export function offlineFiles(folder: string, base: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const name = file.slice(folder.length).replaceAll('\\', '/').replace(/^\//, '');
    if (name !== OFFLINE_PATH) files.set(name, readFileSync(file));
  }
  for (const [name, bytes] of files) {
    if (!name.endsWith('.html')) continue;
    const html = withoutArchive(Buffer.from(bytes).toString('utf8'));
    files.set(name, Buffer.from(relativeLinks(html, name, base, file => files.has(file))));
  }
  return files;
}

export function offlineCopy(): AstroIntegration {
  let base = '/';
  return {
    name: 'iolab-offline-copy',
    hooks: {
      'astro:config:setup': ({ updateConfig }) => {
        updateConfig({
          vite: {
            experimental: {
              // Scripts load each other from where they lie, and not by the path that the site was built for.
              renderBuiltUrl: (_file: string, at: { hostType: string; ssr: boolean }) =>
                at.hostType === 'js' && !at.ssr ? { relative: true } : undefined,
            },
          },
        });
      },
      'astro:config:done': ({ config }) => {
        base = config.base;
      },
      'astro:build:done': ({ dir, logger }) => {
        const folder = fileURLToPath(dir);
        const zip: Zippable = {};
        for (const [name, bytes] of offlineFiles(folder, base)) {
          // A fixed time, so that the same pages make the same bytes.
          zip[`${FOLDER}/${name}`] = [bytes, { level: LEVEL, mtime: new Date(1980, 0, 1) }];
        }
        const archive = zipSync(zip);
        const file = join(folder, OFFLINE_PATH);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, archive);
        logger.info(`${OFFLINE_PATH}: ${Math.round(archive.length / 1024)} KiB`);
      },
    },
  };
}
