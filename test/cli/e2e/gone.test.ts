// Something the run depends on dies in its middle: the device's process, the emulated board, a cell.
// The run ends in bounded time or goes on, says why in one line, keeps the earlier rounds, and
// leaves nothing behind.
import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LabRecord } from '../../../lab/records/schema.ts';
import { startDevice } from '../../../lab/run/cells.ts';
import {
  complaints,
  midRun,
  recordsIn,
  start,
  temporaryFolder,
  workspacesIn,
} from '../../helpers/cli.ts';
import { processesOf, until, untilGone } from '../../helpers/processes.ts';

const linux = process.platform === 'linux';
if (!linux) console.warn('skipped: processes are found in /proc, which only Linux has');

const WAKEUP = ['run', 'wakeup', '--rate', '1000', '--samples', '300'];
const PING = ['run', 'round-trip', '--device', 'uno', '--samples', '20'];

const rounds = (records: readonly LabRecord[]) => records.map(one => one.rounds.length);

describe.runIf(linux)('a device that dies mid-run', () => {
  it.each([
    ['the writer of the pipe', WAKEUP, 'lab/cell/device.ts', /device fifo was ended by SIGKILL/],
    ['the process of the board', PING, 'lab/cell/device.ts', /device uno was ended by SIGKILL/],
    ['the emulated board', PING, 'lab/boards/emulator.ts', /emulator/],
  ] as const)('%s: exit 3, one line, earlier rounds kept', async (_what, args, part, reason) => {
    const home = temporaryFolder();
    const running = start([...args, '--driver', 'epoll,blocking', '--rounds', '50'], { home });
    await midRun(home);
    process.kill(processesOf(home, part)[0]!.pid, 'SIGKILL');
    const { code, err } = await running.ended;
    expect(code, err).toBe(3);
    expect(complaints(err)).toEqual([expect.stringMatching(reason)]);
    const records = recordsIn(home);
    expect(Math.max(...rounds(records))).toBeGreaterThan(0);
    expect(Math.max(...rounds(records)), 'the run must not go on without it').toBeLessThan(50);
    for (const one of records) {
      expect({ status: one.status, reason: one.reason }).toMatchObject({
        status: 'partial',
        reason: expect.stringMatching(reason),
      });
    }
    await untilGone(home, 1000);
    expect(workspacesIn(home)).toEqual([]);
  });
});

describe.runIf(linux)('a cell that dies mid-round', () => {
  it('costs that round; the run goes on, and the record says so', async () => {
    const home = temporaryFolder();
    const running = start([...WAKEUP, '--driver', 'epoll,poll', '--rounds', '5'], { home });
    await midRun(home);
    const before = new Set(processesOf(home, 'lab/cell/main.ts').map(one => one.pid));
    const cell = await until('the next cell', () =>
      processesOf(home, 'lab/cell/main.ts').find(one => !before.has(one.pid)),
    );
    await new Promise(resolve => setTimeout(resolve, 150));
    process.kill(cell.pid, 'SIGKILL');
    const { code, err } = await running.ended;
    expect(code, err).toBe(3);
    expect(complaints(err)).toEqual([
      expect.stringMatching(/cell \w+ on fifo was ended by SIGKILL/),
    ]);
    const records = recordsIn(home);
    const [hurt, ...more] = records.filter(one => one.status !== 'ok');
    expect(more).toEqual([]);
    expect(hurt).toMatchObject({ status: 'partial', rounds_planned: 5 });
    expect(hurt!.rounds).toHaveLength(4);
    expect(hurt!.reason).toMatch(/4 of 5 rounds: cell \w+ on fifo was ended by SIGKILL/);
    for (const one of records) if (one !== hurt) expect(one.rounds).toHaveLength(5);
    await untilGone(home, 1000);
  });

  it('leaves the device its place in the conversation: two stimuli, two answers', async () => {
    const folder = temporaryFolder('device');
    mkdirSync(`${folder}/fifo-folder`);
    const stop = new AbortController();
    const device = await startDevice('fifo', `${folder}/fifo-folder`, {}, stop.signal);
    try {
      const stimulus = { offsets_ns: [100e6], warmup: 0, epoch: 1 };
      const order: string[] = [];
      // A cell died while the first was on its way; the next cell asks for the second at once.
      const first = device.stimulate(stimulus, 2000).then(() => order.push('first'));
      // Its bound is longer than a timer of Node's can be: that must not make it the shortest.
      const second = device.stimulate(stimulus, 2 ** 40).then(() => order.push('second'));
      await Promise.all([first, second]);
      expect(order).toEqual(['first', 'second']);
    } finally {
      await device.close();
    }
  });
});
