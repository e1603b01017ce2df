// Builds the site as a person would, for the tests that open it in a browser.
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
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
