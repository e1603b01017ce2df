// Builds the site as a person would, for the tests that open it in a browser.
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');

/** What the test runner puts into the environment, and Astro would take for its own. */
const RUNNERS = /^(VITEST.*|TEST|MODE|DEV|PROD|SSR|BASE_URL|NODE_ENV|IOLAB_SITE)$/;

/** `astro build` into a folder of its own, from a folder of published records, under a base path. */
export async function buildSite(folder: string, published: string, base: string): Promise<void> {
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
      },
      timeout: 110_000,
    },
  );
}
