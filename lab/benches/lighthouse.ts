// Lighthouse (developer.chrome.com/docs/lighthouse): it judges a page's speed, accessibility and practices.
// A folder of its own: with what it brings it is a quarter of all that `npm ci` would have to fetch.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Bench, BenchCheck } from './bench.ts';
import { runInstall } from './install.ts';
import { outputOf, versionOf } from './parts/programs.ts';

/** The committed list of packages, with its lockfile. */
const packages = fileURLToPath(new URL('./parts/lighthouse/', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));
const LISTS = ['package.json', 'package-lock.json'] as const;

/** Where it lies, or would lie. */
export const lighthouseFolder = (): string =>
  join(resolve(process.env.IOLAB_BENCHES ?? join(root, '.iolab/benches')), 'lighthouse');
export const lighthouseModule = (): string => join(lighthouseFolder(), 'node_modules/lighthouse');

/** Names another browser than the one in PATH, as for the tests of the site. */
const chromium = (): string => process.env.CHROMIUM ?? 'chromium';

/** Why it is not here as the lockfile says; undefined where it is. */
async function lacking(): Promise<string | undefined> {
  const module = lighthouseModule();
  if (!existsSync(module)) return 'it is not there';
  for (const name of LISTS) {
    const here = join(lighthouseFolder(), name);
    if (!existsSync(here) || !readFileSync(here).equals(readFileSync(join(packages, name)))) {
      return 'its packages are not those of the lockfile';
    }
  }
  const version = await outputOf(process.execPath, [join(module, 'cli/index.js'), '--version']);
  return version === undefined ? 'it does not answer' : undefined;
}

async function check(): Promise<BenchCheck> {
  const [browser, why] = await Promise.all([versionOf(chromium()), lacking()]);
  if (browser === undefined) {
    return { ok: false, detail: 'missing: Chromium', missing: ['Chromium'] };
  }
  if (why === undefined) {
    const { version } = JSON.parse(readFileSync(join(lighthouseModule(), 'package.json'), 'utf8'));
    return { ok: true, detail: `Lighthouse ${version}, ${browser}` };
  }
  const detail = `missing: Lighthouse (${why})`;
  return { ok: false, detail, missing: ['Lighthouse'], packages_here: true };
}

async function installPackages(signal: AbortSignal, say: (text: string) => void): Promise<void> {
  const folder = lighthouseFolder();
  mkdirSync(folder, { recursive: true });
  for (const name of LISTS) copyFileSync(join(packages, name), join(folder, name));
  const sink = () =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        say(chunk.toString());
        done();
      },
    });
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  try {
    await runInstall(['npm', 'ci', ...options], signal, { out: sink(), err: sink(), cwd: folder });
  } catch (error) {
    // Half a folder must not pass for a whole one.
    rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
    throw error;
  }
}

export const bench: Bench = {
  id: 'lighthouse',
  title: 'Lighthouse',
  about: 'judges pages of the course as Chrome does, in the tests of the site',
  packages: { apt: ['chromium'] },
  check,
  steps: async () => [
    ...((await lacking()) === undefined
      ? []
      : [{ title: 'npm ci of Lighthouse, in a folder of its own', run: installPackages }]),
  ],
};
