// The commands as a reader meets them: a real process, its two streams and its exit code.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeRecord, writeRun } from '../../lab/records/write.ts';
import { fakeRecord, fakeRun } from '../helpers/records.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let home: string;
const run = fakeRun();
const [slow, fast] = [
  'fake-wakeup-fifo-epoll-rate_hz1000',
  'fake-wakeup-fifo-blocking-rate_hz1000',
];

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'iolab-commands-'));
  const folder = join(home, 'records', run.run_id);
  for (const record of run.records) writeRecord(folder, record);
  writeRun(folder, run);
  const later = fakeRecord({ p50_ns: 30_000, over: { id: 'later', run_id: 'later-run' } });
  writeRecord(join(home, 'records', 'later-run'), later);
});
afterAll(() => rmSync(home, { recursive: true }));

// Only the two commands, without the rest of the command line around them.
const SCRIPT = `
  const { Command } = await import('commander');
  const { fail } = await import('./lab/cli/terminal/output.ts');
  const root = new Command('iolab').exitOverride();
  for (const name of ['show', 'compare']) {
    const { build } = await import('./lab/cli/' + name + '.ts');
    root.addCommand(build().exitOverride());
  }
  try { await root.parseAsync(process.argv.slice(1), { from: 'user' }); }
  catch (error) { process.exitCode = fail(error); }`;

