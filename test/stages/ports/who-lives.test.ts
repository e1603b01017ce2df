// Node's own calls: on its completion port under Wine, and on epoll here. What is counted is what libuv's
// design says.
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { BEGUN, ENDED } from '../../../lab/stages/who-lives-on-it/parts/marks.ts';
import { countTrace } from '../../../lab/stages/who-lives-on-it/parts/on-epoll.ts';
import { work } from '../../../lab/stages/who-lives-on-it/parts/work.ts';
import { whyNoTrace } from '../../drivers/trace.ts';
import { temporaryFolder } from '../../helpers/cli.ts';
import { measured } from '../../helpers/measured.ts';
import { runStage } from '../../helpers/stages.ts';
import { whereWine } from '../../helpers/wine.ts';
import { countUnderWine } from '../under-wine.ts';

const EXCHANGES = 100;

describe.runIf(whereWine())('Node on a completion port', () => {
  const counted = measured(() => {
    const parameters = { exchanges: EXCHANGES };
    return countUnderWine('who-lives-on-it', [
      ['node-socket-port', parameters],
      ['node-file-port', parameters],
    ]);
  }, 300_000);

  it('starts receives and sends, and waits at the port', () => {
    const { associated, waits_per_op, starts_per_op } = counted()[0]!.totals;
    expect(associated, 'both ends, and the one that listens').toBeGreaterThanOrEqual(3);
    expect(waits_per_op).toBeGreaterThan(0.5);
    // Two messages for each exchange, each sent and received.
    expect(starts_per_op).toBeGreaterThanOrEqual(2);
  });

  it('has a thread of its pool post a packet for every read of a file', () => {
    const { posts_per_op, starts_per_op, waits_per_op } = counted()[1]!.totals;
    expect(starts_per_op, 'ReadFile, on a thread of the pool').toBeGreaterThanOrEqual(1);
    expect(posts_per_op).toBeGreaterThanOrEqual(0.9);
    expect(posts_per_op).toBeLessThan(2.5);
    expect(waits_per_op).toBeGreaterThan(0.5);
  });

  it('names the calls', () => {
    expect(counted()[0]!.notes.join()).toMatch(/GetQueuedCompletionStatus/);
  });
});

describe('the file that Node reads', () => {
  it('has a name that nobody can guess, and goes when it was read', async () => {
    const folder = temporaryFolder();
    const precious = join(temporaryFolder(), 'precious');
    writeFileSync(precious, 'precious');
    const guess = `iolab-read-${process.pid}`;
    symlinkSync(precious, join(folder, guess));
    vi.stubEnv('TMPDIR', folder);
    let inside: string[] = [];
    await work(
      'file',
      2,
      () => {
        inside = readdirSync(folder);
      },
      () => {},
    );
    vi.unstubAllEnvs();
    expect(readFileSync(precious, 'utf8'), 'make a folder by mkdtemp').toBe('precious');
    expect(inside.length, 'it lies in the folder for temporary files').toBe(2);
    expect(readdirSync(folder)).toEqual([guess]);
  });
});

describe('a trace', () => {
  it('is counted between the marks, by what its calls are for', () => {
    const trace = [
      '7  epoll_ctl(13<anon_inode:[eventpoll]>, EPOLL_CTL_ADD, 20<socket:[1]>, {…}) = 0',
      '7  io_uring_enter(17<anon_inode:[io_uring]>, 2, 2, IORING_ENTER_GETEVENTS, NULL, 0) = 2',
      '7  read(20<socket:[1]>, "", 64) = 16',
      `7  access("${BEGUN}", F_OK) = -1 ENOENT`,
      '7  epoll_wait(13<anon_inode:[eventpoll]>, [], 1024, -1) = 1',
      '7  read(20<socket:[1]>, "…", 65536) = 16',
      '8  write(16<anon_inode:[eventfd]>, "\\1", 8) = 8',
      '7  read(16<anon_inode:[eventfd]>, "\\1", 1024) = 8',
      '7  <... read resumed>"…", 65536) = 16',
      `7  access("${ENDED}", F_OK) = -1 ENOENT`,
      '7  epoll_wait(13<anon_inode:[eventpoll]>, [], 1024, -1) = 1',
    ].join('\n');
    expect(countTrace(trace, 2).totals).toEqual({
      associated: 3,
      waits_per_op: 0.5,
      posts_per_op: 0.5,
      starts_per_op: 0.5,
    });
  });
});

const missing = whyNoTrace();
if (missing !== undefined) console.log(`Node on epoll is not traced: ${missing}`);

describe.skipIf(missing !== undefined)('Node on epoll', { timeout: 60_000 }, () => {
  const run = async (stage: string) =>
    (await runStage('who-lives-on-it', stage, {}, { set: { exchanges: String(EXCHANGES) } }))
      .totals;

  it('reads and writes itself what epoll says is ready', async () => {
    const { associated, waits_per_op, starts_per_op } = await run('node-socket-epoll');
    expect(associated).toBeGreaterThanOrEqual(3);
    expect(waits_per_op).toBeGreaterThan(0.5);
    expect(starts_per_op, 'two messages, each read and written').toBeGreaterThanOrEqual(4);
  });

  it('is woken by a flag for every read of a file', async () => {
    const { posts_per_op, starts_per_op } = await run('node-file-epoll');
    expect(starts_per_op).toBeGreaterThanOrEqual(1);
    expect(posts_per_op).toBeGreaterThanOrEqual(0.9);
  });
});
