// The forms of message passing, each asked the same: what is exact is exact (threads, what a mailbox takes, who
// gives up, who is told), what is timed holds its order, and nothing is left behind.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPlatform } from '../../../lab/ffi/load.ts';
import { FLOOD } from '../../../lab/stages/message-passing/parts/measure.ts';
import { MESSAGE_BYTES } from '../../../lab/stages/message-passing/parts/message.ts';
import { CAPACITY } from '../../../lab/stages/message-passing/parts/shared-mailbox.ts';
import type { StageResult } from '../../../lab/stages/stage.ts';
import { descendants } from '../../conformance/devices.ts';
import { onRetry } from '../../helpers/measured.ts';
import { runStage as inCell } from '../../helpers/stages.ts';
import { held, middle, runStage } from '../run.ts';
import { erlangHere } from './erlang.ts';

const platform = await loadPlatform();
const linux = process.platform === 'linux';
const alive = () => ({ ...held(), children: descendants(process.pid) });

/** pipe(7), "Pipe capacity": sixteen pages. */
const PIPE_BYTES = 65_536;
/** What each form does with messages that nobody receives, and whether a crash is told. */
const EXPECTED: Readonly<Record<string, { taken_unread: number; crashes_told: number }>> = {
  'mail-worker': { taken_unread: FLOOD, crashes_told: 1 },
  'mail-ring': { taken_unread: CAPACITY, crashes_told: 0 },
  'mail-pipe': { taken_unread: PIPE_BYTES / MESSAGE_BYTES, crashes_told: 1 },
  'mail-actor': { taken_unread: FLOOD, crashes_told: 1 },
  'mail-erlang': { taken_unread: FLOOD, crashes_told: 1 },
};
const FLOWS = 2;
/** Threads of the system that came with so many flows. */
const THREADS: Readonly<Record<string, number>> = {
  'mail-worker': FLOWS,
  'mail-ring': FLOWS,
  'mail-actor': 0,
  'mail-erlang': 0,
};

beforeAll(() => {
  // A cell is started with this; here it is turned on late.
  setFlagsFromString('--expose-gc');
  globalThis.gc = runInNewContext('gc') as NodeJS.GCFunction;
});

describe.skipIf(!linux)('message passing', () => {
  const forms = ['mail-worker', 'mail-ring', 'mail-pipe', 'mail-actor'];
  const found = new Map<string, { totals: StageResult['totals']; hop_ns: number }>();

  const measure = async (id: string): Promise<StageResult> => {
    const result = await runStage(platform, 'message-passing', id, { count: String(FLOWS) });
    found.set(id, { totals: result.totals, hop_ns: middle(result, 'hop_ns') });
    return result;
  };
  const measureInCell = async (id: string) => {
    const result = await inCell('message-passing', id, { count: FLOWS });
    found.set(id, { totals: result.totals, hop_ns: result.p50.hop_ns! });
    return result;
  };

  for (const id of forms) {
    it(`${id} passes every message in its order, and leaves nothing`, async () => {
      // The first worker leaves a thread of Node's own.
      if (id === 'mail-worker') await runStage(platform, 'message-passing', id, { count: '1' });
      const before = alive();
      const result = await measure(id);
      expect(alive()).toEqual(before);
      expect(result.totals).toMatchObject({ ...EXPECTED[id], gave_up: 2, gave_up_cured: 0 });
      expect(result.n % (FLOWS + 1), 'whole laps').toBe(0);
    });
  }

  it.skipIf(!erlangHere)('mail-erlang passes every message in its order', async () => {
    const { totals, notes } = await measureInCell('mail-erlang');
    expect(totals).toMatchObject({ ...EXPECTED['mail-erlang'], gave_up: 2, gave_up_cured: 0 });
    expect(notes.join(), 'Erlang itself says what it crashed of').toContain('no_message');
    expect(descendants(process.pid).length, 'the device process alone').toBe(1);
  });

  describe('beside each other', () => {
    // Not the numbers that the test has failed on; in cells, because this process has children by now, and
    // their ends interrupt its waits.
    onRetry(async () => {
      for (const id of [...forms, ...(erlangHere ? ['mail-erlang'] : [])]) await measureInCell(id);
    });

    it('adds threads for workers, and none for lightweight processes', () => {
      for (const [id, { totals }] of found) {
        if (id in THREADS) expect([id, totals.threads_made]).toEqual([id, THREADS[id]]);
        else expect(totals.threads_made, `${id}: several for each process`).toBeGreaterThan(FLOWS);
      }
      expect(found.size).toBe(erlangHere ? 5 : 4);
    });

    it('costs least where nobody is woken: orders of hops, of making and of memory', () => {
      const of = (id: string) => found.get(id)!;
      const light = of('mail-actor');
      for (const id of ['mail-worker', 'mail-ring', 'mail-pipe']) {
        expect(of(id).hop_ns / light.hop_ns, `${id}, a hop`).toBeGreaterThan(3);
        const made = of(id).totals.create_ns_per_op! / light.totals.create_ns_per_op!;
        expect(made, `${id}, to make`).toBeGreaterThan(30);
      }
      const bytes = (id: string) => of(id).totals.bytes_per_op!;
      // What two workers weigh is less sure: the process may have had it in reserve.
      expect(bytes('mail-pipe')).toBeGreaterThan(bytes('mail-ring'));
      expect(bytes('mail-pipe') / bytes('mail-actor')).toBeGreaterThan(300);
    });
  });
});

describe.skipIf(!erlangHere)('a hundred thousand processes of Erlang', () => {
  it('wait on the threads that were there before the first of them', async () => {
    const { totals } = await inCell(
      'message-passing',
      'mail-erlang',
      {},
      { set: { count: '100000' } },
    );
    expect(totals.threads_made).toBe(0);
    expect(totals.processes).toBeGreaterThan(100_000);
    expect(totals.processes! / totals.threads!, 'processes for each thread').toBeGreaterThan(1000);
    // Two ways to weigh them, from inside and from outside, that know nothing of each other.
    const ratio = totals.bytes_per_op! / totals.told_bytes_per_op!;
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.5);
  });
});
