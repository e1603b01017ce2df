// What goes wrong with other people's programs: no toolchain, one that fails or hangs, a program that is
// killed, is silent, or says what is not so. Each is told by its name, and nothing is left behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TimedOut, Unsupported } from '../../../lab/errors.ts';
import { compiled } from '../../../lab/stages/five-languages/parts/compile.ts';
import { Messages } from '../../../lab/stages/five-languages/parts/messages.ts';
import { Program } from '../../../lab/stages/five-languages/parts/program.ts';
import {
  findToolchain,
  LANGUAGES,
  type Language,
  sourceOf,
} from '../../../lab/stages/five-languages/parts/toolchains.ts';
import { until } from '../../helpers/processes.ts';
import { folder, inCell, inHere } from './run.ts';

const path = process.env.PATH ?? '';
const SOURCE = sourceOf('Read.cs');
let bin: string;
let count = 0;
beforeEach(() => {
  bin = join(folder, `bin-${count++}`);
  mkdirSync(bin);
});
afterEach(() => {
  process.env.PATH = path;
});

/** A program that is found before all others. */
function fake(name: string, body: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(bin, name), 0o755);
  process.env.PATH = `${bin}${delimiter}${path}`;
}

/** A language whose program is this text for the shell. */
const spoken = (body: string): Language => ({
  name: 'Shell',
  source: 'read.sh',
  toolchains: [{ programs: ['true'], run: () => ['sh', '-c', body, 'read.sh'] }],
  fix: 'nothing helps',
});
const alive = (pid: number): boolean => existsSync(`/proc/${pid}/stat`);
const say = (event: string, facts = ''): string => `echo '{"event":"${event}"${facts}}'; `;

describe.runIf(process.platform === 'linux')('a toolchain', () => {
  it('that is absent is named, with how to get it', async () => {
    process.env.PATH = bin;
    for (const id of ['rust', 'python', 'cpp', 'csharp'] as const) {
      const refused = await inCell(`${id}-await`).catch((error: Error) => error);
      expect(refused, id).toBeInstanceOf(Unsupported);
      const { reason, fix } = refused as Unsupported;
      expect(reason).toMatch(new RegExp(`^no ${LANGUAGES[id].name.replaceAll('+', '\\+')} here`));
      expect(fix).toContain('iolab bench install languages');
      if (id === 'csharp') expect(fix).toContain('https://dotnet.microsoft.com');
    }
  });

  it('that does not work is told with its own words, and leaves nothing half made', async () => {
    fake(
      'rustc',
      '[ "$1" = --version ] && { echo rustc 9; exit; }\necho "error: out of iron" >&2; exit 1',
    );
    const into = join(bin, 'made');
    const refused = await compiled(LANGUAGES.rust, into).catch((error: Error) => error);
    expect(refused).toBeInstanceOf(Unsupported);
    expect((refused as Unsupported).reason).toBe(
      'rustc does not compile read.rs: error: out of iron',
    );
    expect(readdirSync(into)).toEqual([]);
  });

  it('that hangs is ended, with what it started', async () => {
    const pid = join(bin, 'pid');
    fake(
      'rustc',
      `[ "$1" = --version ] && { echo rustc 9; exit; }\nsleep 600 & echo $! > ${pid}; wait`,
    );
    const into = join(bin, 'made');
    const late = await compiled(LANGUAGES.rust, into, 1500).catch((error: Error) => error);
    expect(late).toBeInstanceOf(TimedOut);
    expect((late as Error).message).toBe('rustc did not compile read.rs within 1500 ms');
    expect(readdirSync(into)).toEqual([]);
    const sleeper = Number(readFileSync(pid, 'utf8'));
    expect(sleeper).toBeGreaterThan(1);
    await until('the end of what it started', () => !alive(sleeper));
  });

  it('compiles once a run', async () => {
    const calls = join(bin, 'calls');
    const body = `[ "$1" = --version ] && { echo rustc 9; exit; }\necho made >> ${calls}`;
    fake('rustc', body);
    const into = join(bin, 'made');
    await compiled(LANGUAGES.rust, into);
    const { version } = await compiled(LANGUAGES.rust, into);
    expect(version).toBe('rustc 9');
    expect(readFileSync(calls, 'utf8')).toBe('made\n');
  });
});

