// Who does the work? Counted instead of believed: every driver is opened in a process of its own, on a
// pipe and on a file, and the threads that are new while operations are in flight are set against what
// the driver says it is emulated by (proc_pid_task(5)). A pool of threads shows, also one that hides in
// a library; the kernel's own work shows none.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { DriverFacts } from '../../lab/drivers/driver.ts';
import { driverIds, findDriver } from '../../lab/drivers/find.ts';
import type { Answer } from './new-threads.ts';

/** Known to work with threads of the process; any other driver whose text says so must show them, too. */
const WITH_THREADS = new Set(['aio-suspend', 'aio-callback', 'thread-pool', 'thread-per-device']);

const program = join(import.meta.dirname, 'new-threads.ts');
const LIMIT_MS = 60_000;
const run = promisify(execFile);

async function newThreads(driver: string, device: string, ...set: string[]): Promise<Answer> {
  const args = ['--disable-warning=ExperimentalWarning', program, driver, device, ...set];
  const { stdout } = await run(process.execPath, args, { timeout: LIMIT_MS });
  return JSON.parse(stdout) as Answer;
}

interface Promised {
  readonly own: boolean;
  readonly kernel: boolean;
}

/** What a driver's text promises: threads of the process, or a thread that the kernel makes for it. */
function promised(emulated_by: DriverFacts['emulated_by']): Promised {
  const threads = /\bthreads?\b/.test(emulated_by) && !/\bno threads?\b/.test(emulated_by);
  const kernel = emulated_by.startsWith('nothing');
  return { own: threads && !kernel, kernel: threads && kernel };
}

/** What is wrong with what was seen; nothing where it is what was promised. */
function complaints(seen: Exclude<Answer, { refused: string }>, by: string): string[] {
  const { own, kernel } = promised(by);
  const said = `it says it is emulated by "${by}"`;
  const names = (all: readonly string[]) => [...new Set(all)].join(', ');
  return [
    ...(own && seen.own.length === 0 ? [`${said}, and no thread of the process is new`] : []),
    ...(!own && seen.own.length > 0 ? [`${said}, and has threads: ${names(seen.own)}`] : []),
    ...(kernel && seen.kernel.length === 0
      ? [`${said}, and no thread of the kernel's is new`]
      : []),
  ];
}

const nobody = { own: [], kernel: [], most: 0 };

describe('the judgement', () => {
  const pool = { own: ['worker', 'worker'], kernel: [], most: 2 };
  const poller = { own: [], kernel: ['iou-sqp-7'], most: 1 };

  it('holds a text to what is seen, both ways', () => {
    const itself = 'nothing: the kernel does it itself';
    expect(complaints(nobody, itself)).toEqual([]);
    expect(complaints(poller, itself), 'io_uring may make workers').toEqual([]);
    expect(complaints(pool, itself)).toEqual([
      `it says it is emulated by "${itself}", and has threads: worker`,
    ]);
    expect(complaints(pool, 'a pool of threads')).toEqual([]);
    expect(complaints(nobody, 'a pool of threads')).toHaveLength(1);
    expect(complaints(pool, 'libuv: epoll')).toHaveLength(1);
    expect(complaints(pool, 'a process, and no thread')).toHaveLength(1);
    expect(complaints(poller, 'nothing: the kernel, on a thread of its own')).toEqual([]);
    expect(complaints(nobody, 'nothing: the kernel, on a thread of its own')).toHaveLength(1);
  });
});

describe.runIf(process.platform === 'linux')('threads', { timeout: LIMIT_MS + 10_000 }, () => {
  for (const device of ['fifo', 'file']) {
    it(`Node starts none by itself while a ${device} is there`, async () => {
      expect(await newThreads('none', device), 'or the others show nothing').toEqual(nobody);
    });
  }

  it('the list names drivers that there are', () => {
    expect(driverIds()).toEqual(expect.arrayContaining([...WITH_THREADS]));
  });

  for (const id of driverIds()) {
    it(`${id} has those it speaks of, and no others`, async context => {
      const { emulated_by, platforms } = await findDriver(id);
      if (!platforms.includes(process.platform))
        return context.skip(`${id} is not for this system`);
      if (WITH_THREADS.has(id)) {
        expect(promised(emulated_by).own, 'its emulated_by speaks of threads').toBe(true);
      }
      const refusals: string[] = [];
      for (const device of ['fifo', 'file']) {
        const answer = await newThreads(id, device);
        if ('refused' in answer) refusals.push(answer.refused);
        else expect(complaints(answer, emulated_by), `on a ${device}`).toEqual([]);
      }
      if (refusals.length === 2) context.skip(`${id} takes neither: ${refusals.join('; ')}`);
    });
  }

  it('POSIX AIO gives one descriptor to one thread, and eight to several', async context => {
    const [one, each] = [
      await newThreads('aio-suspend', 'file', 'descriptors=one'),
      await newThreads('aio-suspend', 'file', 'descriptors=each'),
    ];
    if ('refused' in one || 'refused' in each) return context.skip('POSIX AIO is not here');
    expect(one.most, 'eight operations at once').toBe(1);
    expect(each.most).toBeGreaterThan(1);
    expect(
      each.most,
      'its threads come and go, and are at most 20 (aio_init(3))',
    ).toBeLessThanOrEqual(20);
  });
});
