// `iolab bench install lighthouse` with a made-up npm: lists are copied, half an installation is no
// installation, and an old one is brought up to date. Nothing is downloaded.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const LISTS = join(root, 'lab/benches/parts/lighthouse');
let bin: string;
const installed = () => join(bin, 'benches/lighthouse');

function fake(name: string, body: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** What npm would leave behind, in the folder that it is started in. */
const unpack = () => `
  echo "npm $*" >> '${bin}/calls'
  /bin/mkdir -p node_modules/lighthouse/cli
  echo '{ "version": "9.9.9" }' > node_modules/lighthouse/package.json
  echo 'console.log("9.9.9")' > node_modules/lighthouse/cli/index.js
`;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'iolab-bench-'));
  fake('chromium', 'echo Chromium 1.2.3');
});
afterEach(() => rmSync(bin, { recursive: true }));

function iolab(...args: string[]) {
  const done = spawnSync(process.execPath, [join(root, 'lab/cli/main.ts'), 'bench', ...args], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { PATH: bin, HOME: bin, IOLAB_BENCHES: join(bin, 'benches') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { code: done.status, out: done.stdout.replace(/\s+/g, ' '), err: done.stderr };
}

describe('iolab bench install lighthouse', () => {
  it('installs by npm ci into a folder of its own, by the committed list', () => {
    fake('npm', unpack());
    expect(iolab('status', 'lighthouse').out).toContain(
      'missing: Lighthouse (it is not there); iolab bench install lighthouse',
    );
    const { code, out, err } = iolab('install', 'lighthouse', '--yes');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('lighthouse is here now: Lighthouse 9.9.9, Chromium 1.2.3');
    expect(readFileSync(join(bin, 'calls'), 'utf8')).toMatch(/^npm ci --ignore-scripts /);
    const name = 'package-lock.json';
    expect(readFileSync(join(installed(), name))).toEqual(readFileSync(join(LISTS, name)));
  });

  it('leaves no half of it where npm fails', () => {
    fake('npm', `${unpack()}\necho 'npm error no network' >&2; exit 1`);
    const { code, err } = iolab('install', 'lighthouse', '--yes');
    expect(code).toBe(3);
    expect(err).toContain('npm error no network');
    expect(existsSync(join(installed(), 'node_modules'))).toBe(false);
  });

  it('does not take another list’s installation for this one', () => {
    fake('npm', unpack());
    iolab('install', 'lighthouse', '--yes');
    writeFileSync(join(installed(), 'package-lock.json'), '{}');
    expect(iolab('status', 'lighthouse').out).toContain('not those of the lockfile');
    expect(iolab('install', 'lighthouse', '--yes').code).toBe(0);
    expect(iolab('status', 'lighthouse').out).toContain('Lighthouse 9.9.9');
  });

  it('asks the package manager for the browser where there is none', () => {
    rmSync(join(bin, 'chromium'));
    fake('npm', unpack());
    fake('sudo', 'exec "$@"');
    fake(
      'apt-get',
      `printf '#!/bin/sh\\necho Chromium 4.5.6\\n' > '${bin}/chromium'
      /bin/chmod 755 '${bin}/chromium'`,
    );
    const { code, out } = iolab('install', 'lighthouse', '--yes');
    expect(out).toContain('apt-get install -y --no-install-recommends chromium');
    expect(out).toContain('Chromium 4.5.6');
    expect(code).toBe(0);
  });
});