describe.runIf(process.platform === 'linux')('.NET', () => {
  // A stand-in for the SDK, which is in no package of Debian: it shows that ours is asked first and in the
  // words that `dotnet` documents. Mono does the work.
  it('is taken before Mono, by a project that names its framework', async context => {
    if (!(await findToolchain(LANGUAGES.csharp))) return context.skip(LANGUAGES.csharp.fix);
    const log = join(bin, 'log');
    fake(
      'dotnet',
      `case "$1" in
--version) echo 8.0.404;;
build) echo "$*" > ${log}; /bin/cat "$2" >> ${log}
  out=; while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
  mkdir -p "$out"; exec mcs -langversion:7.2 -out:"$out/read.dll" ${SOURCE};;
*) exec mono "$@";;
esac`,
    );
    const { totals, notes } = await inHere(LANGUAGES.csharp);
    expect(notes).toEqual(['C# by dotnet 8.0.404']);
    expect(totals).toMatchObject({ started_when_called: 1, swallowed_messages: 2 });
    const asked = readFileSync(log, 'utf8');
    expect(asked).toMatch(/^build \S+\/read\.csproj -c Release -o \S+ --nologo /);
    expect(asked).toContain('<TargetFramework>net8.0</TargetFramework>');
    expect(asked).toContain(`<Compile Include="${SOURCE}" />`);
  });
});

describe.runIf(process.platform === 'linux')('a program', () => {
  const fails = (body: string) =>
    inHere(spoken(body)).then(
      () => 'it was believed',
      ({ message }: Error) => message,
    );

  it('that is killed is told by the signal, at whatever it was', async () => {
    expect(await fails('kill -KILL $$')).toBe(
      'read.sh was ended by SIGKILL before it said “ready”',
    );
    const began = say('ready') + say('created', ',"ran":true');
    expect(await fails(`${began} echo no more >&2; exit 7`)).toBe(
      'read.sh ended with 7 before it said “warm”: no more',
    );
  });

  it('that says something else is not believed', async () => {
    expect(await fails('echo ready')).toBe('read.sh said ready instead of “ready”');
    expect(await fails(say('warm'))).toMatch(/^read\.sh said .*"warm".* instead of “ready”$/);
    const begun = say('ready') + say('created', ',"ran":true') + say('warm');
    expect(await fails(`${begun} ${say('counted', ',"resumed_elsewhere":-1')} read line`)).toMatch(
      /resumed_elsewhere: -1, which is no count/,
    );
  });

  it('that says nothing is waited for only so long', async () => {
    const silent = new Program('read.sh', ['sleep', '600']);
    const { pid } = silent;
    await expect(silent.next('ready', 300)).rejects.toThrow(
      'read.sh did not say “ready” within 300 ms',
    );
    await silent.close();
    await until('its end', () => !alive(pid!));
  });

  it('is ended when whoever started it is killed', async () => {
    const url = new URL('../../../lab/stages/five-languages/parts/program.ts', import.meta.url);
    const text = `import { Program } from ${JSON.stringify(url.href)};
      console.log(new Program('sleep', ['sleep', '600']).pid);`;
    const starter = spawn(process.execPath, ['--input-type=module-typescript', '-e', text], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(alive(pid)).toBe(true);
    // setpriv first becomes the program that it was given.
    await until('the program', () => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n');
    starter.kill('SIGKILL');
    await until('its end', () => !alive(pid));
  });
});

describe('what is said of messages', () => {
  const good = [100, 90, 0, 7, 130];

  it('is checked field by field', () => {
    const messages = new Messages(7);
    messages.take({ message: good });
    messages.take({ message: [200, 190, 1, 7, 205] });
    expect(messages.latency_ns).toEqual([30, 5]);
    expect(messages.stimulus_late_ns).toEqual([10, 10]);
  });

  it.each([
    ['is missing', undefined, /^undefined came instead of message 0$/],
    ['is cut', good.slice(1), /came instead of message 0/],
    ['has another number', [100, 90, 1, 7, 130], /came instead of message 0/],
    ['is of another epoch', [100, 90, 0, 8, 130], /came instead of message 0/],
    ['was had before it was sent', [100, 90, 0, 7, 99], /message 0 was had before it was sent/],
    ['was sent before its time', [100, 110, 0, 7, 130], /message 0 was had before it was sent/],
    ['is no number', ['soon', 90, 0, 7, 130], /message 0 was had before it was sent/],
  ])('and refused where it %s', (_what, message, why) => {
    expect(() => new Messages(7).take({ message })).toThrow(why);
  });
});
