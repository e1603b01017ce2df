// After the measuring: compare inside a run and across runs, show what was last, and print for a
// pipe, a narrow terminal and a reader without colour. On one real, tiny run.
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LabRecord, LabRun } from '../../../lab/records/schema.ts';
import {
  environment,
  iolab,
  isHere,
  launcher,
  ordinaryNode,
  root,
  temporaryFolder,
} from '../../helpers/cli.ts';

const home = temporaryFolder();
const WAKEUP = ['run', 'wakeup', '--rate', '1000', '--samples', '60', '--json'];

const ask = (...args: string[]) => iolab(args, { home });
let first: LabRun;
let second: LabRun;

beforeAll(async () => {
  const measure = async (drivers: string, rounds: string) => {
    const { code, out, err } = await ask(...WAKEUP, '--driver', drivers, '--rounds', rounds);
    expect(code, err).toBe(0);
    return JSON.parse(out) as LabRun;
  };
  // Fewer than seven rounds settle nothing.
  first = await measure('blocking,epoll,busy-poll', '7');
  second = await measure('blocking', '2');
});

const record = (driver: string, repeat?: number): LabRecord =>
  first.records.find(one => one.driver === driver && one.parameters.repeat === repeat)!;

describe('compare', () => {
  // Processor time tells polling from sleeping by far more than any machine's noise.
  const cpu = ['--metric', 'cpu_ns_per_op', '--fail-if', 'slower'];

  it('inside a run is paired round by round, and fails on demand', async () => {
    const [polling, sleeping] = [record('busy-poll').id, record('blocking').id];
    const worse = await ask('compare', sleeping, polling, ...cpu, '--json');
    expect(worse.code, worse.err).toBe(1);
    const said = JSON.parse(worse.out) as { paired: boolean; comparisons: LabRun['comparisons'] };
    expect(said).toMatchObject({ schema: 'iolab/compare/1', paired: true });
    expect(said.comparisons).toEqual([
      expect.objectContaining({ driver: 'busy-poll', baseline: 'blocking', verdict: 'higher' }),
    ]);
    expect(said.comparisons[0]!.ratio).toBeGreaterThan(1);
    const better = await ask('compare', polling, sleeping, ...cpu);
    expect(better.code, better.err).toBe(0);
    expect(better.out).toContain('Paired');
    expect((await ask('compare', sleeping, polling, '--metric', 'cpu_ns_per_op')).code).toBe(0);
  });

  it('of a driver with itself shows noise, and noise fails nothing', async () => {
    const noise = await ask('compare', record('blocking').id, record('blocking', 1).id, ...cpu);
    expect(noise.code, noise.err).toBe(0);
    expect(noise.out).toContain('noise');
  });

  it('across runs is unpaired and says so', async () => {
    const across = await ask('compare', first.run_id, second.run_id);
    expect(across.code, across.err).toBe(0);
    expect(across.out).toContain('Unpaired');
    expect((await ask('compare', 'last', first.run_id, '--json')).out).toContain('"paired": false');
  });

  it('of a run with itself is refused', async () => {
    const { code, err } = await ask('compare', 'last', second.run_id);
    expect(code).toBe(2);
    expect(err).toMatch(/same records/);
  });
});

describe('what is printed', () => {
  it('show last is the newest run, as a table with its machine and its noise', async () => {
    const shown = await ask('show', 'last');
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toMatch(/blocking/);
    expect(shown.out, 'the newest run has no epoll').not.toMatch(/epoll/);
    const whole = await ask('show', first.run_id);
    expect(whole.out).toMatch(/stand-in device/);
    expect(whole.out).toMatch(/A\/A/);
  });

  it('fits a narrow terminal', async () => {
    for (const columns of [40, 60]) {
      const env = { COLUMNS: String(columns) };
      for (const args of [['show', first.run_id], ['show', record('epoll').id], ['list']]) {
        const { code, out } = await iolab(args, { home, env });
        expect(code).toBe(0);
        const longest = out.split('\n').reduce((a, b) => (b.length > a.length ? b : a), '');
        expect(longest.length, `${args.join(' ')}: ${longest}`).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('has no escape sequence in a pipe, with or without NO_COLOR', async () => {
    for (const env of [{}, { NO_COLOR: '1' }] as Record<string, string>[]) {
      for (const args of [['show', 'last'], [], ['doctor']]) {
        const { out, err } = await iolab(args, { home, env });
        expect(out + err).not.toContain('\u001b');
      }
    }
  });

  const terminal = isHere('script');
  if (!terminal) console.warn('skipped: script(1), which makes a terminal, is not here');

  it.runIf(terminal)('has colour on a terminal, and none there with NO_COLOR', () => {
    const onTerminal = (env: Record<string, string>) =>
      spawnSync('script', ['-qec', `${ordinaryNode} ${launcher} show last`, '/dev/null'], {
        cwd: root,
        encoding: 'utf8',
        env: environment({ home, env: { TERM: 'xterm-256color', ...env } }),
      }).stdout;
    expect(onTerminal({})).toContain('\u001b[38;');
    expect(onTerminal({ NO_COLOR: '1' })).not.toContain('\u001b[38;');
  });
});
