// `iolab bench` as a process, on a PATH of its own: fake package managers write down how they were
// called and "install" fake programs. Nothing is ever installed by these tests.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Schema from 'typebox/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bench } from '../../lab/benches/bench.ts';
import { allBenches, benchIds } from '../../lab/benches/find.ts';
import { findProgram } from '../../lab/benches/parts/find-program.ts';
import { installCommand } from '../../lab/benches/parts/packages.ts';
import { versionOf } from '../../lab/benches/parts/programs.ts';
import { benchRows } from '../../lab/benches/status.ts';
import { Unsupported } from '../../lab/errors.ts';
import { ScanSchema } from '../../lab/records/schema.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(root, 'lab/cli/main.ts');
const AS_ROOT = process.getuid?.() === 0;
let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'iolab-bench-'));
});
afterEach(() => rmSync(bin, { recursive: true }));

/** A program in the fake PATH. The shell's own words serve; nothing else can be found there. */
function fake(name: string, body: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(bin, name), 0o755);
}
const calls = () => {
  const file = join(bin, 'calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};
/** What the bench `peers` asks for here, and what each answers. */
const PEERS = process.platform === 'linux' ? ['fio', 'cyclictest', 'wrk'] : ['fio', 'wrk'];
const MISSING = `missing: ${PEERS.join(', ')}`;
const ANSWERS = PEERS.map(name => `${name}-9.9`).join(', ');
/** Shell lines: note how this program was called; make programs that answer. */
const noteCall = (name: string) => `echo "${name} $*" >> '${bin}/calls'`;
const makePeers = () =>
  PEERS.map(
    name =>
      `printf '#!/bin/sh\\necho ${name}-9.9\\n' > '${bin}/${name}'; /bin/chmod 755 '${bin}/${name}'`,
  ).join('; ');
const fakePeers = () => {
  for (const name of PEERS) fake(name, `echo ${name}-9.9`);
};

function fakeApt(body: string): void {
  fake('apt-get', `${noteCall('apt-get')}\n${body}`);
  fake('sudo', `${noteCall('sudo')}\nexec "$@"`);
}

function iolab(...args: string[]) {
  const done = spawnSync(process.execPath, [MAIN, 'bench', ...args], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { PATH: bin, HOME: bin },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}
const INSTALL = 'apt-get install -y --no-install-recommends fio rt-tests wrk';

describe('iolab bench', () => {
  it('shows each bench, what it adds, and the one command that installs it', () => {
    fakeApt('exit 1');
    const { code, out, err } = iolab();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^peers +no /m);
    expect(out.replace(/\s+/g, ' ')).toContain(`peers: ${MISSING}; iolab bench install peers`);
    expect(out).toContain(
      'avr: missing: avr-gcc, avr-libc, make, avrdude; iolab bench install avr',
    );
    expect(out.split('\n').every(line => line.length <= 80)).toBe(true);
    expect(calls()).toEqual([]);
  });

  it('shows the version of what is here, one bench if asked', () => {
    fakePeers();
    const { code, out } = iolab('status', 'peers');
    expect(code).toBe(0);
    expect(out).toMatch(/^peers +ok /m);
    expect(out).toContain(`peers: ${ANSWERS}`);
    expect(out).not.toContain('avr');
  });

  it('does not count a program that cannot run', () => {
    fakePeers();
    fake('fio', 'echo fio-9.9; exit 127');
    expect(iolab('status', 'peers').out).toContain('missing: fio;');
  });

  it('takes a usage for an answer where a program has no --version, whatever it ends with', () => {
    fakePeers();
    fake('wrk', 'echo wrk 9.9; echo Usage; exit 1');
    expect(iolab('status', 'peers').out).toContain('wrk 9.9');
    fake('wrk', 'exit 1');
    expect(iolab('status', 'peers').out).toContain('missing: wrk;');
  });

  it('prints one document, whose rows are those of scan', async () => {
    fake('fio', 'echo fio-9.9');
    const document = JSON.parse(iolab('--json').out);
    expect(document.schema).toBe('iolab/bench/1');
    expect(document.benches.map(({ id }: { id: string }) => id)).toEqual(benchIds());
    const { benches } = ScanSchema.properties;
    expect(Schema.Check(benches, document.benches)).toBe(true);
    expect(Schema.Check(benches, await benchRows())).toBe(true);
  });

  it('without a package manager the fix names the packages', () => {
    expect(iolab().out.replace(/\s+/g, ' ')).toContain(
      'avr: missing: avr-gcc, avr-libc, make, avrdude; install with your own package manager, ' +
        "by Debian's names: gcc-avr avr-libc make avrdude",
    );
  });

  it('suggests the nearest name and exits with 2', () => {
    const pairs: [string[], RegExp][] = [
      [['status', 'pers'], /unknown bench "pers"; did you mean peers\?/],
      [['install', 'peers', 'avrr'], /unknown bench "avrr"; did you mean avr or arm\?/],
      [['instal', 'peers'], /did you mean install\?/],
      [['install'], /needs a name; known: arm, avr, classic, /],
      [['--verbose'], /unknown option/],
    ];
    fakeApt(makePeers());
    for (const [args, words] of pairs) {
      const refused = iolab(...args);
      expect(refused.err).toMatch(words);
      expect(refused.code).toBe(2);
    }
    expect(calls()).toEqual([]);
  });
});

describe('iolab bench install', () => {
  it('shows the exact command, passes its output through, and checks again', () => {
    fakeApt(`echo Unpacking fio; echo from the side >&2; ${makePeers()}`);
    const done = iolab('install', 'peers', '--yes');
    expect(done).toMatchObject({ code: 0, err: 'from the side\n' });
    const command = AS_ROOT ? INSTALL : `sudo ${INSTALL}`;
    expect(done.out).toBe(
      `To install peers:\n  ${command}\nUnpacking fio\npeers is here now: ${ANSWERS}\n`,
    );
    expect(calls()).toEqual(AS_ROOT ? [INSTALL] : [command, INSTALL]);
  });

  it('with --json standard output is one document', () => {
    fakeApt(`echo Unpacking fio; ${makePeers()}`);
    const done = iolab('install', 'peers', '--yes', '--json');
    expect(JSON.parse(done.out)).toMatchObject({
      command: expect.arrayContaining(['apt-get', 'fio']),
      benches: [{ id: 'peers', ok: true, detail: ANSWERS }],
    });
    expect(done.err).toContain('Unpacking fio');
  });

  it('runs nothing without a terminal to ask on, and names --yes', () => {
    fakeApt(makePeers());
    const done = iolab('install', 'peers');
    expect(done.code).toBe(2);
    expect(done.out).toContain(INSTALL);
    expect(done.err).toMatch(/no terminal to ask on.*iolab bench install peers --yes\n$/);
    expect(calls()).toEqual([]);
  });

  it('installs nothing that is here already', () => {
    fakeApt('exit 1');
    fakePeers();
    expect(iolab('install', 'peers')).toEqual({
      code: 0,
      out: `peers is here already: ${ANSWERS}\n`,
      err: '',
    });
    expect(calls()).toEqual([]);
  });

  it('installs only the lacking ones of several', () => {
    fakeApt(`echo "E: stop here" >&2; exit 100`);
    fakePeers();
    const done = iolab('install', 'peers', 'avr', 'peers', '--yes');
    expect(done.out).toContain('peers is here already');
    expect(calls().at(-1)).toMatch(
      /install -y --no-install-recommends gcc-avr avr-libc make avrdude$/,
    );
  });

  it('a failing package manager is exit 3 with its last line, and what helps', () => {
    fakeApt('echo Reading; echo "E: Unable to locate package fio" >&2; exit 100');
    const done = iolab('install', 'peers', '--yes');
    expect(done.code).toBe(3);
    expect(done.err.trim().split('\n').at(-1)).toMatch(
      /^iolab: .*apt-get ended with 100: E: Unable to locate package fio\. .*apt-get update/,
    );
  });

  it('does not believe a package manager that ends well', () => {
    fakeApt('exit 0');
    const done = iolab('install', 'peers', '--yes');
    expect(done.code).toBe(3);
    expect(done.err).toMatch(/ended well, and peers still does not work: missing: fio,/);
  });

  it('without a package manager it is exit 3, naming the packages', () => {
    const done = iolab('install', 'peers', 'avr', '--yes');
    expect(done.code).toBe(3);
    expect(done.err).toMatch(
      /no apt-get or brew.*: fio rt-tests wrk gcc-avr avr-libc make avrdude\n$/,
    );
  });

  it('Ctrl-C reaches the package manager, and is exit 130', async () => {
    fakeApt('echo working; exec /bin/sleep 60');
    const child = spawn(process.execPath, [MAIN, 'bench', 'install', 'peers', '--yes'], {
      env: { PATH: bin, HOME: bin },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stderr.on('data', data => {
      err += data;
    });
    child.stdout.on('data', data => {
      out += data;
      if (out.includes('working')) child.kill('SIGINT');
    });
    const code = await new Promise(resolve => child.on('close', resolve));
    expect({ code, err }).toMatchObject({ code: 130, err: expect.stringContaining('interrupted') });
  });
});

// util-linux' script gives the command a terminal; without it there is nobody to ask.
const script = process.platform === 'linux' ? findProgram('script') : undefined;
if (!script) console.warn('bench: no script(1) here, so the question on a terminal is not tested');

describe.runIf(script)('on a terminal', () => {
  /** The answer is typed when the question stands there, as by a person. */
  async function answered(answer: string) {
    fakeApt(makePeers());
    const command = `'${process.execPath}' '${MAIN}' bench install peers`;
    const child = spawn(script!, ['-qec', command, '/dev/null'], {
      env: { PATH: bin, HOME: bin, SHELL: '/bin/sh', NO_COLOR: '1' },
      timeout: 20_000,
    });
    let out = '';
    let typed = false;
    child.stdout.on('data', data => {
      out += data;
      if (typed || !out.includes('[y/N]')) return;
      typed = true;
      child.stdin.write(answer);
    });
    const code = await new Promise(resolve => child.on('close', resolve));
    return { code, out };
  }

  it('asks, and runs the command for a yes', async () => {
    const { code, out } = await answered('y\n');
    expect(out).toContain('Run this command? [y/N]');
    expect(out).toContain(`peers is here now: ${PEERS[0]}-9.9`);
    expect(code).toBe(0);
  });

  it.each(['n\n', '\n', 'maybe\n', '\u0004', '\u0003'])('installs nothing for %j', async answer => {
    const { code, out } = await answered(answer);
    expect(out).toContain('nothing was installed');
    expect(code).toBe(130);
    expect(calls()).toEqual([]);
  });
});

describe('the command', () => {
  const two: Pick<Bench, 'id' | 'packages'>[] = [
    { id: 'a', packages: { apt: ['x', 'y'], brew: ['bx'] } },
    { id: 'b', packages: { apt: ['y', 'z'] } },
  ];
  const benches = two as Bench[];
  const system = (uid: number | undefined, ...programs: string[]) => ({
    uid,
    find: (program: string) => (programs.includes(program) ? `/usr/bin/${program}` : undefined),
  });
  const apt = ['apt-get', 'install', '-y', '--no-install-recommends', 'x', 'y', 'z'];

  it('is one call for all packages, with sudo unless root', () => {
    expect(installCommand(benches, system(0, 'apt-get', 'sudo'))).toEqual(apt);
    expect(installCommand(benches, system(1000, 'apt-get', 'sudo'))).toEqual(['sudo', ...apt]);
  });

  it('is Homebrew’s where apt-get is not there, never with sudo', () => {
    const [first] = benches;
    expect(installCommand([first!], system(501, 'brew', 'sudo'))).toEqual([
      'brew',
      'install',
      'bx',
    ]);
  });

  it('cannot be had without sudo, without packages for brew, or without both managers', () => {
    for (const here of [system(1000, 'apt-get'), system(501, 'brew'), system(undefined)]) {
      expect(() => installCommand(benches, here)).toThrow(Unsupported);
      expect(() => installCommand(benches, here)).toThrow(/x y z/);
    }
  });
});

describe('benches', () => {
  it('are files that say what they are', async () => {
    for (const bench of await allBenches()) {
      expect(benchIds()).toContain(bench.id);
      expect(bench.packages.apt.length).toBeGreaterThan(0);
      expect(bench.about).toMatch(/^[^.]{10,120}$/);
    }
  });

  it('that throw are rows that do not work', async () => {
    const [bench] = await allBenches();
    const broken: Bench = { ...bench!, check: () => Promise.reject(new Error('no such thing')) };
    const [row] = await benchRows([broken]);
    expect(row).toMatchObject({ ok: false, detail: 'cannot be checked: no such thing' });
    expect(row!.fix).toBeTruthy();
  });

  it('find a program by PATH: a file that may be run, and no folder of that name', async () => {
    fake('tool', 'echo tool 1.2; echo more');
    writeFileSync(join(bin, 'text'), 'x');
    expect(findProgram('tool', `/nowhere:${bin}`)).toBe(join(bin, 'tool'));
    expect(findProgram('text', bin)).toBeUndefined();
    expect(findProgram('usr', '/')).toBeUndefined();
    expect(await versionOf(join(bin, 'tool'))).toBe('tool 1.2');
    expect(await versionOf(join(bin, 'none'))).toBeUndefined();
  });
});
