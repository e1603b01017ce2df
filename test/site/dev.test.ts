// Writing a page: `npm run dev` shows what was written within a second, and the whole course is built within a
// minute (both as the issue of the course site has it). Written is a copy of the site inside the checkout,
// whose sources stay as they are. Measured alone: this file is not among the heavy ones.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishedFolder } from '../../lab/records/published.ts';
import { fakeRecord } from '../helpers/records.ts';
import { buildSite } from './build-site.ts';
import { pagesOf } from './every-page.ts';
import { CHROMIUM_ARGUMENTS, chromiumPath } from './serve.ts';

const root = resolve(import.meta.dirname, '../..');
const LONGEST_MS = 1000;
const LONGEST_BUILD_MS = 60_000;
/** A machine that does other things now and then: the quickest of these counts. */
const EDITS = 6;
/** What the test runner puts into the environment, and Astro would take for its own. */
const RUNNERS = /^(VITEST.*|TEST|MODE|DEV|PROD|SSR|BASE_URL|NODE_ENV|IOLAB_.*|CI)$/;

const path = chromiumPath();
if (path === undefined) console.log('test/site/dev.test.ts: no Chromium, see browser.test.ts');

describe('the whole course', () => {
  const built = mkdtempSync(join(tmpdir(), 'iolab-built-'));
  afterAll(() => rmSync(built, { recursive: true, force: true }));

  it('is built within a minute', async () => {
    const begun = performance.now();
    await buildSite(built, publishedFolder(), '/');
    const took_ms = Math.round(performance.now() - begun);
    const pages = pagesOf(built).length;
    console.log(`${pages} pages built in ${took_ms} ms`);
    expect(pages).toBeGreaterThan(50);
    expect(took_ms).toBeLessThanOrEqual(LONGEST_BUILD_MS);
  }, 120_000);
});

describe.skipIf(path === undefined)('while a page is written', () => {
  let folder: string;
  let server: ChildProcess;
  let browser: Browser;
  let address = '';

  beforeAll(async () => {
    // Beneath the checkout, where Node finds the packages.
    mkdirSync(join(root, '.astro'), { recursive: true });
    folder = mkdtempSync(join(root, '.astro', 'dev-'));
    for (const name of ['astro.config.mjs', 'package.json', 'tsconfig.json', 'site']) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    for (const name of ['lab', 'firmware', 'test'])
      symlinkSync(join(root, name), join(folder, name));
    server = spawn(
      process.execPath,
      [join(root, 'node_modules/astro/bin/astro.mjs'), 'dev', '--host', '127.0.0.1', '--port', '0'],
      {
        cwd: folder,
        env: {
          ...Object.fromEntries(
            Object.entries(process.env).filter(([name]) => !RUNNERS.test(name)),
          ),
          ASTRO_TELEMETRY_DISABLED: '1',
          NO_COLOR: '1',
          IOLAB_HOME: join(folder, 'home'),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let said = '';
    address = await new Promise<string>((done, fail) => {
      const hear = (chunk: Buffer): void => {
        said += chunk.toString();
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
        if (found !== undefined) done(found);
      };
      server.stdout!.on('data', hear);
      server.stderr!.on('data', hear);
      server.once('exit', () => fail(new Error(`astro dev ended:\n${said}`)));
      setTimeout(() => fail(new Error(`astro dev said no address:\n${said}`)), 60_000).unref();
    });
    browser = await chromium.launch({ executablePath: path!, args: CHROMIUM_ARGUMENTS });
  });
  afterAll(async () => {
    await browser?.close();
    if (server?.exitCode === null) {
      const ended = new Promise(done => server.once('exit', done));
      server.kill();
      await ended;
    }
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it('shows what was written within a second', async () => {
    const page = await browser.newPage();
    await page.goto(`${address}/contribute/`, { timeout: 90_000, waitUntil: 'networkidle' });
    const file = join(folder, 'site/content/docs/contribute.mdx');
    const text = readFileSync(file, 'utf8');
    const took_ms: number[] = [];
    for (let edit = 0; edit < EDITS; edit++) {
      const begun = performance.now();
      writeFileSync(file, `${text}\n\nSentence number ${edit} is new.\n`);
      await page.getByText(`Sentence number ${edit} is new.`).waitFor({ timeout: 20_000 });
      took_ms.push(Math.round(performance.now() - begun));
      // The page connects to the server again before it can be told of the next one.
      await page.waitForLoadState('networkidle');
    }
    console.log(`shown after ${took_ms.join(', ')} ms`);
    expect(Math.min(...took_ms)).toBeLessThanOrEqual(LONGEST_MS);
  }, 240_000);

  it('shows a record that was made after the first look: its page and its raw file', async () => {
    const made = (id: string): string => {
      const run = join(folder, 'home', 'records', 'run');
      mkdirSync(run, { recursive: true });
      const record = fakeRecord({ over: { id, run_id: 'run' } });
      writeFileSync(join(run, `${id}.json`), JSON.stringify(record));
      return `/records/yours/run/${id}.json`;
    };
    const page = async () => (await fetch(`${address}/machines/yours/`)).text();
    const paths: string[] = [];
    for (const id of ['first', 'second', 'third']) {
      paths.push(made(id));
      // Questions within a moment of each other are of one page.
      await expect
        .poll(async () => (await fetch(`${address}${paths.at(-1)}`)).status, { timeout: 20_000 })
        .toBe(200);
      const html = await page();
      expect(
        paths.filter(one => !html.includes(one)),
        'on the page of the machine',
      ).toEqual([]);
    }
    const raw = await (await fetch(`${address}${paths.at(-1)}`)).json();
    expect(raw).toMatchObject({ id: 'third' });
  }, 120_000);
});
