// SIGKILL cannot be handled, so nothing can be tidied by whoever got it. Then pipes close, locks die
// with their holder, checkpoints are whole, and the next command sweeps what is left.
import { describe, expect, it } from 'vitest';
import {
  filesIn,
  iolab,
  midRun,
  recordsIn,
  start,
  temporaryFolder,
  workspacesIn,
} from '../../helpers/cli.ts';
import { abstractSockets, locksOf, processesOf, untilGone } from '../../helpers/processes.ts';

const linux = process.platform === 'linux';
if (!linux) console.warn('skipped: processes are counted in /proc, which only Linux has');

/** Pipes close and parents' deaths are told at once; the rest is the scheduler's. */
const GONE_MS = 5000;
const RUNS = {
  fifo: ['run', 'wakeup', '--driver', 'blocking,epoll', '--rate', '1000'],
  uno: ['run', 'round-trip', '--device', 'uno', '--driver', 'epoll,busy-poll'],
} as const;
const LONG_RUN = ['--rounds', '200', '--samples', '60'];

async function killed(args: readonly string[], part: string) {
  const home = temporaryFolder();
  const running = start([...args, ...LONG_RUN], { home });
  await midRun(home);
  const all = processesOf(home);
  const locks = locksOf(all);
  expect(locks.length, 'a run holds a lock on its folder').toBeGreaterThan(0);
  const victims = all.filter(one => one.command.includes(part));
  expect(victims.length, `processes with ${part}`).toBeGreaterThan(0);
  process.kill(victims[0]!.pid, 'SIGKILL');
  const result = await running.ended;
  await untilGone(home, GONE_MS);
  const names = new Set(abstractSockets().map(one => one.name));
  expect(
    locks.filter(lock => names.has(lock)),
    'a lock dies with its holder',
  ).toEqual([]);
  return { home, result };
}

describe.runIf(linux)('SIGKILL', () => {
  it.each(['fifo', 'uno'] as const)('of the orchestrator on %s: nobody survives', async device => {
    const { home, result } = await killed(RUNS[device], 'lab/cli/main.ts');
    expect(result.code, 'the launcher tells how its child ended').toBe(137);
    const records = recordsIn(home);
    expect(Math.max(...records.map(one => one.rounds.length))).toBeGreaterThan(0);
    for (const one of records) expect(one.status).toBe('partial');
    expect(workspacesIn(home), 'nobody was there to remove it').toHaveLength(1);
    expect((await iolab(['scan'], { home })).code).toBe(0);
    expect(workspacesIn(home), 'the next command sweeps').toEqual([]);
    expect(filesIn(home).filter(path => path.endsWith('.tmp'))).toEqual([]);
    expect((await iolab(['show', 'last'], { home })).out).toContain('partial');
  });

  it('of the launcher alone: the run ends as for Ctrl-C', async () => {
    const { home, result } = await killed(RUNS.uno, 'lab/cli/iolab.mjs');
    expect(result.signal).toBe('SIGKILL');
    for (const one of recordsIn(home)) expect(one.reason).toMatch(/rounds: interrupted/);
    expect(workspacesIn(home)).toEqual([]);
  });
});
