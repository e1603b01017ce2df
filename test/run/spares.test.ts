// A cell that is started before its job is known: one at most, none for a job with an environment of its own,
// and none is left when the run is over.
import { describe, expect, it } from 'vitest';
import { closeCell } from '../../lab/run/cells.ts';
import { Spares } from '../../lab/run/spares.ts';

const alive = (pid: number | undefined): boolean => {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a cell that waits for its job', () => {
  it('is one, and goes to whoever comes first', async () => {
    const spares = new Spares(new AbortController().signal, true);
    spares.begin();
    spares.begin();
    const cell = await spares.take({});
    expect(alive(cell?.pid)).toBe(true);
    expect(await spares.take(), 'a second one').toBeUndefined();
    await closeCell(cell!);
    expect(alive(cell?.pid)).toBe(false);
  });

  it('is ended before a cell with an environment of its own begins', async () => {
    const spares = new Spares(new AbortController().signal, true);
    spares.begin();
    expect(await spares.take({ UV_THREADPOOL_SIZE: '4' })).toBeUndefined();
    expect(await spares.take(), 'it was kept').toBeUndefined();
  });

  it('is not started on the host, nor when the run was given up', async () => {
    const given_up = new AbortController();
    given_up.abort();
    for (const spares of [
      new Spares(new AbortController().signal),
      new Spares(given_up.signal, true),
    ]) {
      spares.begin();
      expect(await spares.take()).toBeUndefined();
      await spares.close();
    }
  });

  it('ends when the run is given up, and when nobody took it', async () => {
    const stop = new AbortController();
    const spares = new Spares(stop.signal, true);
    spares.begin();
    const cell = await spares.take();
    stop.abort();
    await cell!.end(0);
    expect(alive(cell!.pid)).toBe(false);
    const unused = new Spares(new AbortController().signal, true);
    unused.begin();
    await unused.close();
    expect(await unused.take()).toBeUndefined();
  });
});
