// The course as a zip to take along: every link relative, so that its pages can be opened as files (text,
// figures and links work; a browser runs no module from a file) or put behind any static server. It lies
// beside the pages, and the pages that link to it are the ones it holds.
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

/** A page whose links lead on from where it lies; `name` below the site, with forward slashes. */
export function relativeLinks(html: string, name: string, base: string): string {
  const prefix = `${base.replace(/\/+$/, '')}/`;
  const here = posix.dirname(name);
  return html.replace(
    /(<[a-z][^<>]*?\s(?:href|src)=")(\/[^"]*)(?=")/gi,
    (whole, before: string, link: string) => {
      if (link.startsWith('//') || !link.startsWith(prefix)) return whole;
      const [, path = '', rest = ''] = /^([^?#]*)(.*)$/.exec(link.slice(prefix.length)) ?? [];
      const file = path === '' || path.endsWith('/') ? `${path}index.html` : path;
      return before + (posix.relative(here, file) || posix.basename(file)) + rest;
    },
  );
}

/** All files of a built site, as they go into the zip. The archive itself stays out. */
export function offlineFiles(folder: string, base: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const name = file.slice(folder.length).replaceAll('\\', '/').replace(/^\//, '');
    if (name === OFFLINE_PATH) continue;
    const bytes = readFileSync(file);
    const page = name.endsWith('.html');
    files.set(name, page ? Buffer.from(relativeLinks(bytes.toString('utf8'), name, base)) : bytes);
  }
  return files;
}

export function offlineCopy(): AstroIntegration {
  let base = '/';
  return {
    name: 'iolab-offline-copy',
    hooks: {
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
