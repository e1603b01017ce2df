// One process starts devices and asks drivers about them: one that does not start costs the others nothing.
import { describe, expect, it } from 'vitest';
import { askAboutDevices } from '../../lab/run/cells.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { processesOf } from '../helpers/processes.ts';

const DRIVERS = ['blocking', 'poll', 'direct-sync'];
const start = (device: string, folder: string) => ({
  ...{ device, address: '', folder, parameters: {} },
});
const never = new AbortController().signal;

describe('devices that are started for the asking', () => {
  it('answer for themselves, and the one that does not start says why', async () => {
    const nowhere = `${temporaryFolder()}/is-not-there`;
    const starts = [start('fifo', nowhere), start('null', ''), start('pty', '')];
    const answers = await askAboutDevices(DRIVERS, starts, never);
    const why = {
      ok: false,
      errno: 'ENOENT',
      reason: expect.stringMatching(/^mkfifo .*: ENOENT$/),
    };
    for (const driver of DRIVERS) expect(answers.fifo?.[driver]).toMatchObject(why);
    expect(answers.pty).toMatchObject({
      blocking: { ok: true },
      poll: { ok: true },
      'direct-sync': { ok: false },
    });
    expect(Object.keys(answers)).toEqual(['fifo', 'null', 'pty']);
  });

  it('are ended when the answers are there: no emulator stays behind', async () => {
    const home = temporaryFolder();
    process.env.IOLAB_HOME = home;
    try {
      const answers = await askAboutDevices(['epoll'], [start('uno', home)], never);
      expect(answers.uno?.epoll).toEqual({ ok: true });
      expect(processesOf(home)).toEqual([]);
    } finally {
      delete process.env.IOLAB_HOME;
    }
  });
});