function iolab(args: readonly string[], env: Record<string, string> = {}) {
  const { FORCE_COLOR: _, ...rest } = process.env;
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', SCRIPT, '--', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...rest, IOLAB_HOME: home, ...env },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

describe('iolab show', () => {
  it('shows the run asked for, plain when piped, coloured when forced', () => {
    const shown = iolab(['show', run.run_id]);
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toMatch(/^■ blocking +1 kHz/m);
    expect(shown.out).not.toContain('\u001b');
    expect(iolab(['show', run.run_id], { FORCE_COLOR: '3' }).out).toContain('\u001b[38;2;');
    const narrow = iolab(['show', run.run_id], { COLUMNS: '40' }).out.split('\n');
    expect(Math.max(...narrow.map(line => line.length))).toBeLessThanOrEqual(40);
  });

  it('keeps the ratios of two runs apart', () => {
    const run_id = 'another-run';
    const folder = join(home, 'another');
    const comparisons = run.comparisons.map(one => ({ ...one, ratio: 7.77 }));
    const other = { ...run, run_id, comparisons, records: run.records.map(withId) };
    function withId(record: (typeof run.records)[number]) {
      return { ...record, run_id };
    }
    for (const record of other.records) writeRecord(folder, record);
    writeRun(folder, other);
    const ratiosOf = (...named: string[]) =>
      iolab(['show', ...named])
        .out.match(/^■ epoll .*$/gm)!
        .map(line => /7\.77/.test(line));
    const each = ratiosOf(run.run_id);
    expect(each.some(Boolean)).toBe(false);
    expect(ratiosOf(run.run_id, folder)).toEqual([...each, ...ratiosOf(folder)]);
    expect(ratiosOf(folder).some(Boolean)).toBe(true);
  });

  it('shows one record with its distribution, and how to measure it again', () => {
    const { out } = iolab(['show', slow]);
    expect(out).toContain('■ wakeup · fifo · epoll · 1 kHz');
    expect(out).toContain('↑p50');
    expect(out).toContain('again: iolab run wakeup --device fifo --seed 7');
  });

  it('prints one JSON document: the record, the run, or several records', () => {
    expect(JSON.parse(iolab(['show', slow, '--json']).out)).toMatchObject({ id: slow });
    expect(JSON.parse(iolab(['show', run.run_id, '--json']).out)).toEqual(run);
    expect(JSON.parse(iolab(['show', slow, fast, '--json']).out).records).toHaveLength(2);
  });

  it('says in one line what is wrong with a file that is no record, and exits with 2', () => {
    const bad = join(home, 'bad.json');
    writeFileSync(bad, '{"schema": "iolab/record/1",');
    const shown = iolab(['show', slow, bad]);
    expect(shown).toMatchObject({ code: 2, out: '' });
    expect(shown.err).toMatch(/^iolab: .*bad\.json: line 1, column 29: the text ends here\n$/);
    expect(iolab(['show', 'nobody']).code).toBe(2);
    expect(iolab(['show', root]).code).toBe(2);
    expect(iolab(['show']).code).toBe(2);
  });

  it('lets no escape sequence out of a hostile name, in text or JSON or complaint', () => {
    const record = fakeRecord({
      over: { id: 'evil', notes: ['\u001b]0;owned\u0007\u009b2J\u202e'] },
    });
    const file = join(home, 'evil.json');
    writeFileSync(file, JSON.stringify(record));
    for (const args of [
      ['show', file],
      ['show', file, '--json'],
      ['show', 'no\u001b[31msuch'],
    ]) {
      const { out, err } = iolab(args);
      expect((out + err).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(JSON.parse(iolab(['show', file, '--json']).out)).toEqual(record);
  });

  it('has help with an example', () => {
    const help = iolab(['show', '--help']);
    expect(help.code).toBe(0);
    expect(help.out).toMatch(/Example:\n {2}iolab show last/);
  });

  it.runIf(process.platform === 'linux')(
    'survives a reader that leaves, and reports a full disk',
    () => {
      const shell = (pipe: string) =>
        spawnSync(
          'bash',
          [
            '-c',
            `"$0" --input-type=module -e "$1" -- show ${run.run_id} --json ${pipe}`,
            process.execPath,
            SCRIPT,
          ],
          {
            cwd: root,
            encoding: 'utf8',
            timeout: 20_000,
            env: { ...process.env, IOLAB_HOME: home },
          },
        );
      const left = shell('| head -1; exit $PIPESTATUS');
      expect({ code: left.status, out: left.stdout, err: left.stderr }).toEqual({
        code: 0,
        out: '{\n',
        err: '',
      });
      const full = shell('> /dev/full');
      expect(full.status).toBe(5);
      expect(full.stderr).toContain('ENOSPC');
    },
  );
});

describe('iolab compare', () => {
  it('pairs two records of one run and fails on demand', () => {
    const slower = iolab(['compare', fast, slow, '--fail-if', 'slower']);
    expect(slower.code).toBe(1);
    expect(slower.out).toMatch(/■ epoll +blocking +1\.3\d \[.*↑ higher/);
    expect(slower.out).toContain('Paired');
    expect(iolab(['compare', slow, fast, '--fail-if', 'slower']).code).toBe(0);
    expect(iolab(['compare', fast, slow]).code).toBe(0);
  });

  it('shows the noise for the baseline and its repeat', () => {
    const noise = iolab(['compare', fast, `${fast}-repeat1`, '--fail-if', 'slower']);
    expect(noise.out).toContain('~ noise');
    expect(noise.code).toBe(0);
  });

  it('says unpaired across runs', () => {
    const across = iolab(['compare', run.run_id, 'later-run', '--fail-if', 'slower']);
    expect(across.out).toContain('Unpaired');
    expect(across.code).toBe(1);
    const json = JSON.parse(iolab(['compare', run.run_id, 'later-run', '--json']).out);
    expect(json).toMatchObject({ schema: 'iolab/compare/1', paired: false, metric: 'latency_ns' });
    expect(json.comparisons).toHaveLength(1);
    expect(json.comparisons[0]).toMatchObject({
      paired: false,
      driver: 'epoll',
      verdict: 'higher',
    });
  });

  it('knows that fewer operations per second are slower', () => {
    const [deep, flat] = ['32', '1'].map(
      depth => `fake-disk-read-file-io-uring-depth${depth}-submissioneach`,
    );
    const options = ['--metric', 'ops_per_s', '--fail-if', 'slower'];
    expect(iolab(['compare', deep!, flat!, ...options]).code).toBe(1);
    expect(iolab(['compare', flat!, deep!, ...options]).code).toBe(0);
    const paired = iolab(['compare', flat!, deep!, ...options]).out;
    expect(paired).toContain('Paired');
    expect(paired, 'each side with its own setting').toMatch(
      /io-uring depth 32 +io-uring depth 1 /,
    );
  });

  it('refuses what cannot be compared, and says why', () => {
    const pairs: [string[], RegExp][] = [
      [[run.run_id, run.run_id], /the same records/],
      [[fast, slow, '--metric', 'foo'], /no foo on side A; measured: cpu_ns_per_op, latency_ns/],
      [['later-run', 'fake-round-trip-uno-epoll-rate_hz100-modepolled'], /nothing|in common/],
      [[fast, slow, '--fail-if', 'faster'], /slower/],
    ];
    for (const [args, words] of pairs) {
      const refused = iolab(['compare', ...args]);
      expect(refused.code, refused.err).toBe(2);
      expect(refused.err).toMatch(words);
      expect(refused.out).toBe('');
    }
  });
});
