// Builds the site as a person would, for the tests that open it in a browser.
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { publishedFolder } from '../../lab/records/published.ts';
import { takeLock } from '../../lab/run/lock.ts';

const root = resolve(import.meta.dirname, '../..');

/** What the test runner puts into the environment, and Astro would take for its own. */
const RUNNERS = /^(VITEST.*|TEST|MODE|DEV|PROD|SSR|BASE_URL|NODE_ENV|IOLAB_SITE)$/;

/** Builds of one checkout share Astro's own folder of work: one goes after the other. */
const LONGEST_WAIT_MS = 400_000;

/**
 * `astro build` into a folder of its own, from a folder of published records, under a base path; `more` is
 * what else its environment holds.
 */
export async function buildSite(
  folder: string,
  published: string,
  base: string,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const turn = await takeLock(`site-build ${root}`, 'a test that builds the site', LONGEST_WAIT_MS);
  try {
    await build(folder, published, base, more);
  } finally {
    await turn.release();
  }
}

/** Where the course is published and where its sources are, as whoever builds it says. */
export const ADDRESS = 'https://course.invalid';
export const SOURCES = 'https://sources.invalid/lab';

/**
 * The course of the published records, at `/`, in a folder to read and not to write: built by whoever asks
 * first, and the same for all tests of a run (one-build.ts).
 */
export async function publishedSite(): Promise<string> {
  const shared = process.env.IOLAB_TEST_SITE;
  if (shared === undefined) throw new Error('one-build.ts has not run: see vitest.config.ts');
  const [folder, whole] = [join(shared, 'site'), join(shared, 'built')];
  const turn = await takeLock(`site-build ${root}`, 'a test that builds the site', LONGEST_WAIT_MS);
  try {
    if (existsSync(whole)) return folder;
    await build(folder, publishedFolder(), '/', {
      IOLAB_SITE: ADDRESS,
      IOLAB_REPOSITORY: SOURCES,
    });
    writeFileSync(whole, '');
    return folder;
  } finally {
    await turn.release();
  }
}

async function build(
  folder: string,
  published: string,
  base: string,
  more: Readonly<Record<string, string>>,
): Promise<void> {
  await promisify(execFile)(
    process.execPath,
    [join(root, 'node_modules/astro/bin/astro.mjs'), 'build', '--outDir', folder],
    {
      cwd: root,
      env: {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !RUNNERS.test(name))),
        ASTRO_TELEMETRY_DISABLED: '1',
        IOLAB_PUBLISHED: published,
        IOLAB_BASE: base,
        ...more,
      },
      timeout: 110_000,
    },
  );
}
