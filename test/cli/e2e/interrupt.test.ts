// Ctrl-C, a polite kill and a closed terminal, at random moments of a run: it ends within a second,
// what was measured is on disk and whole, and nothing stays behind: no process, lock, folder or link.
// IOLAB_LONG=1 tries a hundred moments instead of ten.
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../lab/measure/random.ts';
import {
  complaints,
  filesIn,
  launcher,
  midRun,
  ordinaryNode,
  type Result,
  type Running,
  recordsIn,
  type Starter,
  start,
  startProgram,
  temporaryFolder,
  workspacesIn,
} from '../../helpers/cli.ts';
import { abstractSockets, locksOf, processesOf, untilGone } from '../../helpers/processes.ts';

const linux = process.platform === 'linux';
if (!linux) console.warn('skipped: processes are counted in /proc, which only Linux has');

const SEED = 20261120;
const MOMENTS = process.env.IOLAB_LONG ? 100 : 10;
/** Start-up, floor, device start, probes and some rounds all lie within this. */
const LATEST_MS = 2500;
/** The promise of the command line: within a second of the signal everything has ended. */
const PROMISE_MS = 1000;

const WAKEUP = ['run', 'wakeup', '--driver', 'blocking,epoll,node-stream', '--rate', '1000'];
const PING = ['run', 'round-trip', '--device', 'uno', '--driver', 'epoll,busy-poll'];
const LONG_RUN = ['--rounds', '200', '--samples', '60'];

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/** Send the signal and check all that is promised. */
async function endsClean(
  running: Running,
  home: string,
  send: () => void,
  signal: NodeJS.Signals = 'SIGINT',
): Promise<Result> {
  const locks = locksOf(processesOf(home));
  const sent_ms = performance.now();
  send();
  const result = await running.ended;
  await untilGone(home, PROMISE_MS);
  const took_ms = performance.now() - sent_ms;
  expect(took_ms, `end after ${signal}, in milliseconds`).toBeLessThan(PROMISE_MS);
  // Before the program listens, the signal's own default ends it: a shell reports 128 + n for both.
  if (result.signal === null) expect([130, 128 + constants.signals[signal]]).toContain(result.code);
  else expect(result.signal).toBe(signal);
  const left = new Set(abstractSockets().map(one => one.name));
  expect(
    locks.filter(lock => left.has(lock)),
    'locks left',
  ).toEqual([]);
  expect(workspacesIn(home), 'folders of runs left').toEqual([]);
  expect(
    filesIn(home).filter(path => path.endsWith('.tmp')),
    'half files left',
  ).toEqual([]);
  const records = recordsIn(home);
  const runs = filesIn(home).filter(path => path.endsWith('run.json'));
  expect(runs.length, 'a run without a record would be shown as the last').toBeLessThanOrEqual(
    records.length,
  );
  for (const record of records) expect(['ok', 'partial']).toContain(record.status);
  expect(complaints(result.err).length, result.err).toBeLessThanOrEqual(1);
  return result;
}

describe.runIf(linux)('Ctrl-C', () => {
  it(
    `at ${MOMENTS} random moments ends the run within a second, leaving nothing`,
    async () => {
      const random = createRandom(SEED);
      for (let i = 0; i < MOMENTS; i++) {
        const home = temporaryFolder();
        const starter: Starter = i % 2 === 0 ? 'ordinary' : 'pinned';
        const args = [...(i % 3 === 2 ? PING : WAKEUP), ...LONG_RUN];
        const moment_ms = Math.round(random() * LATEST_MS);
        const running = start(args, { home, starter });
        await pause(moment_ms);
        try {
          await endsClean(running, home, () => running.child.kill('SIGINT'));
        } catch (error) {
          const where = `moment ${i} (${moment_ms} ms, ${starter} Node, ${args[1]}, seed ${SEED})`;
          throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
        }
      }
    },
    MOMENTS * 10_000,
  );

  it('keeps the rounds that were measured, says so, and show last shows them', async () => {
    const home = temporaryFolder();
    const running = start([...WAKEUP, '--rounds', '8', '--samples', '150', '--json'], { home });
    await midRun(home);
    const { code, out, err } = await endsClean(running, home, () => running.child.kill('SIGINT'));
    expect(code).toBe(130);
    expect(complaints(err)).toEqual([
      expect.stringMatching(/interrupted; what was measured is sav/),
    ]);
    expect(JSON.parse(out)).toMatchObject({ status: 'partial' });
    const records = recordsIn(home);
    expect(records.length).toBeGreaterThan(0);
    for (const { status, reason, rounds } of records) {
      expect({ status, reason }).toMatchObject({
        status: 'partial',
        reason: expect.stringContaining(`${rounds.length} of 8 rounds: interrupted`),
      });
    }
    expect(Math.max(...records.map(one => one.rounds.length))).toBeGreaterThan(0);
    expect((await start(['show', 'last'], { home }).ended).out).toMatch(/partial/);
  });

  it('reaches the whole group of a terminal’s job, and is one interruption all the same', async () => {
    const home = temporaryFolder();
    const running = start([...PING, ...LONG_RUN], { home, group: true });
    await midRun(home);
    const { code } = await endsClean(running, home, () => process.kill(-running.pid, 'SIGINT'));
    expect(code).toBe(130);
  });

  it('twice or thrice is no worse than once', async () => {
    const home = temporaryFolder();
    const running = start([...WAKEUP, ...LONG_RUN], { home });
    await midRun(home);
    const thrice = () => {
      for (let i = 0; i < 3; i++) running.child.kill('SIGINT');
    };
    expect((await endsClean(running, home, thrice)).code).toBe(130);
  });
});

describe.runIf(linux)('other ends', () => {
  it.each(['SIGTERM', 'SIGHUP'] as const)('%s is an interruption too', async signal => {
    const home = temporaryFolder();
    const running = start([...PING, ...LONG_RUN], { home });
    await midRun(home);
    const send = () => running.child.kill(signal);
    expect((await endsClean(running, home, send, signal)).code).toBe(130);
    expect(recordsIn(home).length).toBeGreaterThan(0);
  });

  it('a scan, a ruler and the scan of a contribution that are interrupted leave nothing either', async () => {
    const measured = temporaryFolder();
    const args = [...WAKEUP, '--rounds', '1', '--samples', '20'];
    expect((await start(args, { home: measured }).ended).code).toBe(0);
    for (const [command, when_ms, home] of [
      ['scan', 700, temporaryFolder()],
      ['ruler', 2000, temporaryFolder()],
      ['contribute', 900, measured],
    ] as const) {
      const running = start([command], { home });
      await pause(when_ms);
      const { code, out } = await endsClean(running, home, () => running.child.kill('SIGINT'));
      expect([command, code, out]).toEqual([command, 130, '']);
    }
  });

  it('a reader that leaves early (| head -1) loses no record', async () => {
    const home = temporaryFolder();
    const line = '"$0" "$@" | head -1; exit $PIPESTATUS';
    const args = [...WAKEUP, '--rounds', '3', '--samples', '40'];
    for (const more of [[], ['--json']]) {
      const words = ['bash', '-c', line, ordinaryNode, launcher, ...args, ...more];
      const { code } = await startProgram(words, { home }).ended;
      expect(code).toBe(0);
    }
    const records = recordsIn(join(home, 'records'));
    expect(records.map(one => [one.status, one.rounds.length])).toEqual(
      Array.from({ length: 8 }, () => ['ok', 3]),
    );
  });
});
