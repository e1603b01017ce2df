// Boards on a named port, as a real one is: the emulated Uno behind a link of the by-id kind, opened
// as uno@PATH and serial@PATH. One port has one user at a time, by whatever name; what is at the
// other end is asked, and told apart from nothing, an echo and noise.
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabRun } from '../../../lab/records/schema.ts';
import { type Lock, takeLock } from '../../../lab/run/lock.ts';
import {
  complaints,
  iolab,
  midRun,
  type Result,
  recordsIn,
  start,
  temporaryFolder,
} from '../../helpers/cli.ts';
import { emulatedUno, type OtherEnd, otherEnd } from '../../helpers/other-end.ts';
import { until } from '../../helpers/processes.ts';

const home = temporaryFolder();
const folder = join(temporaryFolder('ports'), 'serial', 'by-id');
const link = join(folder, 'usb-Arduino_Uno_0001-if00');
const TINY = ['--rounds', '2', '--samples', '20', '--driver', 'epoll'];
/** A port that is nobody's: the lock is taken before it is opened. */
const HELD = `/dev/iolab-held-by-test-${process.pid}`;

let board: OtherEnd;
let lock: Lock;
let waiting: Promise<Result>;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  board = await emulatedUno(link);
  // Started first and judged last, because a run waits half a minute for a port that is held.
  lock = await takeLock(`port ${HELD}`, 'run of a test (process 1)', 0);
  waiting = iolab(['run', 'round-trip', '--device', `serial@${HELD}`, ...TINY], { home });
});
afterAll(async () => {
  await board.close();
  await lock.release();
});

describe('an emulated board on a named port', () => {
  it('is measured as uno@ and as serial@, twice, and is simulated by either name', async () => {
    const args = ['run', 'round-trip', '--device', `uno@${link},serial@${link}`, ...TINY, '--json'];
    for (let again = 0; again < 2; again++) {
      const { code, out, err } = await iolab(args, { home });
      expect(code, err).toBe(0);
      const { records } = JSON.parse(out) as LabRun;
      expect(records.map(one => [one.device, one.status, one.evidence.device])).toEqual([
        [`uno@${link}`, 'ok', 'simulated'],
        [`serial@${link}`, 'ok', 'simulated'],
      ]);
      for (const { identity, metrics } of records) {
        expect(identity.board).toBe('uno');
        expect(metrics.service_cycles).toMatchObject({ kind: 'count', n: 40 });
      }
    }
  });

  it('has one user at a time, by whatever name: the second says who, waits and succeeds', async () => {
    const [first_home, second_home] = [temporaryFolder(), temporaryFolder()];
    const run = (device: string, ...more: string[]) => [
      'run',
      'round-trip',
      '--device',
      device,
      ...TINY,
      ...more,
    ];
    const first = start(run(`uno@${link}`, '--rounds', '5', '--samples', '40'), {
      home: first_home,
    });
    const [measured_first] = await midRun(first_home);
    const { run_id } = measured_first!;
    const second = start(run(`serial@${realpathSync(link)}`), { home: second_home });
    await until('the second to say that it waits', () => /is held by/.test(second.err()));
    expect(second.err()).toMatch(new RegExp(`held by run ${run_id} \\(process \\d+\\): waiting`));
    const order: string[] = [];
    const results = await Promise.all([
      first.ended.finally(() => order.push('first')),
      second.ended.finally(() => order.push('second')),
    ]);
    expect(
      results.map(one => one.code),
      results.map(one => one.err).join(),
    ).toEqual([0, 0]);
    expect(order).toEqual(['first', 'second']);
    const [measured] = recordsIn(second_home);
    const before = recordsIn(first_home).map(one => Date.parse(one.ended));
    expect(Date.parse(measured!.started), 'nothing is measured while waiting').toBeGreaterThan(
      Math.max(...before),
    );
  });
});

describe('what is no lab board', () => {
  it.each(['silent', 'echo', 'noise'] as const)('%s: told so in one line, exit 3', async manner => {
    const end = await otherEnd(manner);
    try {
      const device = `serial@${end.path}`;
      const { code, err } = await iolab(['run', 'round-trip', '--device', device, ...TINY], {
        home,
      });
      expect(code, err).toBe(3);
      const reason = `no lab firmware answers on ${end.path} at 115200 baud`;
      expect(complaints(err)).toEqual([expect.stringContaining(reason)]);
      expect(err, 'and what to do').toMatch(/cable.*firmware/);
    } finally {
      await end.close();
    }
  });
});

describe('a port that closes mid-run', () => {
  it('is named, and the earlier rounds are kept', async () => {
    const other = `${link}-unplugged`;
    const end = await emulatedUno(other);
    const mine = temporaryFolder();
    const device = `serial@${other}`;
    const args = ['run', 'round-trip', '--device', device, '--driver', 'epoll,blocking'];
    const running = start([...args, '--rounds', '50', '--samples', '20'], { home: mine });
    await midRun(mine);
    await end.close();
    const { code, err } = await running.ended;
    expect(code, err).toBe(3);
    expect(complaints(err)).toEqual([expect.stringContaining(other)]);
    for (const record of recordsIn(mine)) {
      expect(record.status).toBe('partial');
      expect(record.rounds.length).toBeGreaterThan(0);
      expect(record.reason).toMatch(/ of 50 rounds: .*(hung up|gone|went away|EIO|ENXIO|ENOENT)/);
    }
  });
});

describe('a port that stays held', () => {
  it('is no hindrance to Ctrl-C', async () => {
    const mine = temporaryFolder();
    const running = start(['run', 'round-trip', '--device', `serial@${HELD}`, ...TINY], {
      home: mine,
    });
    await until('the run to say that it waits', () => /is held by/.test(running.err()));
    running.child.kill('SIGINT');
    const { code, err } = await running.ended;
    expect(code, err).toBe(130);
    expect(complaints(err)).toEqual(['iolab: interrupted; nothing was measured']);
  });

  it('ends the wait with exit 4, and says who holds it', async () => {
    const { code, err } = await waiting;
    expect(code, err).toBe(4);
    expect(complaints(err)).toEqual([
      expect.stringMatching(
        /iolab-held-by-test-\d+ is held by run of a test \(process 1\); waited \d+ ms/,
      ),
    ]);
  }, 60_000);
});
